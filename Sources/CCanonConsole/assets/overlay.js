// What lies over the page for a moment: a menu at a button, a question in a dialog.

import { h, icon } from "./dom.js";

/**
 * A button with a menu.
 * @param entries called when the menu opens: `[{label, drawing, danger?, checked?, onselect}]`
 */
export function menuButton({ label, className, content, entries }) {
  const menu = h("div", { class: "menu", role: "menu", popover: "auto", "aria-label": label });
  const button = h(
    "button",
    { type: "button", class: className, "aria-label": label, "aria-haspopup": "menu", "aria-expanded": "false" },
    content,
  );
  const close = () => {
    menu.hidePopover();
    button.focus();
  };
  // A press outside closes the menu before the click arrives; on its own button it must not open it again.
  let wasOpen = false;
  button.addEventListener("pointerdown", () => (wasOpen = menu.matches(":popover-open")));
  button.addEventListener("click", () => {
    if (wasOpen) return (wasOpen = false);
    menu.replaceChildren(...entries().map((entry) => menuItem(entry, close)));
    menu.showPopover();
    place(menu, button);
    menu.querySelector("[aria-checked=true], [role^=menuitem]").focus();
  });
  menu.addEventListener("toggle", (event) => button.setAttribute("aria-expanded", String(event.newState === "open")));
  menu.addEventListener("keydown", (event) => moveInMenu(menu, event, close));
  return [button, menu];
}

function menuItem({ label, drawing, danger, checked, onselect }, close) {
  return h(
    "button",
    {
      type: "button",
      role: checked === undefined ? "menuitem" : "menuitemradio",
      "aria-checked": checked === undefined ? null : String(checked),
      tabindex: "-1",
      class: danger ? "menu-item danger" : "menu-item",
      onclick: () => {
        close();
        onselect();
      },
    },
    icon(drawing),
    h("span", {}, label),
    checked && icon("check", "menu-check"),
  );
}

function moveInMenu(menu, event, close) {
  const items = [...menu.children];
  const current = items.indexOf(document.activeElement);
  const target = {
    ArrowDown: (current + 1) % items.length,
    ArrowUp: (current - 1 + items.length) % items.length,
    Home: 0,
    End: items.length - 1,
  }[event.key];
  if (target !== undefined) items[target].focus();
  else if (event.key === "Escape" || event.key === "Tab") close();
  else return;
  if (event.key !== "Tab") event.preventDefault();
  event.stopPropagation();
}

function place(menu, button) {
  const box = button.getBoundingClientRect();
  const margin = 8;
  const below = box.bottom + 4 + menu.offsetHeight < innerHeight - margin;
  const top = below ? box.bottom + 4 : box.top - 4 - menu.offsetHeight;
  const left = Math.min(box.left, innerWidth - menu.offsetWidth - margin);
  menu.style.top = `${Math.max(margin, top)}px`;
  menu.style.left = `${Math.max(margin, left)}px`;
}

/** Asks for a yes. @returns {Promise<boolean>} */
export async function confirmAction({ title, text, action }) {
  return (await openDialog({ title, action, danger: true, body: [h("p", { class: "dialog-text" }, text)] })) !== null;
}

/** Asks for a line of text. @returns {Promise<string | null>} null when it was cancelled */
export async function askText({ title, label, value, action }) {
  const input = h(
    "input",
    { id: "dialog-input", class: "input", value, maxlength: "200", required: true, autocomplete: "off" },
  );
  const body = [h("label", { class: "label", for: "dialog-input" }, label), input];
  const answer = await openDialog({ title, action, body, oninit: () => input.select() });
  return answer === null ? null : input.value.trim() || null;
}

/** Shows something in a dialog that can only be closed. @returns the dialog */
export function showPanel({ title, body, onclose }) {
  const close = h("button", { class: "button" }, "Close");
  const dialog = h(
    "dialog",
    { class: "dialog panel", "aria-labelledby": "panel-title" },
    h("h2", { id: "panel-title", class: "dialog-title" }, title),
    body,
    h("form", { method: "dialog", class: "dialog-actions" }, close),
  );
  dialog.addEventListener("close", () => {
    dialog.remove();
    onclose();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

function openDialog({ title, action, danger = false, body, oninit }) {
  return new Promise((resolve) => {
    const cancel = h("button", { type: "button", class: "button", onclick: () => dialog.close() }, "Cancel");
    const confirm = h("button", { class: danger ? "button danger" : "button primary", value: "yes" }, action);
    const dialog = h(
      "dialog",
      { class: "dialog", "aria-labelledby": "dialog-title" },
      h(
        "form",
        { method: "dialog" },
        h("h2", { id: "dialog-title", class: "dialog-title" }, title),
        body,
        h("div", { class: "dialog-actions" }, cancel, confirm),
      ),
    );
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes" ? "yes" : null);
    });
    document.body.append(dialog);
    dialog.showModal();
    if (danger) cancel.focus(); // the safe answer is the nearest
    oninit?.();
  });
}
