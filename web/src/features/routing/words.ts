/** How an answer found its agent, in words. Pure. */
import type { Route } from "../../api/types";
import { humanised } from "../../form/words";

const DECIDERS: Record<string, string> = {
  semantic: "by its examples",
  model: "by the model",
  kept: "goes on with it",
  general: "nobody fits better",
  handoff: "given on",
};

export const deciderText = (decider: string): string => DECIDERS[decider] ?? humanised(decider);

/** Only what is certain is said to be. */
export const sureText = (confidence: number): string =>
  `${confidence >= 1 ? 100 : Math.min(99, Math.round(confidence * 100))} % sure`;

/** Below this a message goes to the general agent; the coordinator's own measure. */
const SURE = 0.7;

export const isSure = (route: Pick<Route, "confidence" | "fallback">): boolean =>
  !route.fallback && route.confidence >= SURE;

/** Who had the message before, and who answered at last: "support → sales". */
export const pathText = ({ path, agent_id: last }: Pick<Route, "path" | "agent_id">): string =>
  [...path, last].join(" → ");

const isText = (value: unknown): value is string => typeof value === "string";
const textOr = <T>(value: unknown, instead: T): string | T => (isText(value) ? value : instead);

/** The route in what a turn was given; null where one agent had it alone, or it cannot be read. */
export function routeIn(value: unknown): Route | null {
  if (typeof value !== "object" || value === null) return null;
  const route = value as Partial<Record<keyof Route, unknown>>;
  const { agent_id, name, category, confidence, reasoning, decided_by, path } = route;
  if (!isText(agent_id) || !isText(decided_by) || typeof confidence !== "number") return null;
  return {
    agent_id,
    confidence,
    decided_by,
    name: textOr(name, agent_id),
    category: textOr(category, ""),
    reasoning: textOr(reasoning, ""),
    fallback: route.fallback === true,
    reason: textOr(route.reason, null),
    path: Array.isArray(path) ? path.filter(isText) : [],
  };
}
