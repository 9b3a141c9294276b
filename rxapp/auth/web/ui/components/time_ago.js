// "5 minutes ago", kept up to date. It is relative to the time of the server's clock when the page got the value.
import { createElement, useEffect, useState } from "react";

const UNITS = [
  ["year", 365 * 86400],
  ["month", 30 * 86400],
  ["week", 7 * 86400],
  ["day", 86400],
  ["hour", 3600],
  ["minute", 60],
];
const REFRESH_MS = 20_000;

const inWords = (seconds) => {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang || undefined, { numeric: "auto" });
  for (const [unit, size] of UNITS) {
    if (Math.abs(seconds) >= size) {
      return format.format(Math.trunc(seconds / size), unit);
    }
  }
  return format.format(0, "second"); // "now"
};

export function TimeAgo({ at, now, className }) {
  const [elapsed, setElapsed] = useState(0);

  useEffect(() => {
    const told = performance.now();
    setElapsed(0);
    const timer = setInterval(() => setElapsed(performance.now() - told), REFRESH_MS);
    return () => clearInterval(timer);
  }, [at, now]);

  if (!at) {
    return null;
  }
  const moment = new Date(at);
  const seconds = (moment - new Date(now) - elapsed) / 1000;
  const exact = moment.toLocaleString(document.documentElement.lang || undefined, { dateStyle: "full", timeStyle: "long" });
  return createElement("time", { dateTime: at, title: exact, className }, inWords(seconds));
}
