/** What one browser tab remembers over a reload: its place in the event stream, and unsent messages. */
import { readJson, type Store } from "../../../api/storage";
import { type ChatState, type Help, initialState, noHelp, type SentFile, waiting } from "./model";

export type Bookmark = { sessionId: string; stream: string; seq: number };
export type Unsent = { key: string; text: string; at: string; files?: SentFile[] };
/** A person in the conversation is told of once only: a reload must not lose sight of them. */
export type KeptHelp = Help & { sessionId: string };

export class TabMemory {
  private readonly bookmarkKey: string;
  private readonly outboxKey: string;
  private readonly helpKey: string;
  private lastOutbox = "";
  private lastHelp: Help | null = null;

  constructor(
    private readonly store: Store,
    tenant: string | null,
  ) {
    this.bookmarkKey = `deskhand.place.${tenant ?? "default"}`;
    this.outboxKey = `deskhand.outbox.${tenant ?? "default"}`;
    this.helpKey = `deskhand.help.${tenant ?? "default"}`;
  }

  bookmark(): Bookmark | null {
    return readJson(this.store, this.bookmarkKey) as Bookmark | null;
  }

  outbox(): Unsent[] {
    const kept = readJson(this.store, this.outboxKey);
    return Array.isArray(kept) ? (kept as Unsent[]) : [];
  }

  /** What was known of a person in this session. */
  help(sessionId: string): Help | null {
    const kept = readJson(this.store, this.helpKey) as KeptHelp | null;
    if (kept?.sessionId !== sessionId) return null;
    return { state: kept.state, ticket: kept.ticket, name: kept.name };
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
    const outbox = JSON.stringify(
      waiting(state).map(({ key, text, at, files }) => ({ key, text, at, files })),
    );
    if (outbox !== this.lastOutbox) this.store.set(this.outboxKey, outbox);
    this.lastOutbox = outbox;
    this.rememberHelp(state);
  }

  private rememberHelp({ help, sessionId }: ChatState): void {
    if (help === this.lastHelp || sessionId === null) return;
    this.lastHelp = help;
    if (help.state === "none" && help.ticket === null) this.store.remove(this.helpKey);
    else this.store.set(this.helpKey, JSON.stringify({ ...help, sessionId }));
  }

  forgetPlace(): void {
    this.store.remove(this.bookmarkKey);
  }
}

/** What a tab that was reloaded begins with. */
export function firstState(tab: TabMemory, sessionId: string | null): ChatState {
  const place = tab.bookmark();
  const resumes = place !== null && place.sessionId === sessionId;
  return {
    ...initialState,
    ...(resumes ? { sessionId: place.sessionId, stream: place.stream, lastSeq: place.seq } : {}),
    help: (sessionId === null ? null : tab.help(sessionId)) ?? noHelp,
    items: tab.outbox().map(({ key, text, at, files }) => ({
      kind: "customer" as const,
      key,
      id: null,
      text,
      at,
      delivery: { state: "waiting" as const },
      ...(files !== undefined && { files }),
    })),
  };
}
