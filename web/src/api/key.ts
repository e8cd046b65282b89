/**
 * A key that no other request has, for what must not be done twice. `crypto.randomUUID` is missing on
 * plain http, where self-hosters often start.
 */
export function newKey(): string {
  if (typeof crypto.randomUUID === "function") return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
