/** What goes on beside the words of a conversation: requests to people, tasks in parts. Pure. */
import type { ServerEvent } from "./frames";

/** An action of the agent that a member of the team looks at first. */
export type AskedFor = { id: string; status: string; summary: string };

/** How far a task in parts is. */
export type PlanProgress = { id: string; status: string; ended: number; all: number };

export type Work = { asked: AskedFor[]; plans: PlanProgress[] };

export const noWork: Work = { asked: [], plans: [] };

type Connected = Extract<ServerEvent, { type: "connected" }>;
type Told = Extract<ServerEvent, { type: "approval" | "plan" }>;

/** While it is in one of these, somebody is still at it; what came of it the agent writes itself. */
const ASKED = new Set(["pending", "escalated", "approved"]);
const UNDER_WAY = new Set(["pending", "running"]);

type Named = { id: string; status: string };

/** The list with the newest word on one of its entries; what has ended is gone from it. */
function withOne<T extends Named>(list: T[], one: T, open: ReadonlySet<string>): T[] {
  if (!open.has(one.status)) return list.filter(({ id }) => id !== one.id);
  const known = list.some(({ id }) => id === one.id);
  return known ? list.map((entry) => (entry.id === one.id ? one : entry)) : [...list, one];
}

export function workAfter(work: Work, event: Told): Work {
  return event.type === "approval"
    ? { ...work, asked: withOne(work.asked, event.asked, ASKED) }
    : { ...work, plans: withOne(work.plans, event.plan, UNDER_WAY) };
}

/** Where the server says what is under way, it knows better than what was kept here. */
export const workOn = (work: Work, event: Connected): Work => ({
  asked: event.asked ?? work.asked,
  plans: event.plans ?? work.plans,
});

type Data = Record<string, unknown>;

const isData = (value: unknown): value is Data =>
  typeof value === "object" && value !== null && !Array.isArray(value);
const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** A request as the server tells it; null for what is none. */
export function readAsked(data: unknown): AskedFor | null {
  if (!isData(data) || text(data["approval_id"]) === "") return null;
  return {
    id: text(data["approval_id"]),
    status: text(data["status"]),
    summary: text(data["summary"]),
  };
}

const OPEN_PARTS = new Set(["waiting", "running"]);

/** A plan as the server tells it; null for what is none. */
export function readPlan(data: unknown): PlanProgress | null {
  if (!isData(data) || text(data["id"]) === "") return null;
  const parts = Array.isArray(data["subtasks"]) ? data["subtasks"].filter(isData) : [];
  const open = parts.filter((part) => OPEN_PARTS.has(text(part["status"])));
  return {
    id: text(data["id"]),
    status: text(data["status"]),
    ended: parts.length - open.length,
    all: parts.length,
  };
}

/** A list of such; undefined where the server says nothing about them. */
export const readAll = <T>(data: unknown, read: (one: unknown) => T | null): T[] | undefined =>
  Array.isArray(data) ? data.map(read).filter((one) => one !== null) : undefined;
