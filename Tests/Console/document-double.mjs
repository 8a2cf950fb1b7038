// As much of a document as the console's rendering may use. What could turn text into markup is absent or throws, so a
// test that renders with it also shows that none of it is used.

class Node {
  constructor() {
    this.parent = null;
    this.childNodes = [];
  }

  append(...children) {
    for (const child of children) this.#take(
      typeof child === "string" ? new Text(child) : child,
      this.childNodes.length,
    );
  }

  remove() {
    if (!this.parent) return;
    this.parent.childNodes.splice(this.parent.childNodes.indexOf(this), 1);
    this.parent = null;
  }

  #take(child, index) {
    if (!(child instanceof Node)) throw new TypeError(`append: ${child} is no node`);
    child.remove();
    child.parent = this;
    this.childNodes.splice(index, 0, child);
  }

  get textContent() {
    return this.childNodes.map((child) => child.textContent).join("");
  }
}

class Text extends Node {
  constructor(data) {
    super();
    this.data = data;
  }

  get textContent() {
    return this.data;
  }
}

class Element extends Node {
  constructor(tag) {
    super();
    this.tag = tag;
    this.attributes = {};
    this.listeners = [];
  }

  setAttribute(name, value) {
    this.attributes[name] = String(value);
  }

  addEventListener(type) {
    this.listeners.push(type);
  }

  set innerHTML(_) {
    throw new Error("innerHTML was used");
  }

  set outerHTML(_) {
    throw new Error("outerHTML was used");
  }

  /** Every element in it, itself included. */
  get elements() {
    return [this, ...this.childNodes.flatMap((child) => (child instanceof Element ? child.elements : []))];
  }

  /** A short form to compare: `p("text",em("x"))`. */
  get outline() {
    const inner = this.childNodes.map((child) => (child instanceof Text ? JSON.stringify(child.data) : child.outline));
    return `${this.tag}(${inner.join(",")})`;
  }
}

export const documentDouble = {
  createElement: (tag) => new Element(tag),
  createElementNS: (_, tag) => new Element(tag),
};
