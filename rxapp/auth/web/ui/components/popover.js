// A popover of the browser below the button that opens it: above everything else, closed by Escape, by a click beside it and by a
// choice in it. Its content is in the page only while it is open.
import { createElement, useEffect, useState } from "react";
import { flushSync } from "react-dom";

const GAP = 6;
const MARGIN = 8;

export function Popover({ id, children, ...props }) {
  const [isOpen, setIsOpen] = useState(false);

  const onBeforeToggle = ({ target, nativeEvent }) => {
    if (nativeEvent.newState === "open") {
      flushSync(() => setIsOpen(true));
      const { bottom, right } = document.querySelector(`[popovertarget="${id}"]`).getBoundingClientRect();
      target.style.top = `${bottom + GAP}px`;
      target.style.right = `${Math.max(MARGIN, innerWidth - right)}px`;
    }
  };

  // Afterwards, because the browser gives the focus back while it closes.
  const onToggle = ({ nativeEvent }) => setIsOpen(nativeEvent.newState === "open");

  useEffect(() => {
    const close = () => isOpen && document.getElementById(id)?.hidePopover();
    addEventListener("resize", close); // it would no longer be below its button
    return () => removeEventListener("resize", close);
  }, [isOpen]);

  const onClick = ({ target, currentTarget }) => target.closest("a, button") && currentTarget.hidePopover();
  return createElement("nav", { ...props, id, popover: "auto", onBeforeToggle, onToggle, onClick }, isOpen && children);
}
