/** Plain HTTP, where no socket can be opened: answers come with the request, the rest has to be fetched. */
import type { ChatApi } from "../../../api/chat";
import type { Clock, Timer } from "./clock";
import type { Identity } from "./identity";
import type { Connection } from "./model";
import type { Pages } from "./pages";
import type { ChatSocket } from "./socket";
import type { ChatStore } from "./store";

/** While a person has the conversation, what they write is looked for this often. */
export const LOOK_MS = 8_000;

type Parts = {
  api: Pick<ChatApi, "openSession">;
  identity: Identity;
  store: ChatStore;
  clock: Clock;
  socket: ChatSocket;
  pages: Pages;
  online: () => boolean;
  /** Sends what waits. */
  flush: () => void;
};

export class PlainHttp {
  private looking: Timer | null = null;

  constructor(private readonly parts: Parts) {}

  /** No socket, but perhaps the server can be reached all the same. */
  async use(): Promise<void> {
    const { api, identity, store, socket, pages, online, flush } = this.parts;
    try {
      const session = await identity.with((token) => api.openSession(token));
      if (socket.ready) return;
      identity.keepSession(session.id);
      store.dispatch({ type: "session", sessionId: session.id, threadId: session.thread_id });
      this.connection("limited");
      if (store.get().history.status !== "ready") await pages.latest();
      flush();
    } catch {
      if (!socket.ready) this.connection(online() ? "reconnecting" : "offline");
    }
  }

  lookLater(): void {
    const { connection, help } = this.parts.store.get();
    const wanted = connection === "limited" && ["asked", "here"].includes(help.state);
    if (!wanted || this.looking !== null) return;
    this.looking = this.parts.clock.after(LOOK_MS, () => {
      this.looking = null;
      void this.parts.pages.latest();
    });
  }

  stop(): void {
    this.looking?.cancel();
    this.looking = null;
  }

  private connection(connection: Connection): void {
    this.parts.store.dispatch({ type: "connection", connection });
  }
}
