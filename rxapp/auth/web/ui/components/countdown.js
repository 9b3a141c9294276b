// "Try again in 2 minutes", counting down by itself. The text for screen readers changes only once a minute and at the end.
import { createElement, Fragment, useEffect, useState } from "react";

const TICK_MS = 250;

const counted = ({ one, other }, number) => (number === 1 ? one : other.replace("{count}", number));
const inMinutes = (words, seconds) => counted(words.minutes, Math.ceil(seconds / 60));
const inWords = (words, seconds) => (seconds > 60 ? inMinutes(words, seconds) : counted(words.seconds, seconds));

export function Countdown({ seconds, words, className, onDone }) {
  const [left, setLeft] = useState(seconds);

  useEffect(() => {
    const end = performance.now() + seconds * 1000; // not Date: somebody may set the clock meanwhile
    setLeft(seconds);
    const timer = setInterval(() => {
      const now = Math.max(0, Math.ceil((end - performance.now()) / 1000));
      setLeft(now);
      if (now === 0) {
        clearInterval(timer);
        onDone?.();
      }
    }, TICK_MS);
    return () => clearInterval(timer);
  }, [seconds]);

  if (left === 0) {
    return createElement("p", { role: "status", className }, words.now);
  }
  return createElement(
    Fragment,
    null,
    createElement("p", { "aria-hidden": true, className }, inWords(words, left)),
    createElement("p", { role: "status", className: "sr-only" }, inMinutes(words, left)),
  );
}
