// What was just done, at the lower edge of the window, wherever the person has scrolled to. It goes away by itself, but not while
// the mouse or the focus is on it. The region is in the page from the start: screen readers ignore one added with its text.
import { createElement, useEffect, useState } from "react";

const SHOWN_FOR_MS = 7_000;

export function PassingNotice({ text, number, close, regionClass, className, children }) {
  const [isShown, setIsShown] = useState(false);
  const [isHeld, setIsHeld] = useState(false);

  useEffect(() => {
    setIsShown(Boolean(text));
    setIsHeld(false);
  }, [text, number]);

  useEffect(() => {
    if (isShown && !isHeld) {
      const timer = setTimeout(() => setIsShown(false), SHOWN_FOR_MS);
      return () => clearTimeout(timer);
    }
  }, [isShown, isHeld, number]);

  const holds = (held) => () => setIsHeld(held);
  const held = { onMouseEnter: holds(true), onMouseLeave: holds(false), onFocus: holds(true), onBlur: holds(false) };
  const closes = { type: "button", "aria-label": close, onClick: () => setIsShown(false), className: "cursor-pointer" };
  const notice = isShown && createElement("div", { ...held, className }, text, createElement("button", closes, children));
  return createElement("div", { role: "status", className: regionClass }, notice);
}
