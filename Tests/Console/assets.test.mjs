// The embedded files as a whole: that all of them are embedded, that they find one another, and that none holds what the
// content security policy forbids.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { highlight } from "../../Sources/CCanonConsole/assets/highlight.js";

const root = new URL("../../", import.meta.url);
const read = (path) => readFileSync(new URL(path, root), "utf8");
const folder = "Sources/CCanonConsole/assets";
const table = [...read("Sources/CCanonConsole/console.c").matchAll(/ASSET\("([^"]+)", (\w+), (\w+)\)/g)];
const embedded = table.map(([, name]) => name);
const sources = new Map(
  [...readdirSync(new URL(folder, root)).filter((name) => name !== "package.json").map(
    (name) => [name, read(`${folder}/${name}`)],
  ),
    ["canon.js", read("clients/canon.js")]],
);

describe("The console's files", () => {
  test("are all embedded, each under its own name and type", () => {
    assert.deepEqual([...embedded].sort(), [...sources.keys()].sort());
    for (const [, name, type, symbol] of table) {
      assert.equal(symbol, name.replace(/[-.]/g, "_"));
      assert.equal(type, { html: "HTML", svg: "SVG", css: "CSS", js: "JS" }[name.split(".").at(-1)]);
    }
  });

  test("refer to nothing that is not embedded, and to no other host", () => {
    for (const [, name] of read(`${folder}/index.html`).matchAll(/(?:src|href)="\/console\/([^"]+)"/g)) {
      assert.ok(embedded.includes(name), name);
    }
    for (const [file, text] of sources) {
      for (const [, name] of text.matchAll(/from "\.\/([^"]+)"/g)) assert.ok(embedded.includes(name), `${file}: ${name}`);
      for (const [address] of text.matchAll(/https?:\/\/[a-z0-9][a-z0-9.]*/g)) {
        assert.match(
          address,
          /^(https:\/\/canon\.example|http:\/\/www\.w3\.org)$|^https?:\/\/host/,
          `${file}: ${address}`,
        );
      }
    }
  });

  test("have no inline script or style and no way from text to markup", () => {
    const page = read(`${folder}/index.html`);
    assert.doesNotMatch(page, /<script(?![^>]* src=)|<style|\sstyle=|\son\w+=|javascript:/i);
    const forbidden = /\.innerHTML|\.outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|DOMParser|createContextualFragment|setHTML/;
    for (const [file, text] of sources) assert.doesNotMatch(text, forbidden, file);
  });

  test("keep nothing but the theme in the browser's storage", () => {
    for (const [file, text] of sources) {
      if (file !== "theme.js") assert.doesNotMatch(
        text,
        /localStorage|sessionStorage|indexedDB|document\.cookie/,
        file,
      );
    }
  });
});

describe("Highlighting", () => {
  const code = 'let a = "x\\"y" // c\n/* d\n*/ func f() -> 0x1F { return nil } # e \'f\' """g\nh"""\n-- i\n+j\n';

  for (const language of ["swift", "py", "ts", "go", "rs", "java", "c", "bash", "yml", "json", "sql", "diff", "", "unknown", "constructor"]) {
    test(`changes no character of ${language || "plain"} code`, () => {
      assert.equal(highlight(code, language).map(({ text }) => text).join(""), code);
    });
  }

  test("names the parts of code", () => {
    assert.deepEqual(highlight('return "a" // b', "swift"), [
      { kind: "keyword", text: "return" }, { kind: null, text: " " }, { kind: "string", text: '"a"' },
      { kind: null, text: " " }, { kind: "comment", text: "// b" },
    ]);
  });

  test("leaves a word inside a word alone", () => {
    assert.deepEqual(highlight("returned", "swift"), [{ kind: null, text: "returned" }]);
  });
});
