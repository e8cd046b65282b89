import { useId, useRef } from "react";

import { chooseTheme, type Theme, THEMES, useTheme } from "../../app/theme";
import { IconButton } from "../../design/Button";
import { Icon, type IconName } from "../../design/Icon";

const WORDS: Record<Theme, { label: string; icon: IconName }> = {
  system: { label: "Like the system", icon: "system" },
  light: { label: "Light", icon: "sun" },
  dark: { label: "Dark", icon: "moon" },
};

/** Three looks to choose from. The browser's own popover closes on Escape and on a click outside. */
export function ThemeMenu() {
  const theme = useTheme();
  const id = useId();
  const menu = useRef<HTMLFieldSetElement>(null);
  return (
    <>
      <IconButton label="Theme" icon={WORDS[theme].icon} popoverTarget={id} />
      <fieldset
        ref={menu}
        id={id}
        popover="auto"
        className="fixed inset-auto top-16 right-3 m-0 min-w-48 rounded-2xl border border-line bg-surface p-1.5 text-ink shadow-float sm:right-5"
      >
        <legend className="sr-only">Theme</legend>
        {THEMES.map((choice) => (
          <label
            key={choice}
            className="flex min-h-10 items-center gap-3 rounded-xl px-3 text-[0.9375rem] hover:bg-sunken has-checked:text-accent has-focus-visible:outline-2 has-focus-visible:outline-accent"
          >
            <input
              type="radio"
              name="theme"
              value={choice}
              checked={theme === choice}
              onChange={() => {
                chooseTheme(choice);
              }}
              className="sr-only"
            />
            <Icon name={WORDS[choice].icon} />
            <span className="flex-1">{WORDS[choice].label}</span>
            {theme === choice && <Icon name="check" size={18} />}
          </label>
        ))}
      </fieldset>
    </>
  );
}
