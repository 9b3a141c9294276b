// Leaves the app for a login at a provider. React Router would take an address of the same host for a page.
import { createElement, useEffect } from "react";

export function Departure({ command }) {
  useEffect(() => {
    if (command?.id) {
      location.assign(command.to);
    }
  }, [command?.id]);
  return null;
}

export function ProviderLogo({ viewBox, markup, className }) {
  const html = { __html: markup };
  return createElement("svg", { viewBox, className, "aria-hidden": true, dangerouslySetInnerHTML: html });
}
