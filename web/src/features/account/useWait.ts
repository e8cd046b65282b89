import { useEffect, useState } from "react";

import type { ProblemError } from "../../api/problem";

/** Seconds until it is worth trying again, counted down; null when the server named none. */
export function useWait(problem: ProblemError | null): number | null {
  const [left, setLeft] = useState<{ of: ProblemError; seconds: number } | null>(null);
  useEffect(() => {
    if (problem?.retryAfter == null) return;
    const until = Date.now() + problem.retryAfter * 1000;
    const timer = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((until - Date.now()) / 1000));
      setLeft({ of: problem, seconds });
      if (seconds === 0) clearInterval(timer);
    }, 1000);
    return () => {
      clearInterval(timer);
    };
  }, [problem]);
  return left !== null && left.of === problem ? left.seconds : (problem?.retryAfter ?? null);
}
