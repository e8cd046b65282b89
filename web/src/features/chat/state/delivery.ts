/**
 * Brings waiting messages to the server: over the socket while there is one, else by plain HTTP.
 *
 * Every attempt carries the message's own idempotency key, so a message may be sent twice and is
 * still answered once.
 */
import type { ChatApi } from "../../../api/chat";
import { ProblemError } from "../../../api/problem";
import type { Clock, Timer } from "./clock";
import type { Identity } from "./identity";
import { type CustomerItem, type Failure, waiting } from "./model";
import type { ChatSocket } from "./socket";
import type { ChatStore } from "./store";

/** A message not acknowledged for this long is sent again on a new line. */
export const ACK_MS = 12_000;
const SENDS = 3;

const SESSION_GONE = new Set(["session_closed", "unknown_session"]);
export const sessionIsGone = (code: string): boolean => SESSION_GONE.has(code);

export function failureFrom(error: unknown, now: number): Failure {
  const problem =
    error instanceof ProblemError
      ? error
      : new ProblemError({
          status: 0,
          code: "unexpected",
          title: "Something went wrong",
          detail: "The message could not be sent. Try again.",
        });
  return {
    title: problem.title,
    detail: problem.message,
    retryable: problem.retryable,
    retryAt: problem.retryAfter === null ? null : now + problem.retryAfter * 1000,
    stored: false,
  };
}

const NO_ACKNOWLEDGEMENT: Failure = {
  title: "Not sent",
  detail: "The server did not confirm this message.",
  retryable: true,
  retryAt: null,
  stored: false,
};

const idsOf = (item: CustomerItem): string[] => (item.files ?? []).map((file) => file.id);

type Parts = {
  api: Pick<ChatApi, "send" | "openSession">;
  identity: Identity;
  store: ChatStore;
  socket: ChatSocket;
  clock: Clock;
};

export class Delivery {
  private posting: string | null = null;
  private readonly timers = new Map<string, Timer>();
  private readonly sends = new Map<string, number>();

  constructor(private readonly parts: Parts) {}

  /** Sends what waits, in order. */
  flush(): void {
    const { store, socket } = this.parts;
    if (socket.ready) for (const item of waiting(store.get())) this.overSocket(item);
    else if (store.get().connection === "limited") void this.byHttp();
  }

  stop(): void {
    for (const timer of this.timers.values()) timer.cancel();
    this.timers.clear();
  }

  /** A person asks again: the count of automatic sends starts anew. */
  forgive(key: string): void {
    this.sends.delete(key);
  }

  private overSocket(item: CustomerItem): void {
    const { store, socket } = this.parts;
    if (item.key === this.posting || store.get().inFlight.includes(item.key)) return;
    const attachments = idsOf(item);
    const frame = {
      type: "message",
      text: item.text,
      idempotency_key: item.key,
      ...(attachments.length > 0 && { attachments }),
    };
    if (!socket.send(frame)) return;
    this.sends.set(item.key, (this.sends.get(item.key) ?? 0) + 1);
    store.dispatch({ type: "handed over", key: item.key });
    this.expectAcknowledgement(item.key);
  }

  private expectAcknowledgement(key: string): void {
    const { store, socket, clock } = this.parts;
    this.timers.get(key)?.cancel();
    const timer = clock.after(ACK_MS, () => {
      this.timers.delete(key);
      const state = store.get();
      if (!state.inFlight.includes(key) || !socket.ready) return;
      // While an answer is being written, the next message may well have to wait its turn.
      if (state.turns.length > 0) this.expectAcknowledgement(key);
      else if ((this.sends.get(key) ?? 0) < SENDS) socket.restart();
      else store.dispatch({ type: "refused", key, failure: NO_ACKNOWLEDGEMENT });
    });
    this.timers.set(key, timer);
  }

  /** One at a time, in order, until nothing waits or the socket is back. */
  private async byHttp(): Promise<void> {
    const { store, clock, socket } = this.parts;
    if (this.posting !== null) return;
    let item = waiting(store.get())[0];
    while (item !== undefined && !socket.ready) {
      const { key } = item;
      this.posting = key;
      store.dispatch({ type: "posted", key });
      try {
        const answer = await this.post(item);
        store.dispatch({ type: "answered", key, answer });
      } catch (error) {
        const unreachable = error instanceof ProblemError && error.status === 0;
        if (unreachable) store.dispatch({ type: "connection", connection: "reconnecting" });
        store.dispatch({ type: "refused", key, failure: failureFrom(error, clock.now()) });
      }
      item = waiting(store.get())[0];
    }
    this.posting = null;
    if (socket.ready) this.flush();
  }

  private async post(item: CustomerItem) {
    const { api, identity } = this.parts;
    const send = () =>
      identity.with(async (token) =>
        api.send(token, await this.session(token), item.text, item.key, ...idsOf(item)),
      );
    try {
      return await send();
    } catch (error) {
      if (!(error instanceof ProblemError) || !sessionIsGone(error.code)) throw error;
      identity.keepSession(null);
      return send();
    }
  }

  private async session(token: string): Promise<string> {
    const { api, identity, store } = this.parts;
    if (identity.sessionId !== null) return identity.sessionId;
    const session = await api.openSession(token);
    identity.keepSession(session.id);
    store.dispatch({ type: "session", sessionId: session.id, threadId: session.thread_id });
    return session.id;
  }
}
