// Parsed Markdown -> elements. Every character of an answer reaches the page as a text node; the only attribute that
// comes from an answer is a link's address, and `safeAddress` made it.

import { copyButton, h } from "./dom.js";
import { highlight } from "./highlight.js";
import { parseInline } from "./markdown-inline.js";
import { parseMarkdown } from "./markdown.js";

/** One answer on the page, which can grow. Blocks that did not change keep their elements, selection and focus. */
export class MarkdownView {
  constructor() {
    this.element = h("div", { class: "prose", dir: "auto" });
    this.drawn = []; // {source, element} of each top-level block
  }

  update(text) {
    const blocks = parseMarkdown(text);
    let same = 0;
    while (same < blocks.length && this.drawn[same]?.source === blocks[same].source) same += 1;
    for (const { element } of this.drawn.splice(same)) element.remove();
    for (const block of blocks.slice(same)) {
      const element = renderBlock(block);
      this.drawn.push({ source: block.source, element });
      this.element.append(element);
    }
  }
}

export function renderBlock(block) {
  switch (block.type) {
    case "heading":
      // The page's own headings are 1 and 2.
      return h(`h${Math.min(6, block.level + 2)}`, {}, renderInline(block.children));
    case "code":
      return renderCode(block);
    case "list":
      return renderList(block);
    case "quote":
      return h("blockquote", {}, block.blocks.map(renderBlock));
    case "table":
      return renderTable(block);
    case "rule":
      return h("hr");
    default:
      return h("p", {}, renderInline(block.children));
  }
}

function renderCode({ value, language }) {
  const code = highlight(value, language).map(
    ({ kind, text }) => (kind ? h("span", { class: `code-${kind}` }, text) : text),
  );
  return h(
    "figure",
    { class: "code" },
    h(
      "figcaption",
      { class: "code-bar" },
      h("span", { class: "code-language" }, language || "text"),
      copyButton("Copy", () => value),
    ),
    h(
      "pre",
      { tabindex: "0", role: "region", "aria-label": language ? `Code, ${language}` : "Code" },
      h("code", {}, code),
    ),
  );
}

function renderList({ ordered, start, loose, items }) {
  const tasks = items.some((item) => item.checked !== null);
  const attributes = { class: [loose && "loose", tasks && "tasks"].filter(Boolean).join(" ") || null };
  if (ordered && start !== 1) attributes.start = start;
  return h(ordered ? "ol" : "ul", attributes, items.map((item) => renderItem(item, loose)));
}

function renderItem({ checked, blocks }, loose) {
  const box =
    checked !== null &&
    h("input", { type: "checkbox", disabled: true, checked, "aria-label": checked ? "done" : "not done" });
  const content = blocks.map((block) =>
    block.type === "paragraph" && !loose ? h("span", { class: "line" }, renderInline(block.children)) : renderBlock(block),
  );
  return h("li", {}, box, content);
}

function renderTable({ alignments, head, rows }) {
  const cell = (tag, nodes, column) =>
    h(tag, { class: `align-${alignments[column]}`, scope: tag === "th" ? "col" : null }, renderInline(nodes));
  return h(
    "div",
    { class: "table", tabindex: "0", role: "region", "aria-label": "Table" },
    h(
      "table",
      {},
      h("thead", {}, h("tr", {}, head.map((nodes, column) => cell("th", nodes, column)))),
      h("tbody", {}, rows.map((row) => h("tr", {}, row.map((nodes, column) => cell("td", nodes, column))))),
    ),
  );
}

/** One line of text with its code spans and links, for a sentence that is not an answer. */
export function renderLine(text) {
  return renderInline(parseInline(text));
}

function renderInline(nodes) {
  return nodes.map((node) => {
    switch (node.type) {
      case "text":
        return node.value;
      case "code":
        return h("code", {}, node.value);
      case "break":
        return h("br");
      case "link":
        return h(
          "a",
          { href: node.address, title: node.title || null, target: "_blank", rel: "noopener noreferrer" },
          renderInline(node.children),
        );
      default:
        return h(node.type, {}, renderInline(node.children));
    }
  });
}
