// Counts over time as bars.

import { h, svg } from "./dom.js";

const hour = 3_600_000; // ms
const mostBars = 72;
const fewestHours = 24;
const height = 64;

/**
 * Bars of equal length in time that hold all counts: `[{start, hours, count}]`, at most 72.
 * @param hours `[{start: RFC 3339, count}]` of those hours in which something was counted, in order
 */
export function timelineBars(hours) {
  if (!hours.length) return [];
  const at = ({ start }) => Math.floor(Date.parse(start) / hour);
  const last = at(hours.at(-1));
  const span = Math.max(last - at(hours[0]) + 1, fewestHours);
  const width = Math.ceil(span / mostBars);
  const count = Math.ceil(span / width);
  const first = last - count * width + 1;
  const bars = Array.from({ length: count }, (_, index) => ({ start: new Date((first + index * width) * hour).toISOString(), hours: width, count: 0 }));
  for (const one of hours) bars[Math.floor((at(one) - first) / width)].count += one.count;
  return bars;
}

/** @param hours as `timelineBars` takes them */
export function timeline(hours) {
  const bars = timelineBars(hours);
  if (!bars.length) return h("p", { class: "audit-note" }, "No entry has a time.");
  const highest = Math.max(...bars.map(({ count }) => count));
  const total = bars.reduce((sum, { count }) => sum + count, 0);
  const drawn = bars.flatMap(({ start, hours: width, count }, index) => {
    if (!count) return [];
    const tall = Math.max(2, Math.round((count / highest) * height));
    return svg("rect", { x: index * 10 + 1, y: height - tall, width: 8, height: tall }, svg("title", {}, `${day(start)}, ${width} h: ${count.toLocaleString("en")}`));
  });
  const label = `${total.toLocaleString("en")} entries from ${day(bars[0].start)} to ${day(hours.at(-1).start)}, at most ${highest.toLocaleString("en")} in ${length(bars[0].hours)}`;
  return h(
    "figure",
    { class: "timeline-figure" },
    svg("svg", { class: "timeline-bars", viewBox: `0 0 ${bars.length * 10} ${height}`, preserveAspectRatio: "none", role: "img", "aria-label": label }, ...drawn),
    h("figcaption", { class: "timeline-caption" }, h("span", {}, day(bars[0].start)), h("span", {}, `a bar is ${length(bars[0].hours)}; the highest is ${highest.toLocaleString("en")}`), h("span", {}, day(hours.at(-1).start))),
  );
}

function length(hours) {
  return hours === 1 ? "1 hour" : `${hours.toLocaleString("en")} hours`;
}

function day(text) {
  return `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}
