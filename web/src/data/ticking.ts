import { useSyncExternalStore } from "react";

/** A hook that gives the time, so many milliseconds fine; one timer however many ask. */
export function tickingEvery(milliseconds: number): () => number {
  const listeners = new Set<() => void>();
  let timer: ReturnType<typeof setInterval> | undefined;
  let current = Date.now();

  function subscribe(listener: () => void): () => void {
    listeners.add(listener);
    timer ??= setInterval(() => {
      current = Date.now();
      for (const tell of listeners) tell();
    }, milliseconds);
    return () => {
      listeners.delete(listener);
      if (listeners.size > 0) return;
      clearInterval(timer);
      timer = undefined;
    };
  }

  function now(): number {
    const present = Date.now();
    if (present - current > milliseconds) current = present;
    return current;
  }

  return () => useSyncExternalStore(subscribe, now);
}
