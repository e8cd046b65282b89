import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";

import { contactsApi, type Note } from "../../api/crm";
import { ProblemError } from "../../api/problem";
import { useToast } from "../../console/toasts";
import { useAuthStore } from "../account/useAuth";
import { contactKey } from "./queries";

/** As long as the notice with the way back is to be seen. */
const UNDO_MS = 12_000;

type Timer = ReturnType<typeof setTimeout>;

/**
 * Takes notes away in a way that can be undone: a note is gone from the page at once, and from the server
 * when the time to change one's mind is over, or when the page is left.
 */
export function useNoteRemoval(contactId: string) {
  const auth = useAuthStore();
  const queries = useQueryClient();
  const tell = useToast();
  const waiting = useRef(new Map<string, Timer>());
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());

  const show = useCallback((id: string) => {
    setHidden((before) => new Set([...before].filter((other) => other !== id)));
  }, []);

  const carryOut = useCallback(
    async (id: string, leaving: boolean) => {
      clearTimeout(waiting.current.get(id));
      waiting.current.delete(id);
      try {
        await auth.with((token) => contactsApi.removeNote(token, contactId, id, leaving));
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        // Who else removed it did what was wanted.
        if (error.status !== 404) tell({ text: `The note is still there. ${error.message}` });
      }
      await queries.invalidateQueries({ queryKey: contactKey(contactId) });
      show(id);
    },
    [auth, contactId, queries, show, tell],
  );

  useEffect(() => {
    const pending = waiting.current;
    const flush = () => {
      for (const id of [...pending.keys()]) void carryOut(id, true);
    };
    addEventListener("pagehide", flush);
    return () => {
      removeEventListener("pagehide", flush);
      flush();
    };
  }, [carryOut]);

  const remove = ({ id }: Note) => {
    setHidden((before) => new Set([...before, id]));
    const timer = setTimeout(() => void carryOut(id, false), UNDO_MS);
    waiting.current.set(id, timer);
    tell({
      text: "The note is removed.",
      action: {
        label: "Undo",
        run: () => {
          if (!waiting.current.has(id)) return;
          clearTimeout(timer);
          waiting.current.delete(id);
          show(id);
        },
      },
    });
  };
  return { hidden, remove };
}
