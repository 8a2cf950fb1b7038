// Colours for code: comments, strings, numbers and keywords of the usual languages. It reads no grammar: it errs on the
// side of plain text, and the pieces it returns, joined, are always the code that went in.

const maximumLength = 50_000; // characters; longer code stays plain

const families = {
  c: { comment: String.raw`\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)`, strings: ['"', "'"] },
  script: { comment: String.raw`#[^\n]*`, strings: ['"', "'"] },
  sql: { comment: String.raw`--[^\n]*`, strings: ["'"] },
  data: { comment: String.raw`\/\/[^\n]*`, strings: ['"'] },
};

const languages = {
  swift: ["c", "actor as associatedtype async await break case catch class consuming continue convenience default defer do dynamic else enum extension fallthrough false fileprivate final for func guard if import in indirect init inout internal is lazy let mutating nil nonisolated open operator override private protocol public repeat required rethrows return self Self sending some any static struct subscript super switch throw throws true try typealias unowned var weak where while"],
  python: ["script", "and as assert async await break class continue def del elif else except False finally for from global if import in is lambda None nonlocal not or pass raise return True try while with yield match case self"],
  javascript: ["c", "async await break case catch class const continue default delete do else export extends false finally for from function get if import in instanceof let new null of return set static super switch this throw true try typeof undefined var void while yield"],
  go: ["c", "break case chan const continue default defer else fallthrough for func go goto if import interface map package range return select struct switch type var true false nil"],
  rust: ["c", "as async await break const continue crate dyn else enum extern false fn for if impl in let loop match mod move mut pub ref return self Self static struct super trait true type unsafe use where while"],
  java: ["c", "abstract boolean break byte case catch char class const continue default do double else enum extends final finally float for if implements import instanceof int interface long new null package private protected public return short static super switch synchronized this throw throws true false try var void volatile while"],
  c: ["c", "auto break case char class const constexpr continue default delete do double else enum extern false float for if inline int long namespace new nullptr private protected public return short signed sizeof static struct switch template this true typedef typename union unsigned using virtual void volatile while"],
  shell: ["script", "if then else elif fi for while do done case esac function in return export local set exit"],
  yaml: ["script", "true false null yes no"],
  json: ["data", "true false null"],
  sql: ["sql", "select from where and or not insert into values update set delete create table index drop alter join left right inner outer on group by order limit as null is in exists between primary key SELECT FROM WHERE AND OR NOT INSERT INTO VALUES UPDATE SET DELETE CREATE TABLE INDEX JOIN LEFT ON GROUP BY ORDER LIMIT AS NULL IS IN"],
};

const aliases = { py: "python", js: "javascript", jsx: "javascript", ts: "javascript", tsx: "javascript", typescript: "javascript", mjs: "javascript", rs: "rust", kotlin: "java", cpp: "c", "c++": "c", h: "c", objc: "c", cs: "java", sh: "shell", bash: "shell", zsh: "shell", console: "shell", yml: "yaml", toml: "yaml", jsonc: "json", golang: "go" };

const compiled = new Map();

/** @returns {Array<{kind: "comment" | "string" | "number" | "keyword" | "added" | "removed" | null, text: string}>} */
export function highlight(code, language) {
  const name = Object.hasOwn(aliases, language) ? aliases[language] : language;
  if (name === "diff" || name === "patch") return diff(code);
  if (!Object.hasOwn(languages, name) || code.length > maximumLength) return [{ kind: null, text: code }];
  const { pattern, keywords } = compile(name);
  const pieces = [];
  let end = 0;
  for (const match of code.matchAll(pattern)) {
    const { comment, string, number, word } = match.groups;
    const kind = comment ? "comment" : string ? "string" : number ? "number" : keywords.has(word) ? "keyword" : null;
    if (!kind) continue;
    if (match.index > end) pieces.push({ kind: null, text: code.slice(end, match.index) });
    pieces.push({ kind, text: match[0] });
    end = match.index + match[0].length;
  }
  if (end < code.length) pieces.push({ kind: null, text: code.slice(end) });
  return pieces;
}

function compile(name) {
  if (!compiled.has(name)) {
    const [family, words] = languages[name];
    const { comment, strings } = families[family];
    const quoted = strings.map((mark) => String.raw`${mark}(?:\\.|[^${mark}\\\n])*${mark}?`);
    const long = String.raw`"""[^]*?(?:"""|$)`;
    const source = `(?<comment>${comment})|(?<string>${[long, ...quoted].join("|")})` +
      String.raw`|(?<number>\b\d[\w.]*)|(?<word>[A-Za-z_]\w*)`;
    compiled.set(name, { pattern: new RegExp(source, "g"), keywords: new Set(words.split(" ")) });
  }
  return compiled.get(name);
}

function diff(code) {
  return code.split(/(?<=\n)/).map((text) => ({
    kind: text.startsWith("+") ? "added" : text.startsWith("-") ? "removed" : null,
    text,
  }));
}
