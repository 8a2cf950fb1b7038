// Elements from values. Text becomes text nodes and nothing else: there is no way here to write markup, script or style.

const forbidden = /^(?:on|style$|srcdoc$|innerhtml$|outerhtml$)/i;
const svgNamespace = "http://www.w3.org/2000/svg";

/**
 * `h("p", {class: "note", onclick: f}, "text", child)`. A function under `on...` becomes a listener; `true` an empty
 * attribute; `null`, `undefined` and `false` none. Children may be nodes, text, or lists of them.
 */
export function h(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === "function" && name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (forbidden.test(name)) throw new TypeError(`h: the attribute ${name} is not allowed.`);
    else element.setAttribute(name, value === true ? "" : String(value));
  }
  append(element, children);
  return element;
}

/** The same for drawings: `svg("rect", {x: 0, width: 5})`. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(svgNamespace, tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (forbidden.test(name) || name.endsWith("href")) throw new TypeError(`svg: the attribute ${name} is not allowed.`);
    element.setAttribute(name, String(value));
  }
  append(element, children);
  return element;
}

function append(element, children) {
  for (const child of children) {
    if (child === null || child === undefined || child === false) continue;
    if (Array.isArray(child)) append(element, child);
    else element.append(child); // a string becomes a text node
  }
}

// Drawn on a 20 by 20 grid with strokes of 1.5.
const drawings = {
  menu: "M3 5.5h14M3 10h14M3 14.5h14",
  plus: "M10 4v12M4 10h12",
  close: "M5 5l10 10M15 5L5 15",
  more: "M4.5 10h.01M10 10h.01M15.5 10h.01",
  send: "M10 16V4.5M5 9.5l5-5 5 5",
  stop: "M6 6h8v8H6z",
  check: "M4.5 10.5l3.5 3.5 7.5-8",
  cross: "M6 6l8 8M14 6l-8 8",
  chevron: "M7.5 5l5 5-5 5",
  down: "M10 4v11.5M5 10.5l5 5 5-5",
  play: "M7 5l7.5 5L7 15z",
  thought: "M4 6h12M4 10h9M4 14h6",
  tool: "M5 7l3 3-3 3M10.5 14H15",
  agent: "M6 4v7a3 3 0 0 0 3 3h6M12 11l3 3-3 3",
  copy: "M7 7V4.5h8.5V13H13M4.5 7H13v8.5H4.5z",
  eye: "M2.5 10S5 4.5 10 4.5 17.5 10 17.5 10 15 15.5 10 15.5 2.5 10 2.5 10zM10 12.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4z",
  hidden: "M3 3l14 14M8 5c.6-.3 1.3-.5 2-.5 5 0 7.5 5.5 7.5 5.5a13 13 0 0 1-2.3 3.1M12.5 14.9a6 6 0 0 1-2.5.6c-5 0-7.5-5.5-7.5-5.5A13 13 0 0 1 5.3 6.4",
  sun: "M10 13.2a3.2 3.2 0 1 0 0-6.4 3.2 3.2 0 0 0 0 6.4zM10 2.5v1.5M10 16v1.5M2.5 10H4M16 10h1.5M4.7 4.7l1 1M14.3 14.3l1 1M4.7 15.3l1-1M14.3 5.7l1-1",
  moon: "M16 11.8A6.5 6.5 0 1 1 8.2 4a5.2 5.2 0 0 0 7.8 7.8z",
  system: "M3 4.5h14v9H3zM7.5 16.5h5",
  device: "M3 4.5h9v8H3zM5 15.5h5M14 8h3.5v8H14z",
  leave: "M8 4H4.5v12H8M8.5 10H17M13.5 6.5L17 10l-3.5 3.5",
  pencil: "M4 16l.8-3.2L13.5 4l2.5 2.5-8.8 8.7z",
  bin: "M4 6h12M8 6V4h4v2M5.5 6l.7 10h7.6l.7-10",
  warning: "M10 3.5L17.5 16h-15zM10 8.5v3.5M10 14.2h.01",
  pulse: "M2.5 10.5h3.5l2-5.5 4 10 2-4.5h3.5",
  steps: "M3 16.5h3.5V12H10V8h3.5V4H17",
  scales: "M10 4v12M6.5 16h7M4 6.5h12M4 6.5L2 11.5h4zM16 6.5l-2 5h4z",
  retry: "M15.5 7A6.5 6.5 0 1 0 16.5 10M16 3.5V7h-3.5",
};

/** A drawing beside text that says the same: hidden from screen readers. */
export function icon(name, className = "") {
  return svg(
    "svg",
    { viewBox: "0 0 20 20", class: `icon icon-${name} ${className}`.trim(), "aria-hidden": "true", focusable: "false" },
    svg("path", { d: drawings[name] }),
  );
}

/** The product's mark: one line taken up by the next, a little later, as in a canon. */
export function mark() {
  return svg("svg", { viewBox: "0 0 24 24", class: "mark", "aria-hidden": "true" }, svg("path", { d: "M3 6.5h10M7 12h10M11 17.5h10" }));
}

/** A button that is only a drawing, with its name for a screen reader and a tooltip. */
export function iconButton(name, label, onclick, className = "") {
  return h(
    "button",
    { type: "button", class: `icon-button ${className}`.trim(), "aria-label": label, title: label, onclick },
    icon(name),
  );
}

/** Copies text; without the clipboard interface (a page over plain HTTP) through a selection. */
export async function copyText(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", { class: "visually-hidden", "aria-hidden": "true", tabindex: "-1" });
  const focused = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand("copy");
  area.remove();
  focused?.focus();
  if (!copied) throw new Error("This browser did not let the page copy.");
}

/** A button that copies what `text()` gives and says so for two seconds. */
export function copyButton(label, text, className = "") {
  const word = h("span", {}, label);
  const symbol = h("span", { class: "copy-symbol" }, icon("copy"));
  let timer;
  const say = (message, drawing) => {
    word.textContent = message;
    symbol.replaceChildren(icon(drawing));
    clearTimeout(timer);
    timer = setTimeout(() => {
      word.textContent = label;
      symbol.replaceChildren(icon("copy"));
    }, 2_000);
  };
  const onclick = () => copyText(text()).then(() => say("Copied", "check"), () => say("Not copied", "cross"));
  return h("button", { type: "button", class: `quiet-button ${className}`.trim(), onclick }, symbol, word);
}

/** Says something to a screen reader without moving the focus. */
export function announce(text) {
  const region = document.getElementById("announcer");
  // The same words twice in a row are only read again when the region was empty in between.
  region.textContent = "";
  requestAnimationFrame(() => (region.textContent = text));
}
