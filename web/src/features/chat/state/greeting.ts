/** The first frame of a line, and what to do when the server does not accept it. */
import type { Clock } from "./clock";
import { failureFrom } from "./delivery";
import type { TurnError } from "./frames";
import type { Identity } from "./identity";
import type { Failure } from "./model";
import type { ChatSocket } from "./socket";
import type { ChatStore } from "./store";
import type { TabMemory } from "./tab";
import { failureOf } from "./turns";

const TOKEN_REFUSED = new Set(["token_refused", "not_signed_in"]);

type Parts = {
  identity: Identity;
  store: ChatStore;
  tab: TabMemory;
  socket: ChatSocket;
  clock: Clock;
};

export class Greeting {
  /** The last hello was refused for a reason that a new token would not mend. */
  private keepToken = false;

  constructor(private readonly parts: Parts) {}

  /** Token, session, and the place in its stream if this page knows one. */
  async hello(): Promise<object> {
    const { identity, store, clock } = this.parts;
    this.keepToken = false;
    const token = await identity.token().catch((error: unknown) => {
      const failure = failureFrom(error, clock.now());
      if (!failure.retryable) this.notice(failure);
      throw error;
    });
    const { sessionId } = identity;
    const { stream, lastSeq, sessionId: shown } = store.get();
    return {
      type: "hello",
      token,
      ...(sessionId === null ? {} : { session_id: sessionId }),
      ...(stream === null || sessionId !== shown ? {} : { stream, last_seq: lastSeq }),
    };
  }

  /** The server says why and then hangs up. A token it does not take is replaced without a word. */
  refused(error: TurnError): void {
    this.keepToken = error.retryable;
    if (TOKEN_REFUSED.has(error.code)) return;
    if (this.parts.identity.sessionId !== null && !error.retryable) this.changeSession();
    else this.notice(failureOf(error, this.parts.clock.now(), false));
  }

  /** The line was closed because of the hello. */
  notAccepted(): void {
    if (this.keepToken) return;
    this.parts.identity.forget();
    this.parts.tab.forgetPlace();
  }

  /** The session cannot be used any more: goes on in another one. */
  changeSession(): void {
    const { identity, tab, socket } = this.parts;
    identity.keepSession(null);
    tab.forgetPlace();
    socket.restart();
  }

  private notice(notice: Failure): void {
    this.parts.store.dispatch({ type: "noticed", notice });
  }
}
