/** What one browser tab remembers over a reload: its place in the event stream, and unsent messages. */
import { readJson, type Store } from "../../../api/storage";
import { type ChatState, waiting } from "./model";

export type Bookmark = { sessionId: string; stream: string; seq: number };
export type Unsent = { key: string; text: string; at: string };

export class TabMemory {
  private readonly bookmarkKey: string;
  private readonly outboxKey: string;
  private lastOutbox = "";

  constructor(
    private readonly store: Store,
    tenant: string | null,
  ) {
    this.bookmarkKey = `deskhand.place.${tenant ?? "default"}`;
    this.outboxKey = `deskhand.outbox.${tenant ?? "default"}`;
  }

  bookmark(): Bookmark | null {
    return readJson(this.store, this.bookmarkKey) as Bookmark | null;
  }

  outbox(): Unsent[] {
    const kept = readJson(this.store, this.outboxKey);
    return Array.isArray(kept) ? (kept as Unsent[]) : [];
  }

  /**
   * The place is kept between turns only: after a reload in the middle of an answer the whole turn
   * is asked for again, and nothing of it is missing.
   */
  remember(state: ChatState): void {
    const { sessionId, stream, lastSeq: seq, turns } = state;
    if (sessionId !== null && stream !== null && turns.length === 0) {
      this.store.set(this.bookmarkKey, JSON.stringify({ sessionId, stream, seq }));
    }
    const outbox = JSON.stringify(waiting(state).map(({ key, text, at }) => ({ key, text, at })));
    if (outbox !== this.lastOutbox) this.store.set(this.outboxKey, outbox);
    this.lastOutbox = outbox;
  }

  forgetPlace(): void {
    this.store.remove(this.bookmarkKey);
  }
}
