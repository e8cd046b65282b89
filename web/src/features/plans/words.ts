/** What the states and numbers of plans and votes mean. Pure. */
import type { Ballot, Plan, PlanStatus, Subtask, SubtaskStatus, Vote } from "../../api/plans";

type Tone = "warn" | "good" | "danger" | "calm";
type State = { text: string; tone: Tone };

const PLANS: Record<PlanStatus, State> = {
  pending: { text: "Being planned", tone: "warn" },
  running: { text: "Under way", tone: "warn" },
  done: { text: "Done", tone: "good" },
  failed: { text: "Failed", tone: "danger" },
  cancelled: { text: "Cancelled", tone: "calm" },
};
export const planState = (status: PlanStatus): State => PLANS[status];

export const underWay = (status: PlanStatus): boolean =>
  status === "pending" || status === "running";

const SUBTASKS: Record<SubtaskStatus, State> = {
  waiting: { text: "Waits", tone: "calm" },
  running: { text: "At work", tone: "warn" },
  done: { text: "Done", tone: "good" },
  failed: { text: "Failed", tone: "danger" },
  skipped: { text: "Skipped", tone: "calm" },
  cancelled: { text: "Cancelled", tone: "calm" },
};

/** Done without an answer is not the same as done. */
export function subtaskState({ status, answered }: Pick<Subtask, "status" | "answered">): State {
  return status === "done" && answered === false
    ? { text: "Found no answer", tone: "warn" }
    : SUBTASKS[status];
}

const STRATEGIES: Record<Plan["strategy"], string> = {
  parallel: "All at once",
  sequential: "One after another",
  hybrid: "Each as soon as it can",
};
export const strategyText = (strategy: Plan["strategy"]): string => STRATEGIES[strategy];

type Counted = { subtasks: Pick<Subtask, "status">[] };

/** How many parts have ended, whichever way, and how many there are. */
export function ended({ subtasks }: Counted): { ended: number; all: number } {
  const open = subtasks.filter(({ status }) => status === "waiting" || status === "running");
  return { ended: subtasks.length - open.length, all: subtasks.length };
}

const some = (count: number, word: string): string | null => (count === 0 ? null : `${count} ${word}`);

/** "3 of 5 parts done, 1 failed, 1 skipped". */
export function countsText({ subtasks, counts }: Pick<Plan, "subtasks" | "counts">): string {
  if (subtasks.length === 0) return "No parts yet";
  const parts = subtasks.length === 1 ? "part" : "parts";
  const done = `${counts.succeeded} of ${subtasks.length} ${parts} done`;
  const rest = [some(counts.failed, "failed"), some(counts.skipped, "skipped")];
  return [done, ...rest.filter((text) => text !== null)].join(", ");
}

/** The number of each subtask in its list, by id. */
export const numbersOf = (subtasks: Pick<Subtask, "id">[]): ReadonlyMap<string, number> =>
  new Map(subtasks.map(({ id }, index) => [id, index + 1]));

/** "After 1 and 3"; null where a part waits for none. */
export function afterText(
  dependencies: string[],
  numbers: ReadonlyMap<string, number>,
): string | null {
  const known = dependencies.map((id) => numbers.get(id) ?? id).toSorted();
  if (known.length === 0) return null;
  const last = known.at(-1) ?? "";
  return known.length === 1
    ? `After part ${last}`
    : `After parts ${known.slice(0, -1).join(", ")} and ${last}`;
}

/** A synthesis names subtasks by `[id]`: here by their numbers, which is what the list shows. */
export const numbered = (text: string, numbers: ReadonlyMap<string, number>): string =>
  text.replace(/\[([A-Za-z0-9_.-]{1,60})\]/g, (mark: string, id: string) => {
    const number = numbers.get(id);
    return number === undefined ? mark : `[${number}]`;
  });

const OUTCOMES: Record<Vote["outcome"], State> = {
  approved: { text: "Agreed", tone: "good" },
  rejected: { text: "Rejected", tone: "danger" },
  undecided: { text: "Undecided", tone: "warn" },
};
export const outcomeState = (outcome: Vote["outcome"]): State => OUTCOMES[outcome];

const CHOICES: Record<Ballot["vote"], State> = {
  approve: { text: "For it", tone: "good" },
  reject: { text: "Against it", tone: "danger" },
  abstain: { text: "Abstains", tone: "calm" },
  none: { text: "No vote", tone: "warn" },
};
export const choiceState = (vote: Ballot["vote"]): State => CHOICES[vote];

export const percentText = (share: number): string => `${Math.round(share * 100)} %`;

/** "67 % for it; needed are 66 % and 2 votes." */
export function tallyText({ score, threshold, quorum, weighting }: Vote): string {
  const votes = quorum === 1 ? "1 vote" : `${quorum} votes`;
  const weighed = weighting === "confidence" ? ", each weighed by its confidence" : "";
  return `${percentText(score)} for it; needed are ${percentText(threshold)} and ${votes}${weighed}.`;
}

/** An agent's id in words: `voter-financial-risk` is "Financial risk". */
export function voterName(agent: string): string {
  const words = agent.replace(/^voter-/, "").replaceAll(/[-_]+/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}
