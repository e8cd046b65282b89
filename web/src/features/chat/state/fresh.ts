/** "New conversation": clears the view at once, closes the session when the time to undo is over. */
import type { ChatApi } from "../../../api/chat";
import { ProblemError } from "../../../api/problem";
import type { Clock, Timer } from "./clock";
import { failureFrom } from "./delivery";
import type { Identity } from "./identity";
import type { ChatSocket } from "./socket";
import type { ChatStore } from "./store";

/** How long a new conversation can be undone. */
export const UNDO_MS = 8_000;

type Parts = {
  api: Pick<ChatApi, "closeSession">;
  identity: Identity;
  store: ChatStore;
  clock: Clock;
  socket: ChatSocket;
  useHttp: () => Promise<void>;
};

export class FreshStart {
  private timer: Timer | null = null;

  constructor(private readonly parts: Parts) {}

  begin(): void {
    this.stop();
    this.parts.store.dispatch({ type: "fresh", fresh: true });
    this.timer = this.parts.clock.after(UNDO_MS, () => void this.commit());
  }

  undo(): void {
    this.stop();
    this.parts.store.dispatch({ type: "fresh", fresh: false });
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  /** Closes the session in a request that outlives the page. */
  leave(): void {
    const { api, identity, store } = this.parts;
    const sessionId = identity.sessionId;
    if (!store.get().fresh || sessionId === null) return;
    this.stop();
    identity.with((token) => api.closeSession(token, sessionId, true)).catch(() => undefined);
    identity.keepSession(null);
  }

  async commit(): Promise<void> {
    this.stop();
    const { store, socket } = this.parts;
    const limited = store.get().connection === "limited";
    // The line is bound to the old session; what is written meanwhile waits for the new one.
    socket.stop();
    store.dispatch({ type: "cleared" });
    if (limited) store.dispatch({ type: "connection", connection: "reconnecting" });
    await this.close();
    if (limited) await this.parts.useHttp();
    socket.start();
  }

  private async close(): Promise<void> {
    const { api, identity, store, clock } = this.parts;
    const sessionId = identity.sessionId;
    if (sessionId === null) return;
    try {
      await identity.with((token) => api.closeSession(token, sessionId));
      identity.keepSession(null);
    } catch (error) {
      // Not found, or closed already: what was asked for is so.
      const gone = error instanceof ProblemError && [404, 409, 410].includes(error.status);
      if (gone) identity.keepSession(null);
      else store.dispatch({ type: "noticed", notice: failureFrom(error, clock.now()) });
    }
  }
}
