/** Moments in words. Pure. */
const UNITS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];
const ago = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
const exact = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

export function agoText(iso: string, now: number): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Number.isNaN(seconds)) return iso;
  for (const [unit, length] of UNITS) {
    if (Math.abs(seconds) >= length) return ago.format(Math.round(seconds / length), unit);
  }
  return "just now";
}

export const exactText = (iso: string): string => {
  const at = new Date(iso);
  return Number.isNaN(at.getTime()) ? iso : exact.format(at);
};

const LENGTHS: [string, string, number][] = [
  ["day", "days", 86_400_000],
  ["hour", "hours", 3_600_000],
  ["min", "min", 60_000],
];

/** A stretch of time in its largest unit, and the next below it where that still says something. */
export function spanText(ms: number): string {
  const index = LENGTHS.findIndex(([, , length]) => Math.abs(ms) >= length);
  const found = LENGTHS[index];
  if (found === undefined) return "less than a minute";
  const [one, many, length] = found;
  const count = Math.floor(Math.abs(ms) / length);
  const words = `${count} ${count === 1 ? one : many}`;
  const next = LENGTHS[index + 1];
  if (next === undefined || count >= 3) return words;
  const rest = Math.floor((Math.abs(ms) % length) / next[2]);
  return rest === 0 ? words : `${words} ${rest} ${rest === 1 ? next[0] : next[1]}`;
}

/** How long something took: "84 ms", "2.4 s". */
export const secondsText = (seconds: number): string =>
  seconds > 0 && seconds < 0.0005 ? "< 1 ms" : seconds < 1 ? `${Math.round(seconds * 1000)} ms` : `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
