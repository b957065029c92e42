// Light or dark: as the device says, unless the person chose. The choice stands on <html> and survives a reload.

/** The three choices. */
export type Theme = "system" | "light" | "dark";

const KEY = "placet.theme";

function readTheme(): Theme {
  const stored = typeof localStorage === "undefined" ? null : localStorage.getItem(KEY);
  return stored === "light" || stored === "dark" ? stored : "system";
}

let chosen = $state<Theme>(readTheme());

/** The chosen appearance; setting it applies and remembers it. */
export const theme = {
  get current(): Theme {
    return chosen;
  },
  set current(value: Theme) {
    chosen = value;
    if (value === "system") localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, value);
    applyTheme();
  },
};

/** Puts the choice on the document; called once before the first render. */
export function applyTheme(): void {
  if (chosen === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = chosen;
}
