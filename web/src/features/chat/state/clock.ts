/** Time and chance as ports, so that tests decide both. */
export type Clock = {
  now(): number;
  after(ms: number, work: () => void): Timer;
};
export type Timer = { cancel(): void };

export const systemClock: Clock = {
  now: () => Date.now(),
  after: (ms, work) => {
    const id = setTimeout(work, ms);
    return {
      cancel: () => {
        clearTimeout(id);
      },
    };
  },
};

const FIRST_MS = 500;
const MAX_MS = 10_000;

/**
 * How long to wait before attempt `attempt` (1, 2, …): doubling from half a second to at most ten
 * seconds, the upper half of it by chance, so that many clients do not return at one moment.
 */
export function backOff(attempt: number, random: () => number): number {
  const ceiling = Math.min(MAX_MS, FIRST_MS * 2 ** Math.max(0, attempt - 1));
  return ceiling / 2 + (ceiling / 2) * random();
}
