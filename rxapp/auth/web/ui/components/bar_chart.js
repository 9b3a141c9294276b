// Bars over days or hours of UTC. SVG with lengths in per cent: nothing is measured, and texts keep their size at every width.
import { createElement, Fragment, useState } from "react";

const PLOT_HEIGHT = 152; // pixels; the labels of the time stand below
const LABELS_AT = 170;
const BAR_SHARE = 0.7; // of the width that each has
const LOWEST = 2; // per cent: one of a thousand can be seen too
const EDGE = 4; // per cent: a label nearer to the edge than this begins or ends there
const MONDAY = 1;
const HOURS_BETWEEN_LABELS = 12;
const NICE = [2, 4, 6, 8, 10]; // their halves are whole numbers
const COMPACT_FROM = 10_000;

const SHORT = {
  day: { day: "numeric", month: "short" },
  hour: { hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
};
const FULL = {
  day: { weekday: "short", ...SHORT.day },
  hour: { weekday: "short", ...SHORT.day, ...SHORT.hour },
};

const language = () => document.documentElement.lang || undefined;
const inWords = (at, form) => new Intl.DateTimeFormat(language(), { ...form, timeZone: "UTC" }).format(new Date(at));
const number = (value, options) => new Intl.NumberFormat(language(), options).format(value);
const percent = (value) => `${value}%`;

const niceTop = (highest) => {
  const size = 10 ** Math.max(0, Math.ceil(Math.log10(highest)) - 1);
  return NICE.find((step) => step * size >= highest) * size;
};

const bars = ({ at, counts, unit, bar, classes }, top, chosen) => {
  const width = 100 / counts.length;
  return counts.map((count, index) => {
    const height = count && Math.max(LOWEST, (count / top) * 100);
    const x = percent(index * width);
    const faded = chosen === undefined || chosen === index ? "" : classes.faded;
    return createElement(
      "g",
      { key: at[index], "data-index": index },
      createElement("title", null, `${inWords(at[index], FULL[unit])}: ${number(count)}`),
      createElement("rect", { x, y: 0, width: percent(width), height: "100%", fill: "transparent" }),
      createElement("rect", {
        x: percent((index + (1 - BAR_SHARE) / 2) * width),
        y: percent(100 - height),
        width: percent(width * BAR_SHARE),
        height: percent(height),
        rx: 1.5,
        className: `${bar} ${faded}`,
      }),
    );
  });
};

const lines = ({ classes }, heights) =>
  heights.map((y) =>
    createElement("line", { key: y, x1: 0, x2: "100%", y1: percent(y), y2: percent(y), className: classes.line }),
  );

const timeLabels = ({ at, unit, classes }) => {
  const isLabelled = (moment) =>
    unit === "day" ? moment.getUTCDay() === MONDAY : moment.getUTCHours() % HOURS_BETWEEN_LABELS === 0;
  return at.map((start, index) => {
    const moment = new Date(start);
    if (!isLabelled(moment)) {
      return null;
    }
    const middle = ((index + 0.5) / at.length) * 100;
    const [x, textAnchor] = middle < EDGE ? [0, "start"] : middle > 100 - EDGE ? [100, "end"] : [middle, "middle"];
    const words = inWords(start, moment.getUTCHours() === 0 ? SHORT.day : SHORT[unit]);
    return createElement("text", { key: start, x: percent(x), y: LABELS_AT, textAnchor, className: classes.tick }, words);
  });
};

const KEYS = {
  ArrowRight: (index) => index + 1,
  ArrowUp: (index) => index + 1,
  ArrowLeft: (index) => index - 1,
  ArrowDown: (index) => index - 1,
  Home: () => 0,
  End: (index, last) => last,
};

// A slider along the time: with it, screen readers pass the arrow keys on, and say the number at which it stands.
function Plot({ top, chosen, choose, ...chart }) {
  const { at, counts, unit, label, classes } = chart;
  const last = counts.length - 1;
  const now = chosen ?? last;

  const onKeyDown = (event) => {
    if (KEYS[event.key]) {
      event.preventDefault();
      choose(Math.min(last, Math.max(0, KEYS[event.key](now, last))));
    } else if (event.key === "Escape") {
      choose(undefined);
    }
  };
  const onPointer = ({ target, pointerId }) => {
    target.hasPointerCapture(pointerId) && target.releasePointerCapture(pointerId); // so a finger can move on to other bars
    const index = target.closest("[data-index]")?.dataset.index;
    index !== undefined && choose(Number(index));
  };

  return createElement(
    "svg",
    {
      role: "slider",
      tabIndex: 0,
      "aria-label": label,
      "aria-valuemin": 0,
      "aria-valuemax": last,
      "aria-valuenow": now,
      "aria-valuetext": `${inWords(at[now], FULL[unit])}: ${number(counts[now])}`,
      onKeyDown,
      onPointerOver: onPointer,
      onPointerDown: onPointer,
      onPointerLeave: ({ pointerType }) => pointerType === "mouse" && choose(undefined), // a finger leaves as soon as it is lifted
      onFocus: ({ target }) => target.matches(":focus-visible") && choose(now),
      onBlur: () => choose(undefined),
      className: classes.plot,
    },
    createElement("svg", { height: PLOT_HEIGHT, overflow: "visible" }, lines(chart, [0, 50, 100]), bars(chart, top, chosen)),
    timeLabels(chart),
  );
}

export function BarChart(chart) {
  const { at, counts, unit, label, caption, empty, classes } = chart;
  const [pointedAt, choose] = useState();
  const chosen = pointedAt < counts.length ? pointedAt : undefined;
  const sum = counts.reduce((total, count) => total + count, 0);
  const top = niceTop(Math.max(2, ...counts));
  const axis = top >= COMPACT_FROM ? { notation: "compact" } : {};

  return createElement(
    Fragment,
    null,
    createElement("h3", { className: classes.label }, label),
    createElement(
      "p",
      { className: classes.head },
      createElement("span", { className: classes.value }, number(chosen === undefined ? sum : counts[chosen])),
      createElement("span", { className: classes.caption }, chosen === undefined ? caption : inWords(at[chosen], FULL[unit])),
    ),
    sum === 0
      ? createElement("p", { className: classes.empty }, empty)
      : createElement(
          "div",
          { className: classes.box },
          createElement(
            "div",
            { "aria-hidden": true, className: classes.axis },
            [top, top / 2, 0].map((value) => createElement("span", { key: value }, number(value, axis))),
          ),
          createElement(Plot, { ...chart, top, chosen, choose }),
        ),
  );
}

export function Sparkline({ top, ...chart }) {
  return createElement("svg", { "aria-hidden": true, className: chart.classes.small }, lines(chart, [100]), bars(chart, top));
}

export function Amount({ value }) {
  return number(value);
}

export function UtcTime({ at, unit }) {
  return createElement("time", { dateTime: at }, inWords(at, FULL[unit]));
}
