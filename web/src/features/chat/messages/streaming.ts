/** Text that is still being written, made fit to be shown at any moment. Pure. */

/** Half a citation marker at the end is not shown. */
const HALF_MARKER = /\s?\[\d{0,3}$/;
/** Nor are marks that have nothing to mark yet. */
const BARE_MARKS = /\s?[*_`]+$/;

const odd = (text: string, mark: string): boolean => text.split(mark).length % 2 === 0;

/** Closes what the last paragraph has opened, so that no bare stars or ticks are seen meanwhile. */
export function presentable(text: string): string {
  const shown = text.replace(HALF_MARKER, "");
  const paragraph = shown.slice(shown.lastIndexOf("\n\n") + 1);
  if (odd(shown, "```")) return shown;
  if (odd(paragraph, "`")) return closed(shown, "`");
  return odd(paragraph, "**") ? closed(shown, "**") : shown;
}

function closed(text: string, mark: string): string {
  const bare = text.replace(BARE_MARKS, "");
  return odd(bare.slice(bare.lastIndexOf("\n\n") + 1), mark) ? bare.trimEnd() + mark : bare;
}
