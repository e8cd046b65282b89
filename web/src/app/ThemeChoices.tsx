import { useId } from "react";

import { Icon, type IconName } from "../design/Icon";
import { chooseTheme, type Theme, THEMES, useTheme } from "./theme";

export const THEME_WORDS: Record<Theme, { label: string; icon: IconName }> = {
  system: { label: "Like the system", icon: "system" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
};

/** Three looks to choose from. */
export function ThemeChoices() {
  const theme = useTheme();
  // There may be several of these on a page, each a group of its own.
  const group = useId();
  return THEMES.map((choice) => (
    <label
      key={choice}
      className="flex min-h-10 items-center gap-3 rounded-xl px-3 text-[0.9375rem] hover:bg-sunken has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
    >
      <input
        type="radio"
        name={group}
        value={choice}
        checked={theme === choice}
        onChange={() => {
          chooseTheme(choice);
        }}
        className="sr-only"
      />
      <Icon name={THEME_WORDS[choice].icon} />
      <span className="flex-1">{THEME_WORDS[choice].label}</span>
      {theme === choice && <Icon name="check" size={18} />}
    </label>
  ));
}
