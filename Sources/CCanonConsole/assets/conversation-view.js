// A conversation on the page: its questions and runs in order, drawn at most once a frame.

import { announce, h, icon } from "./dom.js";
import { plainText } from "./markdown.js";
import { RunView } from "./run-view.js";

const nearEnd = 96; // pixels from the end within which new text keeps the end in view

export class ConversationView {
  /**
   * @param scroller the element that scrolls
   * @param actions `{onretry(run), onresend(question), ondiscard(question)}`
   */
  constructor(conversation, scroller, actions) {
    this.conversation = conversation;
    this.scroller = scroller;
    this.actions = actions;
    this.views = new Map(); // item -> {element, update, tick?}
    this.dirty = new Set();
    this.frame = null;
    this.pinned = true; // whether the end stays in view
    this.element = h("div", { class: "messages" });
    this.jump = h(
      "button",
      { type: "button", class: "jump", hidden: true, onclick: () => this.toEnd(true) },
      icon("down"),
      "Latest",
    );
    this.onscroll = () => {
      const { scrollHeight, scrollTop, clientHeight } = scroller;
      this.pinned = scrollHeight - scrollTop - clientHeight < nearEnd;
      this.jump.hidden = this.pinned;
    };
    scroller.addEventListener("scroll", this.onscroll, { passive: true });
    this.clock = setInterval(() => {
      for (const view of this.views.values()) if (view.run?.state === "running") view.tick();
    }, 1_000);
    this.draw();
  }

  dispose() {
    clearInterval(this.clock);
    cancelAnimationFrame(this.frame);
    this.scroller.removeEventListener("scroll", this.onscroll);
    this.jump.remove();
    this.element.remove();
  }

  /** Says that an item changed (or that the list did, with none). */
  changed(item) {
    if (item) this.dirty.add(item);
    this.frame ??= requestAnimationFrame(() => this.draw());
  }

  /** Draws everything anew, after a snapshot. */
  reset() {
    for (const view of this.views.values()) view.element.remove();
    this.views.clear();
    this.changed();
  }

  draw() {
    cancelAnimationFrame(this.frame);
    this.frame = null;
    const items = this.conversation.items;
    const present = new Set(items);
    for (const [item, view] of this.views) {
      if (present.has(item)) continue;
      view.element.remove();
      this.views.delete(item);
    }
    let place = this.element.firstElementChild;
    for (const item of items) {
      let view = this.views.get(item);
      if (!view) {
        view = this.#make(item);
        this.views.set(item, view);
        this.element.insertBefore(view.element, place);
      } else if (view.element === place) {
        place = place.nextElementSibling;
      } else {
        this.element.insertBefore(view.element, place);
      }
      if (this.dirty.has(item)) view.update();
    }
    this.dirty.clear();
    if (this.pinned) this.toEnd(false);
    else this.jump.hidden = false;
  }

  toEnd(smooth) {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.scroller.scrollTo({ top: this.scroller.scrollHeight, behavior: smooth && !calm ? "smooth" : "instant" });
    this.pinned = true;
    this.jump.hidden = true;
  }

  #make(item) {
    if (item.kind === "question") return new QuestionView(item, this.actions);
    return new RunView(item, { onretry: this.actions.onretry });
  }
}

class QuestionView {
  constructor(question, actions) {
    this.question = question;
    this.actions = actions;
    this.text = h("p", { class: "question-text", dir: "auto" });
    this.note = h("div", { class: "question-note" });
    this.element = h(
      "article",
      { class: "question" },
      h("h2", { class: "visually-hidden" }, "You asked"),
      this.text,
      this.note,
    );
    this.update();
  }

  update() {
    const { state, text, problem, at } = this.question;
    this.element.dataset.state = state;
    this.text.textContent = text;
    this.text.title = new Date(at).toLocaleString();
    if (state === "refused") {
      this.note.replaceChildren(
        h("span", { class: "question-problem" }, icon("warning"), `Not sent. ${problem}`),
        h(
          "button",
          { type: "button", class: "quiet-button", onclick: () => this.actions.onresend(this.question) },
          "Send again",
        ),
        h(
          "button",
          { type: "button", class: "quiet-button", onclick: () => this.actions.ondiscard(this.question) },
          "Edit",
        ),
      );
    } else {
      this.note.replaceChildren(state === "waiting" ? "Sending" : "");
    }
  }
}

/** Reads the end of a run to a screen reader: the finished text once, not each piece of it. */
export function announceEnd(run) {
  if (run.state === "completed") announce(`Canon answered: ${plainText(run.text)}`);
  else if (run.state === "cancelled") announce("The run was stopped.");
  else announce(`The run failed. ${run.problem ?? ""}`);
}
