// Markdown -> plain objects: the blocks. CommonMark's structure with GitHub's tables and task lists; raw HTML is text.
//
// A block at the top level carries `source`, its own lines: while an answer streams in, only the blocks whose source
// changed are drawn again.

import { parseInline } from "./markdown-inline.js";

const maximumDepth = 12; // of quotes and lists inside one another; what lies deeper is a paragraph

/**
 * @returns {Array} blocks: `{type: "paragraph" | "heading", children, level?}`, `{type: "code", value, language}`,
 *   `{type: "list", ordered, start, loose, items: [{checked, blocks}]}`, `{type: "quote", blocks}`,
 *   `{type: "table", alignments, head, rows}` (cells are lists of inline nodes), `{type: "rule"}`
 */
export function parseMarkdown(source) {
  const lines = source.replace(/\r\n?/g, "\n").replaceAll("\0", "\ufffd").split("\n").map(expandTabs);
  return parseBlocks(lines, 0);
}

/** The words of a text without its marks, for a screen reader's announcement or a title. */
export function plainText(source) {
  return parseMarkdown(source).map(blockText).filter(Boolean).join("\n");
}

function parseBlocks(lines, depth) {
  const blocks = [];
  let index = 0;
  while (index < lines.length) {
    if (isBlank(lines[index])) {
      index += 1;
      continue;
    }
    const reader = readers.find((candidate) => candidate.starts(lines, index, depth));
    const { block, next } = reader.read(lines, index, depth);
    if (depth === 0) block.source = lines.slice(index, next).join("\n");
    blocks.push(block);
    index = next;
  }
  return blocks;
}

const fencePattern = /^( {0,3})(`{3,}|~{3,})([^\n]*)$/;

const fencedCode = {
  starts: (lines, index) => {
    const match = fencePattern.exec(lines[index]);
    return match !== null && !(match[2][0] === "`" && match[3].includes("`"));
  },
  read: (lines, index) => {
    const [, indent, fence, info] = fencePattern.exec(lines[index]);
    const body = [];
    let next = index + 1;
    for (; next < lines.length; next += 1) {
      const line = lines[next];
      const close = line.trim();
      if (indentation(line) < 4 && close.length >= fence.length && close === fence[0].repeat(close.length)) break;
      body.push(line.slice(Math.min(indent.length, indentation(line))));
    }
    const language = info.trim().split(/\s/)[0].toLowerCase();
    return { block: { type: "code", language, value: body.join("\n") }, next: Math.min(next + 1, lines.length) };
  },
};

const indentedCode = {
  starts: (lines, index) => indentation(lines[index]) >= 4,
  read: (lines, index) => {
    let next = index;
    while (next < lines.length && (isBlank(lines[next]) || indentation(lines[next]) >= 4)) next += 1;
    while (isBlank(lines[next - 1])) next -= 1;
    const value = lines.slice(index, next).map((line) => line.slice(4)).join("\n");
    return { block: { type: "code", language: "", value }, next };
  },
};

const heading = {
  starts: (lines, index) => /^ {0,3}#{1,6}(?: |$)/.test(lines[index]),
  read: (lines, index) => {
    const line = lines[index].trim();
    const level = /^#+/.exec(line)[0].length;
    let text = line.slice(level).trim();
    const bare = stripEnd(text, "#");
    if (bare === "" || bare.endsWith(" ")) text = bare.trimEnd();
    return { block: { type: "heading", level, children: parseInline(text) }, next: index + 1 };
  },
};

const rule = {
  starts: (lines, index) => {
    const marks = lines[index].replaceAll(" ", "");
    return indentation(lines[index]) < 4 && marks.length >= 3 && /^(?:-+|\*+|_+)$/.test(marks);
  },
  read: (lines, index) => ({ block: { type: "rule" }, next: index + 1 }),
};

const quote = {
  starts: (lines, index, depth) => depth < maximumDepth && /^ {0,3}>/.test(lines[index]),
  read: (lines, index, depth) => {
    const inner = [];
    let next = index;
    for (; next < lines.length; next += 1) {
      const marked = /^ {0,3}> ?/.exec(lines[next]);
      if (marked) inner.push(lines[next].slice(marked[0].length));
      else if (continuesParagraph(lines, next, depth) && !isBlank(inner.at(-1))) inner.push(lines[next]);
      else break;
    }
    return { block: { type: "quote", blocks: parseBlocks(inner, depth + 1) }, next };
  },
};

function listMarker(line) {
  const match = /^( {0,3})([-*+]|(\d{1,9})[.)])( +|$)/.exec(line);
  if (!match) return null;
  const [whole, indent, mark, number, space] = match;
  // Five spaces or more after the mark are the item's own indented code, and an empty item has a width of one.
  const wide = space.length > 4 || whole.length === line.length;
  const width = indent.length + mark.length + (wide ? 1 : space.length);
  return { kind: mark.at(-1), ordered: number !== undefined, start: Number(number ?? 1), width };
}

const list = {
  starts: (lines, index, depth) => depth < maximumDepth && listMarker(lines[index]) !== null,
  read: (lines, index, depth) => {
    const first = listMarker(lines[index]);
    const items = [];
    let loose = false;
    let next = index;
    while (next < lines.length) {
      const marker = listMarker(lines[next]);
      if (!marker || marker.kind !== first.kind || (next > index && rule.starts(lines, next))) break;
      const { inner, end } = itemLines(lines, next, marker.width, depth);
      const blocks = parseBlocks(inner, depth + 1);
      const spaced = inner.some((line, place) => isBlank(line) && place < lastText(inner));
      if (spaced && blocks.length > 1 && blocks[1].type !== "list") loose = true;
      items.push(taskItem(blocks, inner[0]));
      next = end;
      const resumed = skipBlank(lines, next);
      const sibling = resumed < lines.length ? listMarker(lines[resumed]) : null;
      if (resumed > next && sibling?.kind === first.kind) {
        loose = true;
        next = resumed;
      }
    }
    return { block: { type: "list", ordered: first.ordered, start: first.start, loose, items }, next };
  },
};

function itemLines(lines, index, width, depth) {
  const inner = [lines[index].slice(width)];
  let end = index + 1;
  while (end < lines.length) {
    const line = lines[end];
    if (isBlank(line)) {
      const resumed = skipBlank(lines, end);
      if (resumed === lines.length || indentation(lines[resumed]) < width) break;
      while (end < resumed) {
        inner.push("");
        end += 1;
      }
      continue;
    }
    if (indentation(line) >= width) inner.push(line.slice(width));
    else if (continuesParagraph(lines, end, depth) && !isBlank(inner.at(-1))) inner.push(line.trimStart());
    else break;
    end += 1;
  }
  return { inner, end };
}

function taskItem(blocks, firstLine) {
  const match = /^\[([ xX])\] /.exec(firstLine);
  if (!match || blocks[0]?.type !== "paragraph") return { checked: null, blocks };
  const rest = blocks[0].text.slice(match[0].length);
  return { checked: match[1] !== " ", blocks: [paragraphOf(rest), ...blocks.slice(1)] };
}

const table = {
  starts: (lines, index) => {
    if (!lines[index].includes("|") || index + 1 >= lines.length) return false;
    const marks = delimiterCells(lines[index + 1]);
    return marks !== null && marks.length === tableCells(lines[index]).length;
  },
  read: (lines, index, depth) => {
    const head = tableCells(lines[index]);
    const alignments = delimiterCells(lines[index + 1]).map((cell) =>
      cell.endsWith(":") ? (cell.startsWith(":") ? "center" : "end") : "start",
    );
    const rows = [];
    let next = index + 2;
    while (next < lines.length && !isBlank(lines[next]) && !interrupts(lines, next, depth)) {
      const cells = tableCells(lines[next]).slice(0, head.length);
      while (cells.length < head.length) cells.push("");
      rows.push(cells.map(parseInline));
      next += 1;
    }
    return { block: { type: "table", alignments, head: head.map(parseInline), rows }, next };
  },
};

function delimiterCells(line) {
  if (!/^[\s|:-]+$/.test(line) || !line.includes("-")) return null;
  const cells = tableCells(line);
  return cells.every((cell) => /^:?-+:?$/.test(cell)) ? cells : null;
}

/** The cells of a row: split at "|" that is neither escaped nor inside a code span. */
function tableCells(line) {
  const row = line.trim();
  const cells = [];
  let cell = "";
  let code = false;
  for (let place = row[0] === "|" ? 1 : 0; place < row.length; place += 1) {
    const character = row[place];
    if (character === "\\" && row[place + 1] === "|") {
      cell += "|";
      place += 1;
    } else if (character === "|" && !code) {
      cells.push(cell.trim());
      cell = "";
    } else {
      if (character === "`") code = !code && row.indexOf("`", place + 1) > 0;
      cell += character;
    }
  }
  if (cell.trim() || !row.endsWith("|")) cells.push(cell.trim());
  return cells;
}

const paragraph = {
  starts: () => true,
  read: (lines, index, depth) => {
    let next = index + 1;
    for (; next < lines.length && !isBlank(lines[next]); next += 1) {
      // Two marks at least: while an answer streams in, a lone "-" is more likely the next list.
      const underline = /^ {0,3}(={2,}|-{2,}) *$/.exec(lines[next]);
      if (underline) {
        const text = lines.slice(index, next).join("\n").trim();
        const level = underline[1][0] === "=" ? 1 : 2;
        return { block: { type: "heading", level, children: parseInline(text) }, next: next + 1 };
      }
      if (interrupts(lines, next, depth)) break;
    }
    const text = lines.slice(index, next).map((line) => line.trimStart()).join("\n").trimEnd();
    return { block: paragraphOf(text), next };
  },
};

function paragraphOf(text) {
  return { type: "paragraph", text, children: parseInline(text) };
}

const readers = [fencedCode, indentedCode, heading, rule, quote, list, table, paragraph];

/** Whether a line begins something that ends the paragraph before it. */
function interrupts(lines, index, depth) {
  if ([fencedCode, heading, rule, quote, table].some((reader) => reader.starts(lines, index, depth))) return true;
  if (!list.starts(lines, index, depth)) return false;
  const marker = listMarker(lines[index]);
  return marker.start === 1 && marker.width < lines[index].length;
}

function continuesParagraph(lines, index, depth) {
  return !isBlank(lines[index]) && !interrupts(lines, index, depth) && listMarker(lines[index]) === null;
}

function blockText(block) {
  switch (block.type) {
    case "code":
      return block.value;
    case "list":
      return block.items.map((item) => item.blocks.map(blockText).join("\n")).join("\n");
    case "quote":
      return block.blocks.map(blockText).join("\n");
    case "table":
      return [block.head, ...block.rows].map((row) => row.map(inlineText).join(", ")).join("\n");
    case "rule":
      return "";
    default:
      return inlineText(block.children);
  }
}

function inlineText(nodes) {
  return nodes.map((node) => node.value ?? (node.type === "break" ? "\n" : inlineText(node.children))).join("");
}

function expandTabs(line) {
  if (!line.includes("\t")) return line;
  const lead = /^[ \t]*/.exec(line)[0];
  let width = 0;
  for (const character of lead) width += character === "\t" ? 4 - (width % 4) : 1;
  return " ".repeat(width) + line.slice(lead.length);
}

function indentation(line) {
  let width = 0;
  while (line[width] === " ") width += 1;
  return width;
}

function isBlank(line) {
  return line === undefined || line.trim() === "";
}

function skipBlank(lines, index) {
  while (index < lines.length && isBlank(lines[index])) index += 1;
  return index;
}

function lastText(lines) {
  return lines.findLastIndex((line) => !isBlank(line));
}

function stripEnd(text, character) {
  let end = text.length;
  while (text[end - 1] === character) end -= 1;
  return text.slice(0, end);
}
