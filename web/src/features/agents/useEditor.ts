import { useEffect, useMemo, useState } from "react";

import { type Agent, agentsApi } from "../../api/console";
import type { Reply } from "../../api/http";
import { ProblemError } from "../../api/problem";
import { perTab } from "../../api/storage";
import { changesOf, touches } from "../../data/diff";
import { type JsonObject, type Json, type Path, pathText, withValue } from "../../data/json";
import { applyPatch, mergePatch } from "../../data/patch";
import type { Schema } from "../../form/schema";
import { type Problems, problemsOf, serverProblems } from "../../form/validate";
import { useAuthStore, useSelf } from "../account/useAuth";
import { contractOf } from "./contract";
import { DraftMemory } from "./drafts";
import { useAgentsChanged } from "./queries";

const NONE: Problems = new Map();

/** How a save ended; a conflict brings what the other side made of the contract. */
export type Outcome =
  | { kind: "saved"; agent: Agent }
  | { kind: "conflict"; latest: Reply<Agent> }
  | { kind: "refused"; problem: ProblemError };

export type Editor = ReturnType<typeof useEditor>;

const without = (problems: Problems, path: string): Problems =>
  new Map([...problems].filter(([other]) => !touches(other, path)));

function useMemory(id: string): DraftMemory {
  const me = useSelf();
  const owner = `${me.tenant.slug}.${me.user?.id ?? "key"}`;
  return useMemo(() => new DraftMemory(perTab, owner, id), [owner, id]);
}

/** The contract being edited: what is saved, what is not yet, and what is wrong with it. */
export function useEditor(first: Reply<Agent>, schema: Schema) {
  const auth = useAuthStore();
  const changed = useAgentsChanged();
  const memory = useMemory(first.data.id);
  const [reply, setReply] = useState(first);
  const saved = useMemo(() => contractOf(reply.data, schema), [reply, schema]);
  const [kept] = useState(() => memory.patch());
  const [draft, setDraft] = useState(() =>
    kept === null ? saved : (applyPatch(saved, kept) as JsonObject),
  );
  const [told, setTold] = useState(NONE);

  const patch = useMemo(() => mergePatch(saved, draft), [saved, draft]);
  const changes = useMemo(() => changesOf(saved, draft), [saved, draft]);
  const own = useMemo(() => problemsOf(schema, draft), [schema, draft]);
  const problems = useMemo(() => new Map([...told, ...own]), [told, own]);
  useEffect(() => {
    memory.keep(patch);
  }, [memory, patch]);

  /** Takes over what the server has; what was not saved is dropped. */
  const adopt = (next: Reply<Agent>): void => {
    setReply(next);
    setDraft(contractOf(next.data, schema));
    setTold(NONE);
    changed();
  };
  const save = async (summary: string): Promise<Outcome> => {
    const { id } = reply.data;
    const options = { summary, etag: reply.etag };
    try {
      const next = await auth.with((token) => agentsApi.change(token, id, patch, options));
      adopt(next);
      return { kind: "saved", agent: next.data };
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      if (error.status === 412) {
        const latest = await auth.with((token) => agentsApi.get(token, id)).catch(() => null);
        if (latest !== null) return { kind: "conflict", latest };
      }
      setTold(serverProblems(error.fields));
      return { kind: "refused", problem: error };
    }
  };
  return {
    agent: reply.data,
    etag: reply.etag,
    schema,
    saved,
    draft,
    patch,
    changes,
    problems,
    dirty: changes.length > 0,
    /** Unsaved changes of before were found and are shown again. */
    restored: kept !== null,
    adopt,
    save,
    set: (path: Path, value: Json | undefined) => {
      setDraft((before) => withValue(before, path, value) as JsonObject);
      setTold((before) => without(before, pathText(path)));
    },
    replace: (contract: JsonObject) => {
      setDraft(contract);
      setTold(NONE);
    },
    discard: () => {
      setDraft(saved);
      setTold(NONE);
    },
    /** Our changes on top of what the other side saved. */
    rebase: (latest: Reply<Agent>) => {
      setReply(latest);
      setDraft(applyPatch(contractOf(latest.data, schema), patch) as JsonObject);
      setTold(NONE);
      changed();
    },
    reload: async () => {
      adopt(await auth.with((token) => agentsApi.get(token, reply.data.id)));
    },
  };
}
