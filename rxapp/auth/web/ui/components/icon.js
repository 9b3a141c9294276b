// Icons drawn with lines in the colour of the text around them, on a field of 24 by 24. The words beside them say the same.
import { createElement } from "react";

const CIRCLE = "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18z";

const LINES = {
  computer: "M5 5h14a1 1 0 0 1 1 1v9H4V6a1 1 0 0 1 1-1zM2 18.5h20",
  phone: "M8 3h8a1 1 0 0 1 1 1v16a1 1 0 0 1-1 1H8a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1zM11 18h2",
  program: "M4 5h16a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1zM7 9l3 3-3 3M13 15h4",
  globe: CIRCLE + "M3 12h18M12 3c5 5.5 5 12.5 0 18-5-5.5-5-12.5 0-18z",
  login: "M14 4h4a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1h-4M4 12h11M11 8l4 4-4 4",
  logout: "M10 4H6a1 1 0 0 0-1 1v14a1 1 0 0 0 1 1h4M9 12h11M16 8l4 4-4 4",
  failed: CIRCLE + "M9 9l6 6M15 9l-6 6",
  clock: CIRCLE + "M12 7v5l3.5 2",
  shield: "M12 3l7 2.5V11c0 4.5-2.900 7.900-7 10-4.100-2.100-7-5.5-7-10V5.5z",
  key: "M15 4a5 5 0 1 0 0 10 5 5 0 0 0 0-10zM11.5 12.5L4 20M7 17l2.5 2.5",
  link: "M10 14a4 4 0 0 0 5.700 0l3.300-3.300A4 4 0 0 0 13.300 5L12 6.300M14 10a4 4 0 0 0-5.700 0L5 13.300A4 4 0 0 0 10.700 19l1.300-1.300",
  user: "M12 4a4 4 0 1 0 0 8 4 4 0 0 0 0-8zM4.5 20.5c.8-4 3.700-6 7.5-6s6.700 2 7.5 6",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zM16 16l4.5 4.5",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6L6 18",
  next: "M9 6l6 6-6 6",
  ascending: "M7 14.5l5-5 5 5",
  descending: "M7 9.5l5 5 5-5",
};

export function Icon({ name, className }) {
  return createElement(
    "svg",
    {
      viewBox: "0 0 24 24",
      fill: "none",
      stroke: "currentColor",
      strokeWidth: 1.75,
      strokeLinecap: "round",
      strokeLinejoin: "round",
      "aria-hidden": true,
      className,
    },
    createElement("path", { d: LINES[name] }),
  );
}
