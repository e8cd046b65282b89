/** Reads a session's stored messages, newest page first. */
import type { ChatApi } from "../../../api/chat";
import type { Identity } from "./identity";
import type { ChatStore } from "./store";

export const PAGE = 50;

export class Pages {
  constructor(
    private readonly api: Pick<ChatApi, "messages">,
    private readonly identity: Identity,
    private readonly store: ChatStore,
  ) {}

  /** The newest page. The server counts from the oldest, so a long history takes a second look. */
  async latest(): Promise<void> {
    const { sessionId } = this.store.get();
    if (sessionId === null) return;
    this.store.dispatch({ type: "history asked" });
    try {
      let page = await this.read(sessionId, PAGE, 0);
      if (page.total > page.items.length) {
        page = await this.read(sessionId, PAGE, Math.max(0, page.total - PAGE));
      }
      this.store.dispatch({ type: "history read", sessionId, page });
    } catch {
      this.store.dispatch({ type: "history failed" });
    }
  }

  async earlier(): Promise<void> {
    const { sessionId, history } = this.store.get();
    if (sessionId === null || history.earlier === 0 || history.loadingEarlier) return;
    this.store.dispatch({ type: "earlier asked" });
    const offset = Math.max(0, history.earlier - PAGE);
    try {
      const page = await this.read(sessionId, history.earlier - offset, offset);
      this.store.dispatch({ type: "earlier read", sessionId, page });
    } catch {
      this.store.dispatch({ type: "earlier failed" });
    }
  }

  private read(sessionId: string, limit: number, offset: number) {
    return this.identity.with((token) => this.api.messages(token, sessionId, limit, offset));
  }
}
