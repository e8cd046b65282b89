import { useId } from "react";

import { useTheme } from "../../app/theme";
import { THEME_WORDS, ThemeChoices } from "../../app/ThemeChoices";
import { IconButton } from "../../design/Button";

/** The browser's own popover closes on Escape and on a click outside. */
export function ThemeMenu() {
  const theme = useTheme();
  const id = useId();
  return (
    <>
      <IconButton label="Theme" icon={THEME_WORDS[theme].icon} popoverTarget={id} />
      <fieldset
        id={id}
        popover="auto"
        className="fixed inset-auto top-16 right-3 m-0 min-w-48 rounded-2xl border border-line bg-surface p-1.5 text-ink shadow-float sm:right-5"
      >
        <legend className="sr-only">Theme</legend>
        <ThemeChoices />
      </fieldset>
    </>
  );
}
