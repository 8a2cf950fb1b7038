// What became of a number over commits, as a line. Where nothing was measured there is a gap.

import { h, svg } from "./dom.js";

const width = 640;
const height = 150;
const margin = { left: 8, right: 8, top: 10, bottom: 10 };

/**
 * Points in the drawing, in runs: `[[{x, y, text}]]`; a null value ends a run.
 * @param samples `[{position, value: number or null, text}]` in the order of the commits
 * @param most the value at the upper edge
 */
export function chartRuns(samples, most) {
  const last = Math.max(samples.at(-1)?.position ?? 0, 1);
  const runs = [[]];
  for (const { position, value, text } of samples) {
    if (value === null) {
      if (runs.at(-1).length) runs.push([]);
      continue;
    }
    runs.at(-1).push({
      x: round(margin.left + (position / last) * (width - margin.left - margin.right)),
      y: round(height - margin.bottom - (Math.min(value, most) / most) * (height - margin.top - margin.bottom)),
      text,
    });
  }
  return runs.filter((run) => run.length);
}

/**
 * @param label what the line tells, for those who do not see it
 * @param ends what stands below its two ends
 */
export function historyChart(samples, most, label, ends) {
  const drawn = chartRuns(samples, most).flatMap((run) => [
    run.length > 1 && svg("polyline", { points: run.map(({ x, y }) => `${x},${y}`).join(" ") }),
    ...run.map(({ x, y, text }) => svg("circle", { cx: x, cy: y, r: 4 }, svg("title", {}, text))),
  ]);
  const grid = [margin.top, (height - margin.top - margin.bottom) / 2 + margin.top, height - margin.bottom].map((y) =>
    svg("line", { class: "history-grid", x1: 0, x2: width, y1: y, y2: y }),
  );
  return h(
    "figure",
    { class: "history-figure" },
    svg("svg", { class: "history-line", viewBox: `0 0 ${width} ${height}`, role: "img", "aria-label": label }, ...grid, ...drawn),
    h("figcaption", { class: "timeline-caption" }, ends.map((text) => h("span", {}, text))),
  );
}

function round(value) {
  return Math.round(value * 10) / 10;
}
