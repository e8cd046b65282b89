import { useRef, useState } from "react";

import { ProblemError } from "../api/problem";
import { useAuthStore } from "../features/account/useAuth";

/** Does one thing at a time for who is signed in, and says why it failed. */
export function useAct() {
  const auth = useAuthStore();
  const running = useRef(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const act = async <T>(
    work: (token: string) => Promise<T>,
    done: (result: T) => void = () => undefined,
  ): Promise<void> => {
    if (running.current) return;
    running.current = true;
    setBusy(true);
    setFailure(null);
    try {
      done(await auth.with(work));
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailure(error.message);
    } finally {
      running.current = false;
      setBusy(false);
    }
  };
  return { act, busy, failure };
}
