// The two pages before the workspace: the first account, and logging in.

import { h, icon, mark } from "./dom.js";

const minimumPassword = 12; // characters; the server checks it too

/** @param session the Session; @param config what `/auth/config` said; @param notice why the page is shown, or "" */
export function signInPage({ session, config, notice, onsuccess }) {
  const form = new CredentialForm({
    action: "Log in",
    passwordName: "current-password",
    submit: async (email, password) => {
      try {
        await session.signIn(email, password);
      } catch (error) {
        // Which of the two is wrong is not said to anyone.
        if (error.status === 401) error.message = "The email address or the password is wrong.";
        throw error;
      }
    },
    onsuccess,
  });
  const demo = config.demo && [
    h("div", { class: "or" }, h("span", {}, "or")),
    form.otherButton("Try it as a visitor", () => session.visit()),
    h("p", { class: "card-note" }, "A visitor gets an identity of their own. Nothing is asked for."),
  ];
  const missing =
    config.setup_required &&
    h(
      "div",
      { class: "callout" },
      icon("warning"),
      h("p", {}, "This server has no account yet. Open the set-up link that it printed when it started."),
    );
  return page(
    "Log in",
    [notice && h("p", { class: "callout", role: "status" }, notice), missing, form.element, demo],
    form,
  );
}

/** @param token the one-time token of the set-up link */
export function setUpPage({ session, token, onsuccess }) {
  if (!token) {
    return page("Set up Canon", [
      h(
        "div",
        { class: "callout" },
        icon("warning"),
        h(
          "p",
          {},
          "This link is not complete: its part after # is missing. Copy the whole link that the server printed.",
        ),
      ),
      h("p", { class: "card-note" }, h("a", { href: "/" }, "Go to the log in page")),
    ]);
  }
  const form = new CredentialForm({
    action: "Create account",
    passwordName: "new-password",
    submit: async (email, password) => {
      try {
        await session.setUp(token, email, password);
      } catch (error) {
        if (error.status !== 410) throw error;
        error.message =
          "This set-up link was used already or has expired. Log in with the account that was made, " +
          "or restart the server for a new link.";
        throw error;
      }
    },
    onsuccess,
  });
  const intro = h("p", { class: "card-intro" }, "Create the first account. It is the administrator of this server.");
  return page("Set up Canon", [intro, form.element], form);
}

function page(title, content, form) {
  const heading = h("h1", { class: "card-title", id: "main", tabindex: "-1" }, title);
  const element = h(
    "main",
    { class: "entrance" },
    h("div", { class: "entrance-brand" }, mark(), h("span", {}, "Canon")),
    h("div", { class: "card" }, heading, content),
  );
  return { element, title, focus: () => (form ? form.email.focus() : heading.focus()) };
}

class CredentialForm {
  constructor({ action, passwordName, submit, onsuccess }) {
    this.submit = submit;
    this.onsuccess = onsuccess;
    this.chooses = passwordName === "new-password";
    this.email = h(
      "input",
      {
        id: "email",
        name: "email",
        type: "email",
        class: "input",
        autocomplete: "username",
        required: true,
        spellcheck: "false",
      },
    );
    this.password = h(
      "input",
      {
        id: "password",
        name: "password",
        type: "password",
        class: "input",
        autocomplete: passwordName,
        required: true,
      },
    );
    this.errors = { email: fieldError("email"), password: fieldError("password") };
    this.general = h("p", { class: "form-error", role: "alert" });
    this.button = h("button", { class: "button primary wide" }, action);
    this.element = h(
      "form",
      { class: "form", novalidate: true, onsubmit: (event) => (event.preventDefault(), this.#submitted()) },
      this.general,
      h(
        "div",
        { class: "field" },
        h("label", { class: "label", for: "email" }, "Email"),
        this.email,
        this.errors.email,
      ),
      h(
        "div",
        { class: "field" },
        h("label", { class: "label", for: "password" }, "Password"),
        h("div", { class: "password" }, this.password, this.#revealButton()),
        this.chooses && h(
          "p",
          { class: "field-hint", id: "password-hint" },
          `At least ${minimumPassword} characters. A few words make a good one.`,
        ),
        this.errors.password,
      ),
      this.button,
    );
    this.password.setAttribute("aria-describedby", this.chooses ? "password-hint password-error" : "password-error");
    this.email.setAttribute("aria-describedby", "email-error");
    for (const name of ["email", "password"]) this[name].addEventListener("input", () => this.#explain(name, ""));
  }

  /** A button beside the form that leads the same way. */
  otherButton(label, action) {
    const button = h("button", { type: "button", class: "button wide" }, label);
    button.addEventListener("click", () => this.#run(action, button));
    return button;
  }

  #revealButton() {
    const button = h(
      "button",
      {
        type: "button",
        class: "icon-button reveal",
        "aria-controls": "password",
        "aria-pressed": "false",
        "aria-label": "Show the password",
        title: "Show the password",
      },
      icon("eye"),
    );
    button.addEventListener("click", () => {
      const shown = this.password.type === "password";
      this.password.type = shown ? "text" : "password";
      button.setAttribute("aria-pressed", String(shown));
      button.title = shown ? "Hide the password" : "Show the password";
      button.replaceChildren(icon(shown ? "hidden" : "eye"));
    });
    return button;
  }

  #submitted() {
    const email = this.email.value.trim();
    const password = this.password.value;
    this.#explain(
      "email",
      /^[^\s@]+@[^\s@]+$/.test(email) ? "" : email ? "This is not a complete email address." : "Enter your email address.",
    );
    const length = [...password].length;
    const short = this.chooses && length < minimumPassword;
    this.#explain(
      "password",
      !password ? "Enter your password." : short ? `${minimumPassword - length} more characters are needed.` : "",
    );
    const wrong = ["email", "password"].find((name) => this.errors[name].textContent);
    if (wrong) this[wrong].focus();
    else this.#run(() => this.submit(email, password), this.button);
  }

  async #run(action, button) {
    this.general.textContent = "";
    button.disabled = true;
    button.classList.add("busy");
    try {
      await action();
      this.onsuccess();
    } catch (error) {
      button.disabled = false;
      button.classList.remove("busy");
      if (error.retryAfter) return this.#countDown(button, error);
      if (this.errors[error.field]) {
        this.#explain(error.field, error.message);
        this[error.field].focus();
      } else {
        this.general.textContent = error.message;
        if (error.status === 401) this.password.select();
        else button.focus();
      }
    }
  }

  #countDown(button, error) {
    const until = Date.now() + error.retryAfter * 1_000;
    const label = button.textContent;
    this.general.textContent = error.message;
    button.disabled = true;
    const tick = () => {
      const seconds = Math.ceil((until - Date.now()) / 1_000);
      button.textContent = seconds > 0 ? `Try again in ${seconds} s` : label;
      button.disabled = seconds > 0;
      if (seconds > 0) setTimeout(tick, 250);
      else this.general.textContent = "";
    };
    tick();
  }

  #explain(name, text) {
    this.errors[name].textContent = text;
    if (text) this[name].setAttribute("aria-invalid", "true");
    else this[name].removeAttribute("aria-invalid");
  }
}

function fieldError(name) {
  return h("p", { class: "field-error", id: `${name}-error`, role: "alert" });
}
