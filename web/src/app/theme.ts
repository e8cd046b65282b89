import { useSyncExternalStore } from "react";

import { lasting } from "../api/storage";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** Also read by `public/assets/theme.js`, before the first paint. */
const KEY = "deskhand.theme";
const listeners = new Set<() => void>();

const isTheme = (value: string | null): value is Theme => THEMES.some((theme) => theme === value);

export function currentTheme(): Theme {
  const kept = lasting.get(KEY);
  return isTheme(kept) ? kept : "system";
}

/** Gives the browser's own bar, where it has one, the colour of the page. */
export function colourBrowserBar(): void {
  const paper = getComputedStyle(document.body).backgroundColor;
  for (const meta of document.querySelectorAll<HTMLMetaElement>("meta[name=theme-color]")) {
    if (lasting.get(KEY) === null) meta.content = meta.dataset["system"] ?? meta.content;
    else {
      meta.dataset["system"] ??= meta.content;
      meta.content = paper;
    }
  }
}

export function chooseTheme(theme: Theme): void {
  const root = document.documentElement;
  if (theme === "system") {
    lasting.remove(KEY);
    delete root.dataset["theme"];
  } else {
    lasting.set(KEY, theme);
    root.dataset["theme"] = theme;
  }
  colourBrowserBar();
  for (const listener of listeners) listener();
}

const subscribe = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
};

export const useTheme = (): Theme => useSyncExternalStore(subscribe, currentTheme);
