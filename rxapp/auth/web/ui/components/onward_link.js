// A link that takes along where the person wanted to go, from one page on the way to a log-in to the next.
import { createElement, useEffect, useState } from "react";
import { Link, useLocation } from "react-router";

export function OnwardLink({ to, children, ...props }) {
  const [next, setNext] = useState(""); // after the first rendering, because the built page knows no query
  const { search } = useLocation();

  useEffect(() => setNext(new URLSearchParams(search).get("next") ?? ""), [search]);

  return createElement(Link, { ...props, to: next ? `${to}?${new URLSearchParams({ next })}` : to }, children);
}
