/** Words of the form: what a field is called when its schema gives no better name. Pure. */
import type { Json } from "../data/json";
import type { Schema } from "./schema";

const SHORT = new Set([
  "ai",
  "api",
  "crm",
  "id",
  "iso",
  "json",
  "k",
  "llm",
  "stt",
  "tts",
  "url",
  "vad",
]);

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `llm_provider` as "LLM provider". */
export function humanised(name: string): string {
  const words = name
    .split(/[_\s-]+/)
    .filter(Boolean)
    .map((word) => (SHORT.has(word.toLowerCase()) ? word.toUpperCase() : word.toLowerCase()));
  return capital(words.join(" "));
}

/** Titles made by a machine: `AgentTraits`, or the property's own name in capitals. */
function isMade(title: string, name: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9]/g, "");
  const inCapitals = /^[A-Z0-9]\S*(?: [A-Z0-9]\S*)*$/.test(title);
  return (
    (inCapitals && plain(title) === plain(name)) ||
    /^[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+$/.test(title)
  );
}

export function labelOf(schema: Schema, name: string): string {
  const { title } = schema;
  return title === undefined || title === "" || isMade(title, name) ? humanised(name) : title;
}

const count = new Intl.NumberFormat("en", { maximumFractionDigits: 6 });
export const numberText = (value: number): string => count.format(value);

/** A value in a few words: in a hint, a choice, or a summary. */
export function valueText(value: Json | undefined): string {
  if (value === null || value === undefined || value === "") return "not set";
  if (value === true) return "on";
  if (value === false) return "off";
  if (typeof value === "number") return numberText(value);
  if (typeof value === "string") return value;
  if (Array.isArray(value)) {
    return value.length === 0 ? "none" : value.map((item) => valueText(item)).join(", ");
  }
  return JSON.stringify(value);
}

/** In an empty box: what one could write there. */
export const exampleText = (example: Json | undefined): string | undefined =>
  typeof example === "string" ? `For example: ${example}` : undefined;

/** Choices that are written like names read better as words; identifiers stay as they are. */
export const choiceText = (value: Json): string =>
  typeof value === "string" && /^[a-z][a-z_]*$/.test(value) ? humanised(value) : valueText(value);
