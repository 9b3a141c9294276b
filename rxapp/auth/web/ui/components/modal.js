// A modal dialog on the browser's own <dialog>: React has no prop for showModal().
import { createElement, useEffect, useRef } from "react";

export function Modal({ isOpen, label, onClose, className, children }) {
  const dialog = useRef(null);

  useEffect(() => {
    if (isOpen && !dialog.current.open) {
      dialog.current.showModal();
    } else if (!isOpen && dialog.current.open) {
      dialog.current.close();
    }
  }, [isOpen]);

  const onCancel = (event) => {
    event.preventDefault(); // the server decides whether it is open
    onClose?.();
  };

  return createElement("dialog", { ref: dialog, "aria-label": label, onCancel, className }, isOpen ? children : null);
}
