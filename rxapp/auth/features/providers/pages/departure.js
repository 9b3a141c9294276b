// Leaves the app for a login at a provider. React Router would take an address of the same host for a page.
import { createElement, useEffect } from "react";

const DONE = "rxapp-departed"; // Back must not carry out the same command again
let last = "";

const isDone = (id) => {
  try {
    const before = sessionStorage.getItem(DONE);
    sessionStorage.setItem(DONE, id);
    return before === id;
  } catch {
    return last === id; // a browser may have no storage
  } finally {
    last = id;
  }
};

export function Departure({ command }) {
  useEffect(() => {
    if (command?.id && !isDone(command.id)) {
      location.assign(command.to);
    }
  }, [command?.id]);
  return null;
}

export function ProviderLogo({ viewBox, markup, className }) {
  const html = { __html: markup };
  return createElement("svg", { viewBox, className, "aria-hidden": true, dangerouslySetInnerHTML: html });
}
