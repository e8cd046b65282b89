import { useState } from "react";

import { type Contact, contactsApi } from "../../api/crm";
import { ProblemError } from "../../api/problem";
import { useAuthStore } from "../account/useAuth";
import type { Fact } from "./facts";
import { useContactChanged } from "./queries";
import type { Value } from "./words";

/** Others may be faster a few times; after that one is told. */
const ATTEMPTS = 3;

/**
 * Saves one fact on top of the contact as it was when one began.
 *
 * When somebody changed the contact meanwhile, but not this fact, it is saved on top of theirs; when they
 * changed the same, nothing is written and `theirs` says what they made of it.
 */
export function useFactSave(fact: Fact, first: Contact, onSaved: () => void) {
  const auth = useAuthStore();
  const changed = useContactChanged();
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string | null>(null);
  const [theirs, setTheirs] = useState<Contact | null>(null);

  const write = async (value: Value, base: Contact, left: number): Promise<void> => {
    try {
      const { id } = first;
      changed(
        await auth.with((token) => contactsApi.change(token, id, fact.patch(value), base.version)),
      );
      onSaved();
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 412 || left === 0) throw error;
      const latest = await auth.with((token) => contactsApi.get(token, first.id));
      changed(latest);
      if (fact.read(latest) === fact.read(base)) await write(value, latest, left - 1);
      else setTheirs(latest);
    }
  };
  const save = async (value: Value): Promise<void> => {
    if (busy) return;
    setBusy(true);
    setFailure(null);
    setTheirs(null);
    try {
      await write(value, theirs ?? first, ATTEMPTS);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setFailure(error.message);
    } finally {
      setBusy(false);
    }
  };
  return { save, busy, failure, theirs };
}
