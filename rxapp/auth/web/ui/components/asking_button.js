// A button for what is hard to undo: it asks once, in a dialog of the browser. The harmless answer has the focus, because a key
// that is held down too long presses it.
import { createElement, useRef, useState } from "react";

export function AskingButton({ question, why, yes, no, onConfirm, className, dialogClass, titleClass, whyClass, yesClass, noClass, children }) {
  const dialog = useRef(null);
  const [isOpen, setIsOpen] = useState(false);

  const open = () => {
    setIsOpen(true);
    dialog.current.showModal();
  };
  const confirm = () => {
    dialog.current.close();
    onConfirm();
  };
  const button = (label, className, onClick, props) =>
    createElement("button", { type: "button", className, onClick, ...props }, label);

  const content = [
    createElement("h2", { key: "question", className: titleClass }, question),
    createElement("p", { key: "why", className: whyClass }, why),
    createElement(
      "div",
      { key: "answers", className: "flex justify-end gap-3" },
      button(no, noClass, () => dialog.current.close(), { key: "no", autoFocus: true }),
      button(yes, yesClass, confirm, { key: "yes" }),
    ),
  ];
  const props = { key: "dialog", ref: dialog, "aria-label": question, onClose: () => setIsOpen(false), className: dialogClass };
  return [button(children, className, open, { key: "button" }), createElement("dialog", props, isOpen && content)];
}
