// Inline Markdown -> plain objects. Text in, a list of nodes out; no DOM, so that it can be tested anywhere.
//
// The emphasis rules are CommonMark's (0.31 §6.2): runs of delimiters, left- and right-flanking. Raw HTML is text.
// Every search is bounded, so that no text of a given length takes more than linear time by much.

const maximumNesting = 32; // of emphasis; beyond it, the stars stay stars
const maximumLookBack = 100; // delimiters searched for an opener
const maximumAddress = 2_048; // characters of a link's address

const punctuation = /[\p{P}\p{S}]/u;
const escapable = /[!-/:-@[-`{-~]/;
const entities = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'", nbsp: "\u00a0" };

/**
 * The address if it is an absolute http or https one, in the form the browser will use; otherwise null. It is the only
 * way from text to a link.
 */
export function safeAddress(text) {
  // A browser ignores control characters inside an address ("java\nscript:"), so an address that has any is no address.
  if (text.length > maximumAddress || /[\u0000-\u0020\u007f-\u009f]/.test(text)) return null;
  if (!/^https?:\/\//i.test(text)) return null;
  try {
    const address = new URL(text);
    const web = address.protocol === "http:" || address.protocol === "https:";
    return web && !address.username && !address.password ? address.href : null;
  } catch {
    return null;
  }
}

/**
 * @returns {Array} nodes: `{type: "text", value}`, `{type: "code", value}`, `{type: "break"}`,
 *   `{type: "strong" | "em" | "del", children}`, `{type: "link", address, title, children}`
 */
export function parseInline(source) {
  return new InlineParser(source).parse();
}

class InlineParser {
  constructor(source) {
    this.source = source;
    this.position = 0;
    this.nodes = [];
    this.brackets = []; // open "[" as {index of its node, image, active}
    this.text = "";
    this.codeRuns = null;
  }

  parse() {
    while (this.position < this.source.length) {
      const character = this.source[this.position];
      const step = steps[character];
      if (!step || !step(this)) {
        this.text += character;
        this.position += 1;
      }
    }
    this.flush();
    return resolveEmphasis(this.nodes);
  }

  flush() {
    if (this.text) this.nodes.push({ type: "text", value: this.text });
    this.text = "";
  }

  push(node, length) {
    this.flush();
    this.nodes.push(node);
    this.position += length;
    return true;
  }

  /** The length of the run of the same character that begins here. */
  run() {
    let end = this.position;
    while (this.source[end] === this.source[this.position]) end += 1;
    return end - this.position;
  }

  escape() {
    const next = this.source[this.position + 1];
    if (next === "\n") return this.push({ type: "break" }, 2);
    if (!next || !escapable.test(next)) return false;
    this.text += next;
    this.position += 2;
    return true;
  }

  lineEnd() {
    const hard = this.text.endsWith("  ");
    this.text = this.text.trimEnd();
    if (hard) this.push({ type: "break" }, 1);
    else {
      this.text += "\n";
      this.position += 1;
    }
    while (this.source[this.position] === " ") this.position += 1;
    return true;
  }

  entity() {
    const match = /^&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-z]{2,5}));/.exec(
      this.source.slice(this.position, this.position + 12),
    );
    if (!match) return false;
    const point = match[1] ? Number(match[1]) : match[2] ? parseInt(match[2], 16) : null;
    const named = Object.hasOwn(entities, match[3] ?? "") ? entities[match[3]] : null;
    if (point === null && named === null) return false;
    const valid = point !== null && point > 0 && point <= 0x10ffff && !(point >= 0xd800 && point <= 0xdfff);
    this.text += point === null ? named : valid ? String.fromCodePoint(point) : "\ufffd";
    this.position += match[0].length;
    return true;
  }

  code() {
    const length = this.run();
    this.codeRuns ??= backtickRuns(this.source);
    const starts = this.codeRuns.get(length) ?? [];
    while (starts.length && starts[0] < this.position + length) starts.shift();
    if (!starts.length) {
      this.text += "`".repeat(length);
      this.position += length;
      return true;
    }
    const end = starts[0];
    let value = this.source.slice(this.position + length, end).replaceAll("\n", " ");
    if (value.startsWith(" ") && value.endsWith(" ") && value.trim()) value = value.slice(1, -1);
    return this.push({ type: "code", value }, end + length - this.position);
  }

  delimiters() {
    const character = this.source[this.position];
    const count = this.run();
    if (character === "~" && count !== 2) {
      this.text += character.repeat(count);
      this.position += count;
      return true;
    }
    const before = characterBefore(this.source, this.position);
    const after = characterAfter(this.source, this.position + count);
    const spaceAfter = !after || /\s/u.test(after);
    const spaceBefore = !before || /\s/u.test(before);
    const markAfter = after !== "" && punctuation.test(after);
    const markBefore = before !== "" && punctuation.test(before);
    const left = !spaceAfter && (!markAfter || spaceBefore || markBefore);
    const right = !spaceBefore && (!markBefore || spaceAfter || markAfter);
    const word = character === "_";
    return this.push(
      {
        type: "delimiter",
        character,
        count,
        length: count,
        opens: left && (!word || !right || markBefore),
        closes: right && (!word || !left || markAfter),
      },
      count,
    );
  }

  openBracket(image) {
    this.flush();
    this.brackets.push({ index: this.nodes.length, image, active: true });
    const value = image ? "![" : "[";
    return this.push({ type: "text", value }, value.length);
  }

  closeBracket() {
    const bracket = this.brackets.pop();
    if (!bracket?.active) return false;
    const target = linkTarget(this.source, this.position + 1);
    if (!target) return false;
    this.flush();
    const children = resolveEmphasis(this.nodes.splice(bracket.index).slice(1));
    const address = safeAddress(target.address);
    if (address === null) {
      this.nodes.push(...children);
    } else {
      const shown = children.length ? children : [{ type: "text", value: address }];
      this.nodes.push({ type: "link", address, title: target.title, children: shown });
    }
    // No link stands inside another.
    if (!bracket.image) for (const outer of this.brackets) if (!outer.image) outer.active = false;
    this.position = target.end;
    return true;
  }

  /** `<https://...>` */
  angle() {
    const window = this.source.slice(this.position + 1, this.position + maximumAddress);
    const end = window.indexOf(">");
    if (end < 0) return false;
    const value = window.slice(0, end);
    const address = safeAddress(value);
    if (address === null) return false;
    return this.push({ type: "link", address, title: "", children: [{ type: "text", value }] }, value.length + 2);
  }

  /** A bare address, as GitHub reads it: no trailing punctuation, parentheses in balance. */
  bareAddress() {
    if (!/^https?:/i.test(this.source.slice(this.position, this.position + 6))) return false;
    if (this.brackets.some((bracket) => bracket.active && !bracket.image)) return false;
    if (/[\p{L}\p{N}_]/u.test(characterBefore(this.source, this.position))) return false;
    const match = /^https?:\/\/[^\s<>"'`*|\\]+/i.exec(this.source.slice(this.position, this.position + maximumAddress));
    if (!match) return false;
    let value = match[0].replace(/[.,:;!?_~]+$/, "");
    while (value.endsWith(")") && count(value, ")") > count(value, "(")) value = value.slice(0, -1);
    const address = safeAddress(value);
    if (address === null) return false;
    return this.push({ type: "link", address, title: "", children: [{ type: "text", value }] }, value.length);
  }
}

const steps = {
  "\\": (parser) => parser.escape(),
  "\n": (parser) => parser.lineEnd(),
  "&": (parser) => parser.entity(),
  "`": (parser) => parser.code(),
  "*": (parser) => parser.delimiters(),
  _: (parser) => parser.delimiters(),
  "~": (parser) => parser.delimiters(),
  "[": (parser) => parser.openBracket(false),
  "!": (parser) => parser.source[parser.position + 1] === "[" && parser.openBracket(true),
  "]": (parser) => parser.closeBracket(),
  "<": (parser) => parser.angle(),
  h: (parser) => parser.bareAddress(),
  H: (parser) => parser.bareAddress(),
};

function backtickRuns(source) {
  const runs = new Map();
  for (const match of source.matchAll(/`+/g)) {
    const length = match[0].length;
    if (!runs.has(length)) runs.set(length, []);
    runs.get(length).push(match.index);
  }
  return runs;
}

/** `(address "title")` at `start`; null when it is not there. */
function linkTarget(source, start) {
  if (source[start] !== "(") return null;
  const window = source.slice(start + 1, start + 1 + maximumAddress);
  const match = /^\s*(?:<([^<>\n]*)>|((?:[^\s()\\]|\\.|\([^\s()]*\))*))(?:\s+(?:"([^"]*)"|'([^']*)'))?\s*\)/.exec(window);
  if (!match) return null;
  return {
    address: (match[1] ?? match[2]).replace(/\\([!-/:-@[-`{-~])/g, "$1"),
    title: match[3] ?? match[4] ?? "",
    end: start + 1 + match[0].length,
  };
}

/** Pairs the delimiter runs of one list of nodes. */
function resolveEmphasis(nodes) {
  const result = [];
  const openers = []; // indices in `result`
  for (const node of nodes) {
    if (node.type !== "delimiter") {
      result.push(node);
      continue;
    }
    while (node.closes && node.count > 0) {
      const place = findOpener(result, openers, node);
      if (place < 0) break;
      const index = openers[place];
      const opener = result[index];
      const children = result.slice(index + 1).map(asText);
      const depth = 1 + children.reduce((deepest, child) => Math.max(deepest, child.depth ?? 0), 0);
      if (depth > maximumNesting) {
        openers.length = 0; // what is open around it would be deeper still
        break;
      }
      const use = Math.min(2, opener.count, node.count);
      result.length = index + 1;
      openers.length = place + 1;
      opener.count -= use;
      node.count -= use;
      if (opener.count === 0) {
        result.pop();
        openers.pop();
      }
      const type = node.character === "~" ? "del" : use === 2 ? "strong" : "em";
      result.push({ type, children, depth });
    }
    if (node.count === 0) continue;
    if (node.opens) openers.push(result.length);
    result.push(node);
  }
  return merge(result.map(asText));
}

function findOpener(result, openers, closer) {
  const last = Math.max(0, openers.length - maximumLookBack);
  for (let place = openers.length - 1; place >= last; place -= 1) {
    const opener = result[openers[place]];
    if (opener.character !== closer.character) continue;
    // CommonMark's rule of three: "a**b*c" and the like stay as written.
    const either = opener.closes || closer.opens;
    const odd = (opener.length + closer.length) % 3 === 0 && !(opener.length % 3 === 0 && closer.length % 3 === 0);
    if (!(either && odd)) return place;
  }
  return -1;
}

function asText(node) {
  return node.type === "delimiter" ? { type: "text", value: node.character.repeat(node.count) } : node;
}

function merge(nodes) {
  const merged = [];
  for (const node of nodes) {
    const last = merged.at(-1);
    if (node.type === "text" && last?.type === "text") {
      merged[merged.length - 1] = { type: "text", value: last.value + node.value };
    } else {
      merged.push(node);
    }
  }
  return merged;
}

function count(text, character) {
  return text.split(character).length - 1;
}

function characterBefore(source, position) {
  const unit = source.charCodeAt(position - 1);
  if (Number.isNaN(unit)) return "";
  return unit >= 0xdc00 && unit <= 0xdfff ? source.slice(position - 2, position) : source[position - 1];
}

function characterAfter(source, position) {
  return position < source.length ? String.fromCodePoint(source.codePointAt(position)) : "";
}
