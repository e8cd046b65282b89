import { tickingEvery } from "../../data/ticking";

/** The time, a quarter of a minute fine. */
export const useNow = tickingEvery(15_000);

/** The page speaks English; within it, dates follow the reader's own kind of English. */
const locale = (): string =>
  navigator.language.toLowerCase().startsWith("en") ? navigator.language : "en-GB";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "just now", "5 min ago", "2 hours ago", "yesterday", then the date. */
export function relativeTime(iso: string, now: number): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "";
  const age = now - at;
  if (age < MINUTE) return "just now";
  if (age < HOUR) return `${Math.floor(age / MINUTE)} min ago`;
  const hours = Math.floor(age / HOUR);
  if (age < DAY) return hours === 1 ? "1 hour ago" : `${hours} hours ago`;
  return new Intl.DateTimeFormat(locale(), { day: "numeric", month: "short" }).format(at);
}

export function absoluteTime(iso: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return "";
  return new Intl.DateTimeFormat(locale(), { dateStyle: "long", timeStyle: "short" }).format(at);
}

const dayNumber = (at: number): number => new Date(at).setHours(0, 0, 0, 0);

/** "Today", "Yesterday", or the date with its weekday. */
export function dayName(iso: string, now: number): string {
  const days = Math.round((dayNumber(now) - dayNumber(Date.parse(iso))) / DAY);
  if (days <= 0) return "Today";
  if (days === 1) return "Yesterday";
  return new Intl.DateTimeFormat(locale(), {
    weekday: "long",
    day: "numeric",
    month: "long",
  }).format(Date.parse(iso));
}

export const sameDay = (a: string, b: string): boolean =>
  dayNumber(Date.parse(a)) === dayNumber(Date.parse(b));
