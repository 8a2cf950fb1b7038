import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { documentDouble } from "./document-double.mjs";

globalThis.document = documentDouble;
const assets = "../../Sources/CCanonConsole/assets";
const { parseMarkdown, plainText } = await import(`${assets}/markdown.js`);
const { parseInline, safeAddress } = await import(`${assets}/markdown-inline.js`);
const { MarkdownView } = await import(`${assets}/markdown-view.js`);

function render(source) {
  const view = new MarkdownView();
  view.update(source);
  return view.element;
}

/** The outline of each block, without the copy button and the frame of code. */
function outline(source) {
  return render(source).childNodes.map((node) => node.outline);
}

describe("Markdown's blocks", () => {
  const cases = {
    "a paragraph keeps its lines together": ["a\nb", ['p("a\\nb")']],
    "two spaces or a backslash at the end break the line": ["a  \nb\\\nc", ['p("a",br(),"b",br(),"c")']],
    "headings begin below the page's own": ["# A\n###### B ##", ['h3("A")', 'h6("B")']],
    "an underlined line is a heading": ["A\n===\nB\n---", ['h3("A")', 'h4("B")']],
    "a number sign without a space is text": ["#5 is open", ['p("#5 is open")']],
    "three dashes are a rule": ["a\n\n---\n\nb", ['p("a")', "hr()", 'p("b")']],
    "a tight list has no paragraphs": ["- a\n- b", ['ul(li(span("a")),li(span("b")))']],
    "a loose list has": ["- a\n\n- b", ['ul(li(p("a")),li(p("b")))']],
    "a list can hold a list": ["1. a\n   - b\n2. c", ['ol(li(span("a"),ul(li(span("b")))),li(span("c")))']],
    "another mark begins another list": ["- a\n* b", ['ul(li(span("a")))', 'ul(li(span("b")))']],
    "a year does not begin a list in a paragraph": ["It was\n2024. A year.", ['p("It was\\n2024. A year.")']],
    "a list interrupts a paragraph": ["Steps:\n- a", ['p("Steps:")', 'ul(li(span("a")))']],
    "a lone dash after a line does not make it a heading": ["Steps:\n-", ['p("Steps:\\n-")']],
    "a quote continues without its mark": ["> a\nb\n\nc", ['blockquote(p("a\\nb"))', 'p("c")']],
    "task items carry their box": ["- [x] a\n- [ ] b", ['ul(li(input(),span("a")),li(input(),span("b")))']],
    "nothing is nothing": ["", []],
  };
  for (const [name, [source, expected]] of Object.entries(cases)) {
    test(name, () => assert.deepEqual(outline(source), expected));
  }

  test("fenced code keeps every character, and its language", () => {
    const [block] = parseMarkdown("```Swift title\nlet a = \"<b>\"\n\n  **no**\n```");
    assert.deepEqual([block.type, block.language, block.value], ["code", "swift", 'let a = "<b>"\n\n  **no**']);
  });

  test("a fence that is still open runs to the end", () => {
    assert.equal(parseMarkdown("~~~\na\n```\nb")[0].value, "a\n```\nb");
  });

  test("an indented block is code without its indentation", () => {
    assert.equal(parseMarkdown("    x\n\n      y\n")[0].value, "x\n\n  y");
  });

  test("a list item can hold code and go on", () => {
    const [{ items }] = parseMarkdown("1. a\n\n   ```\n   x\n   ```\n\n   b\n2. c");
    assert.deepEqual(
      items.map((item) => item.blocks.map((block) => block.type)),
      [["paragraph", "code", "paragraph"], ["paragraph"]],
    );
  });

  test("a table has its alignments, and a bar in code or after a backslash divides nothing", () => {
    const [block] = parseMarkdown("| a | b | c |\n|:--|:-:|--:|\n| `x|y` | p\\|q |\n\nafter");
    assert.deepEqual(block.alignments, ["start", "center", "end"]);
    assert.deepEqual(block.rows, [[[{ type: "code", value: "x|y" }], [{ type: "text", value: "p|q" }], []]]);
  });

  test("lines with bars are no table without the line of dashes", () => {
    assert.equal(parseMarkdown("a | b\nc | d")[0].type, "paragraph");
  });

  test("the plain text has the words and not the marks", () => {
    assert.equal(plainText("# A **b**\n- `c`\n- [d](https://e.example)"), "A b\nc\nd");
  });
});

describe("Markdown's inline text", () => {
  const cases = {
    "emphasis and strong emphasis": ["*a* **b** ***c***", 'p(em("a")," ",strong("b")," ",em(strong("c")))'],
    "underscores inside a word are text": ["snake_case_name __init__", 'p("snake_case_name ",strong("init"))'],
    "stars that touch spaces are text": ["2 * 3 * 4", 'p("2 * 3 * 4")'],
    "struck text": ["~~a~~ ~b~", 'p(del("a")," ~b~")'],
    "a code span is literal": ["`**a** <b>` ``x`y``", 'p(code("**a** <b>")," ",code("x`y"))'],
    "a backtick without a partner is text": ["a ` b", 'p("a ` b")'],
    "a backslash takes a mark's meaning": ["\\*a\\* \\[b]", 'p("*a* [b]")'],
    "entities become characters, unknown ones stay": ["&lt;b&gt; &#65; &nope; &amp", 'p("<b> A &nope; &amp")'],
    "a half-written emphasis is text": ["a **b", 'p("a **b")'],
    "a link": ["[a *b*](https://c.example/d)", 'p(a("a ",em("b")))'],
    "an address in angle brackets": ["<https://a.example>", 'p(a("https://a.example"))'],
    "a bare address without its full stop": [
      "See https://a.example/b_c(d).",
      'p("See ",a("https://a.example/b_c(d)"),".")',
    ],
    "an image becomes a link to it": ["![a](https://b.example/c.png)", 'p(a("a"))'],
    "a link inside a link stays text": [
      "[a [b](https://c.example)](https://d.example)",
      'p("[a ",a("b"),"](",a("https://d.example"),")")',
    ],
    "letters beyond the basic plane": ["**\u{1F600}a** *\u{20000}*", 'p(strong("\u{1F600}a")," ",em("\u{20000}"))'],
  };
  for (const [name, [source, expected]] of Object.entries(cases)) {
    test(name, () => assert.equal(outline(source)[0], expected));
  }

  test("a link opens elsewhere and tells the other page nothing", () => {
    const link = render("[a](https://b.example 'c')").elements.find((element) => element.tag === "a");
    assert.deepEqual(link.attributes, {
      href: "https://b.example/", title: "c", target: "_blank", rel: "noopener noreferrer",
    });
  });
});

const allowed = {
  a: ["href", "title", "target", "rel"], input: ["type", "disabled", "checked", "aria-label"], ol: ["start", "class"],
  pre: ["tabindex", "role", "aria-label"], div: ["class", "dir", "tabindex", "role", "aria-label"], td: ["class"],
  th: ["class", "scope"], button: ["type", "class"], svg: ["viewBox", "class", "aria-hidden", "focusable"], path: ["d"],
  ul: ["class"], span: ["class"], figure: ["class"], figcaption: ["class"],
};
for (const tag of "p h3 h4 h5 h6 li blockquote hr br strong em del code table thead tbody tr".split(" ")) allowed[tag] ??= [];

/** Throws unless a tree has only harmless elements with harmless attributes. */
function assertHarmless(root, source) {
  for (const element of root.elements) {
    assert.ok(Object.hasOwn(allowed, element.tag), `<${element.tag}> from ${JSON.stringify(source)}`);
    for (const [name, value] of Object.entries(element.attributes)) {
      assert.ok(allowed[element.tag].includes(name), `<${element.tag} ${name}> from ${JSON.stringify(source)}`);
      if (name === "href") assert.match(value, /^https?:\/\/[^/]/, source);
      if (name === "class") assert.match(value, /^[a-z0-9 -]*$/i, source);
    }
  }
}

describe("Hostile text", () => {
  const hostile = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\u0001javascript:alert(1))",
    "[x](<javascript:alert(1)>)",
    "[x](data:text/html,<script>alert(1)</script>)",
    "[x](vbscript:msgbox(1))",
    "[x](//evil.example)",
    "[x](/auth/logout)",
    "[x](https:evil.example)",
    "[x](https://user:password@evil.example)",
    "[x](https://)",
    "![x](javascript:alert(1))",
    "![x\"onerror=alert(1) y=\"](https://a.example/x.png)",
    "[x](https://a.example \"' onmouseover=alert(1)\")",
    "<javascript:alert(1)>",
    "<https://a.example/\"onclick=alert(1)>",
    "```\"><script>alert(1)</script>\nx\n```",
    "```__proto__\nx\n```",
    "```constructor\nx\n```",
    "| <b onclick=alert(1)> | b |\n|--|--|\n| <i> | [x](javascript:1) |",
    "- [x] <input autofocus onfocus=alert(1)>",
    "<!--\n-->\n<?php\n<![CDATA[ x ]]>",
    "[x]: javascript:alert(1)\n\n[x]",
    "\u202Ecod.exe\u202C \0 \uFFFE",
  ];
  for (const source of hostile) {
    test(`stays text: ${JSON.stringify(source)}`, () => {
      const root = render(source);
      assertHarmless(root, source);
      assert.ok(
        !/javascript|vbscript|data:/i.test(root.elements.map((element) => element.attributes.href ?? "").join(" ")),
      );
    });
  }

  test("markup is shown as it was written", () => {
    assert.equal(render("<img src=x onerror=alert(1)>").textContent, "<img src=x onerror=alert(1)>");
  });

  test("only complete http and https addresses without credentials are addresses", () => {
    for (const good of ["https://a.example/", "http://127.0.0.1:8080/x?y#z"]) assert.equal(safeAddress(good), good);
    for (const bad of ["", "a", "/a", "//a", "ftp://a", "file:///a", "https:a", "https://", " https://a", "https://a b",
      "https://a\nb", "https://u@a.example", `https://a.example/${"x".repeat(3000)}`]) {
      assert.equal(safeAddress(bad), null, bad);
    }
  });
});

/** A small generator with a seed (mulberry32), so that a failure can be repeated. */
function generator(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

const pieces = ["a", "b ", " ", "\n", "\n\n", "*", "**", "_", "`", "```\n", "~~", "[", "](", ")", "![", "<", ">", "> ", "- ",
  "1. ", "    ", "|", "|--|--|\n", "# ", "---\n", "\\", "&lt;", "&#0;", "https://a.example", "javascript:", "\t", "[x] ",
  "\u{1F600}", "\"", "'", "<script>", "on=", "==\n"];

function randomText(random) {
  let text = "";
  const length = 1 + Math.floor(random() * 80);
  while (text.length < length) text += pieces[Math.floor(random() * pieces.length)];
  return text;
}

describe("Any text", () => {
  test("renders to harmless elements", () => {
    const random = generator(1);
    for (let round = 0; round < 4_000; round += 1) {
      const source = randomText(random);
      assertHarmless(render(source), source);
    }
  });

  test("that streams in ends as if it had come at once", () => {
    const random = generator(2);
    for (let round = 0; round < 600; round += 1) {
      const source = randomText(random);
      const view = new MarkdownView();
      for (let end = 0; end < source.length; end += 1 + Math.floor(random() * 6)) view.update(source.slice(0, end));
      view.update(source);
      assert.equal(view.element.outline, render(source).outline, JSON.stringify(source));
    }
  });

  const long = {
    "open brackets": "[".repeat(50_000), "open links": "[a](".repeat(12_000), "stars": "*a ".repeat(17_000),
    "closing stars": "a* ".repeat(17_000), "nested emphasis": "*a **b ".repeat(7_000) + "b** a*".repeat(7_000),
    "mixed emphasis": "*a_ ".repeat(12_000), "backticks": Array.from({ length: 300 }, (_, n) => "`".repeat(n)).join(" "),
    "quotes": ">".repeat(50_000), "list marks": "- ".repeat(25_000), "angle brackets": "<".repeat(50_000),
    "angle addresses": "<https://".repeat(5_500), "bars": "|".repeat(50_000), "table rows": "a|b\n-|-\n" + "c|d\n".repeat(12_000),
    "numbered items": "1. a\n".repeat(10_000), "indented items": Array.from({ length: 300 }, (_, n) => " ".repeat(2 * n) + "- a").join("\n"),
    "line ends": "\n".repeat(50_000), "spaces": " ".repeat(50_000) + "a", "heading marks": "# ".repeat(25_000),
    "entities": "&".repeat(50_000), "bare addresses": "https://a.example ".repeat(3_000), "parentheses": "https://a" + ")".repeat(50_000),
    "tildes": "~~a".repeat(16_000),
  };
  for (const [name, source] of Object.entries(long)) {
    test(`of ${source.length} characters is read within a second: ${name}`, () => {
      const start = performance.now();
      assertHarmless(render(source), name);
      assert.ok(performance.now() - start < 1_000, `${Math.round(performance.now() - start)} ms`);
    });
  }

  test("of inline marks is read without loss of letters", () => {
    const random = generator(3);
    const letters = (value) => value.replace(/[^a-z]/g, "");
    const text = (nodes) => nodes.map((node) => node.value ?? (node.children ? text(node.children) : "")).join("");
    for (let round = 0; round < 2_000; round += 1) {
      const source = Array.from({ length: 30 }, () => ["a", "b", " ", "*", "_", "~~", "`", "**", "c"][Math.floor(random() * 9)]).join("");
      assert.equal(letters(text(parseInline(source))), letters(source), source);
    }
  });
});
