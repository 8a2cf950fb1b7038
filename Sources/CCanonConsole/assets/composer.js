// Where a message is written. Enter sends, Shift+Enter begins a line, Escape stops the run.

import { h, icon } from "./dom.js";

const maximumBytes = 32 * 1024; // of UTF-8; the gateway's limit for the text of one message

export class Composer {
  /** @param actions `{onsend(text), onstop()}` */
  constructor(actions) {
    this.actions = actions;
    this.running = false;
    this.input = h("textarea", {
      id: "composer-input",
      class: "composer-input",
      rows: "1",
      placeholder: "Ask about this workspace",
      "aria-describedby": "composer-hint composer-problem",
      oninput: () => this.#changed(),
      onkeydown: (event) => this.#keydown(event),
    });
    this.send = h(
      "button",
      { type: "submit", class: "send", "aria-label": "Send", title: "Send (Enter)" },
      icon("send"),
    );
    this.stop = h(
      "button",
      {
        type: "button",
        class: "send stop",
        "aria-label": "Stop",
        title: "Stop (Escape)",
        onclick: () => actions.onstop(),
      },
      icon("stop"),
    );
    this.problem = h("p", { id: "composer-problem", class: "composer-problem", role: "alert" });
    this.hint = h("p", { id: "composer-hint", class: "composer-hint" });
    this.element = h(
      "form",
      {
        class: "composer",
        "aria-label": "New message",
        onsubmit: (event) => {
          event.preventDefault();
          this.#submit();
        },
      },
      h("label", { class: "visually-hidden", for: "composer-input" }, "Message"),
      h("div", { class: "composer-box" }, this.input, this.send, this.stop),
      this.problem,
      this.hint,
    );
    this.setRunning(false);
    this.#changed();
  }

  get text() {
    return this.input.value;
  }

  set text(value) {
    this.input.value = value;
    this.#changed();
  }

  focus() {
    this.input.focus();
  }

  setRunning(running) {
    const held = document.activeElement === this.send || document.activeElement === this.stop;
    this.running = running;
    this.send.hidden = running;
    this.stop.hidden = !running;
    this.hint.textContent = running ? "Esc stops the run" : "Enter to send, Shift + Enter for a new line";
    if (!running) this.problem.textContent = "";
    if (held) (running ? this.stop : this.input).focus(); // the button that had the focus is gone
  }

  #keydown(event) {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#submit();
  }

  #changed() {
    this.problem.textContent = "";
    this.send.disabled = this.text.trim() === "";
    this.input.style.height = "auto";
    this.input.style.height = `${this.input.scrollHeight}px`;
  }

  #submit() {
    const text = this.text.trim();
    if (!text) return;
    const bytes = new TextEncoder().encode(text).length;
    if (bytes > maximumBytes) {
      const over = Math.ceil((bytes - maximumBytes) / 1024);
      this.problem.textContent = `This message is too long by ${over} KiB. The limit is 32 KiB: shorten or divide it.`;
    } else if (this.running) {
      this.problem.textContent = "Wait for the answer, or press Escape to stop it, before you send the next message.";
    } else {
      this.text = "";
      this.actions.onsend(text);
    }
  }
}
