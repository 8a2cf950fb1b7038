// The console: which page is shown, and what leads from one to the next.

import { h } from "./dom.js";
import { Session } from "./session.js";
import { setUpPage, signInPage } from "./sign-in.js";
import { Workspace } from "./workspace.js";

const root = document.getElementById("app");
const session = new Session();
let config = { demo: false, setup_required: false };
let workspace = null;

const ended = "Your session has ended. Log in again to go on.";

session.addEventListener("signedout", ({ detail }) => showSignIn(detail === "left" ? "You are logged out." : ended));

// The fragment is the console's own path, so the skip link moves the focus itself.
document.getElementById("skip").addEventListener("click", (event) => {
  event.preventDefault();
  document.getElementById("main").focus();
});

async function start() {
  try {
    config = await session.config();
    if (location.pathname.replace(/\/$/, "") === "/setup") return showSetUp();
    // Without a cookie a refresh can only be refused, and the browser would log that as an error.
    if (config.session && (await session.restore())) showWorkspace();
    else showSignIn();
  } catch (error) {
    showTrouble(error);
  }
}

function show(page) {
  workspace?.dispose();
  workspace = null;
  root.replaceChildren(page.element);
  document.title = `${page.title} · Canon`;
  page.focus();
}

function showSignIn(notice = "") {
  show(signInPage({ session, config, notice, onsuccess: showWorkspace }));
}

function showSetUp() {
  const token = decodeURIComponent(location.hash.slice(1));
  const onsuccess = () => {
    // The link is used up; it must not stay in the history.
    history.replaceState(null, "", "/");
    showWorkspace();
  };
  show(setUpPage({ session, token, onsuccess }));
}

function showWorkspace() {
  workspace?.dispose();
  workspace = new Workspace({ session, onended: () => showSignIn(ended) });
  root.replaceChildren(workspace.element);
  workspace.start();
}

function showTrouble(error) {
  const again = h("button", { type: "button", class: "button primary wide", onclick: start }, "Try again");
  const element = h(
    "main",
    { class: "entrance", id: "main", tabindex: "-1" },
    h(
      "div",
      { class: "card" },
      h("h1", { class: "card-title" }, "Canon cannot be reached"),
      h("p", { class: "card-intro" }, error.message),
      again,
    ),
  );
  show({ element, title: "Not reachable", focus: () => again.focus() });
}

start();
