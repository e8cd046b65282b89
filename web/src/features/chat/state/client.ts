/**
 * The chat as the page sees it: state to show, and what a reader can do.
 *
 * Above it: the components. Below: the socket, the HTTP API and the reducer.
 */
import type { ChatApi } from "../../../api/chat";
import type { Store } from "../../../api/storage";
import { FileDrafts } from "../files/drafts";
import type { Clock } from "./clock";
import { Delivery, sessionIsGone } from "./delivery";
import type { Frame } from "./frames";
import { FreshStart } from "./fresh";
import { Greeting } from "./greeting";
import { Identity } from "./identity";
import { PlainHttp } from "./limited";
import type { Connection, SentFile } from "./model";
import { Pages } from "./pages";
import { ChatSocket, type SocketLike } from "./socket";
import { ChatStore } from "./store";
import { firstState, TabMemory } from "./tab";

export type ChatClientParts = {
  api: ChatApi;
  tenant: string | null;
  openSocket: () => SocketLike;
  online: () => boolean;
  clock: Clock;
  random: () => number;
  newKey: () => string;
  lasting: Store;
  perTab: Store;
};

/** After so many attempts in vain to open a socket, plain HTTP is tried. */
const SOCKET_TRIES = 3;

export class ChatClient {
  readonly store: ChatStore;
  readonly identity: Identity;
  /** What is to go with the next message. */
  readonly files: FileDrafts;
  private readonly tab: TabMemory;
  private readonly socket: ChatSocket;
  private readonly greeting: Greeting;
  private readonly delivery: Delivery;
  private readonly pages: Pages;
  private readonly fresh: FreshStart;
  private readonly http: PlainHttp;

  constructor(private readonly parts: ChatClientParts) {
    const { api, tenant, clock, random, lasting, perTab } = parts;
    this.tab = new TabMemory(perTab, tenant);
    this.identity = new Identity(api, tenant, lasting, clock);
    this.store = new ChatStore(firstState(this.tab, this.identity.sessionId));
    this.socket = new ChatSocket({
      open: parts.openSocket,
      clock,
      random,
      hello: () => this.greeting.hello(),
      onFrame: (frame) => {
        this.frameArrived(frame);
      },
      onDown: (failures) => {
        this.lineDown(failures);
      },
      onUnauthorized: () => {
        this.greeting.notAccepted();
      },
    });
    const shared = { api, identity: this.identity, store: this.store, clock };
    this.greeting = new Greeting({ ...shared, tab: this.tab, socket: this.socket });
    this.delivery = new Delivery({ ...shared, socket: this.socket });
    this.pages = new Pages(api, this.identity, this.store);
    this.http = new PlainHttp({
      ...shared,
      socket: this.socket,
      pages: this.pages,
      online: parts.online,
      flush: () => {
        this.delivery.flush();
      },
    });
    this.fresh = new FreshStart({
      ...shared,
      socket: this.socket,
      useHttp: () => this.http.use(),
    });
    this.files = new FileDrafts({
      ...shared,
      newKey: parts.newKey,
      session: () => this.sessionForFiles(),
      store: perTab,
      storeKey: `deskhand.files.${tenant ?? "default"}`,
    });
    this.store.subscribe(() => {
      const state = this.store.get();
      this.tab.remember(state);
      if (state.sessionId !== null) this.files.entered(state.sessionId);
      this.http.lookLater();
    });
  }

  /** Whether the reader was here before, so that there may be messages to show. */
  get returning(): boolean {
    return this.identity.sessionId !== null;
  }

  start(): void {
    this.socket.start();
  }

  stop(): void {
    this.fresh.stop();
    this.delivery.stop();
    this.socket.stop();
    this.files.stop();
    this.http.stop();
  }

  /** The network came back, or the page into view. */
  wake(): void {
    if (!this.parts.online()) return;
    if (this.store.get().connection === "offline") this.connection("reconnecting");
    this.socket.wake();
  }

  /** A person asks for an attempt at once. */
  reconnect(): void {
    this.connection("reconnecting");
    this.socket.restart();
  }

  networkLost(): void {
    this.connection("offline");
  }

  submit(text: string, files: SentFile[] = []): void {
    if (this.store.get().fresh) void this.fresh.commit();
    const at = new Date(this.parts.clock.now()).toISOString();
    this.store.dispatch({ type: "submitted", key: this.parts.newKey(), text, at, files });
    this.delivery.flush();
  }

  retry(key: string): void {
    this.delivery.forgive(key);
    this.store.dispatch({ type: "retried", key });
    this.delivery.flush();
  }

  discard(key: string): void {
    this.store.dispatch({ type: "discarded", key });
  }

  /** The reader has seen that the person has gone. */
  helpRead(): void {
    this.store.dispatch({ type: "help read" });
  }

  dismissNotice(): void {
    this.store.dispatch({ type: "noticed", notice: null });
  }

  reloadHistory(): Promise<void> {
    return this.pages.latest();
  }

  loadEarlier(): Promise<void> {
    return this.pages.earlier();
  }

  startFresh(): void {
    this.fresh.begin();
  }

  undoFresh(): void {
    this.fresh.undo();
  }

  /** The page goes away: what was to be closed is closed now. */
  leave(): void {
    this.fresh.leave();
  }

  private frameArrived(frame: Frame): void {
    const { event } = frame;
    if (event.type === "error" && !this.socket.ready) {
      this.greeting.refused(event.error);
      return;
    }
    if (event.type === "error" && sessionIsGone(event.error.code)) {
      this.greeting.changeSession();
      return;
    }
    const gapBefore = this.store.get().gapAfter;
    this.store.dispatch({ type: "frame", frame, now: this.parts.clock.now() });
    if (event.type === "connected") this.connected(event.sessionId, event.resumed);
    if (event.type === "complete") this.answered();
    if (event.type === "attachment") this.files.told(event);
    const { gapAfter } = this.store.get();
    if (gapAfter !== null && gapAfter !== gapBefore) this.socket.restart();
  }

  private connected(sessionId: string, resumed: boolean): void {
    this.identity.keepSession(sessionId);
    if (!resumed || this.store.get().history.status !== "ready") void this.pages.latest();
    this.delivery.flush();
  }

  /** A message whose start was missed has no id of the server, and may be in the history too. */
  private answered(): void {
    const nameless = this.store
      .get()
      .items.some(
        (item) => item.kind === "customer" && item.delivery.state === "sent" && item.id === null,
      );
    if (nameless) void this.pages.latest();
  }

  /** Files are sent to a session of their own accord, before any message. */
  private async sessionForFiles(): Promise<string> {
    if (this.store.get().fresh) await this.fresh.commit();
    const known = this.identity.sessionId;
    if (known !== null) return known;
    const session = await this.identity.with((token) => this.parts.api.openSession(token));
    this.identity.keepSession(session.id);
    return session.id;
  }

  private lineDown(failures: number): void {
    const { connection } = this.store.get();
    if (!this.parts.online()) this.connection("offline");
    else if (connection === "limited") return;
    else if (failures >= SOCKET_TRIES) void this.http.use();
    else if (connection === "connected" || connection === "offline")
      this.connection("reconnecting");
  }

  private connection(connection: Connection): void {
    this.store.dispatch({ type: "connection", connection });
  }
}
