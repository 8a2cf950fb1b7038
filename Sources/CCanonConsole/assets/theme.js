// Light or dark. Loaded before the page is drawn, so that it does not flash in the wrong one. The choice is the only
// thing that the console keeps in the browser's storage.
(() => {
  const key = "canon-theme";
  const choices = ["system", "light", "dark"];
  const read = () => {
    try {
      const stored = localStorage.getItem(key);
      return choices.includes(stored) ? stored : "system";
    } catch {
      return "system"; // storage may be switched off; the system's choice holds
    }
  };
  const apply = (choice) => {
    if (choice === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = choice;
  };
  globalThis.canonTheme = {
    choices,
    get: read,
    set(choice) {
      try {
        if (choice === "system") localStorage.removeItem(key);
        else localStorage.setItem(key, choice);
      } catch {
        // Without storage the choice lasts as long as the page.
      }
      apply(choice);
    },
  };
  apply(read());
})();
