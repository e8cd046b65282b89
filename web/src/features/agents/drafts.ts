/** Unsaved changes, kept for this tab, so that a reload or a new sign-in does not lose them. */
import { isObject, type JsonObject } from "../../data/json";
import { readJson, type Store } from "../../api/storage";

export class DraftMemory {
  private readonly key: string;

  constructor(
    private readonly store: Store,
    owner: string,
    agentId: string,
  ) {
    this.key = `deskhand.contract.${owner}.${agentId}`;
  }

  patch(): JsonObject | null {
    const kept = readJson(this.store, this.key);
    return isObject(kept) ? kept : null;
  }

  keep(patch: JsonObject): void {
    if (Object.keys(patch).length === 0) this.store.remove(this.key);
    else this.store.set(this.key, JSON.stringify(patch));
  }
}
