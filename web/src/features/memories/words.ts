/** Memories in words, and in order. Pure. */
import { MEMORY_TYPES, type Memory, type MemoryType, type Provenance } from "../../api/memories";

export const TYPE_WORDS: Record<MemoryType, string> = {
  user_info: "About the customer",
  preference: "Preferences",
  fact: "Facts",
  context: "What conversations were about",
};

export const TYPE_CHOICES: Record<MemoryType, string> = {
  user_info: "About the customer",
  preference: "Preference",
  fact: "Fact",
  context: "Context",
};

const SOURCES: Record<Provenance["source"], string> = {
  message: "Said in a conversation",
  summary: "Summary of a conversation",
  tool: "Noted by the agent",
  staff: "Added by the team",
};

export const sourceText = ({ source }: Pick<Provenance, "source">): string => SOURCES[source];

/** "High", "Medium", "Low": how much it weighs. */
export function importanceText(importance: number): string {
  if (importance >= 0.7) return "High importance";
  return importance >= 0.4 ? "Medium importance" : "Low importance";
}

export const percent = (share: number): string => `${Math.round(share * 100)} %`;

/** The same for a style sheet. */
export const width = (share: number): string => `${Math.min(1, Math.max(0, share)) * 100}%`;

export type Group = { type: MemoryType; memories: Memory[] };

/** By type, and within it what weighs most first, then the newest. */
export function byType(memories: readonly Memory[]): Group[] {
  return MEMORY_TYPES.flatMap((type) => {
    const found = memories.filter((memory) => memory.type === type);
    if (found.length === 0) return [];
    found.sort((a, b) => b.importance - a.importance || b.stated_at.localeCompare(a.stated_at));
    return [{ type, memories: found }];
  });
}

/** What a correction changes; null when it changes nothing. */
export function patchOf(
  memory: Pick<Memory, "content" | "importance">,
  next: { content: string; importance: number },
): { content?: string; importance?: number } | null {
  const content = next.content.trim();
  const patch = {
    ...(content !== memory.content && { content }),
    ...(next.importance !== memory.importance && { importance: next.importance }),
  };
  return Object.keys(patch).length === 0 ? null : patch;
}

/** The parts of a recall's score, as they are weighed. */
export const SCORE_PARTS = [
  { name: "recency", label: "How recent", weight: 0.35 },
  { name: "semantic", label: "How close in meaning", weight: 0.45 },
  { name: "reinforcement", label: "How often it was used", weight: 0.2 },
] as const;
