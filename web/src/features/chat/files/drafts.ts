/**
 * Sends files to the session and keeps what is known of them until the message that takes them along.
 *
 * Above: the chat client, the composer. Below: the HTTP API. Shaped for `useSyncExternalStore`.
 */
import type { ChatApi } from "../../../api/chat";
import { ProblemError } from "../../../api/problem";
import { readJson, type Store } from "../../../api/storage";
import type { Clock, Timer } from "../state/clock";
import type { Identity } from "../state/identity";
import type { SentFile } from "../state/model";
import { type DraftFile, type Limits, MOST_FILES, objection, type Told } from "./model";
import { withAttachment, withNews } from "./model";

/** How often a file that is being read is asked after, should the news of it not come by itself. */
export const ASK_MS = 2_500;

type Parts = {
  api: Pick<ChatApi, "attach" | "attachment" | "removeAttachment">;
  identity: Identity;
  /** The session to send to, opened when there is none. */
  session: () => Promise<string>;
  clock: Clock;
  newKey: () => string;
  store: Store;
  storeKey: string;
};

const failureText = (error: unknown): string =>
  error instanceof ProblemError ? error.message : "It could not be sent. Try again.";

export class FileDrafts {
  private files: DraftFile[];
  private readonly listeners = new Set<() => void>();
  private readonly contents = new Map<string, File>();
  private readonly aborts = new Map<string, AbortController>();
  private timer: Timer | null = null;

  constructor(private readonly parts: Parts) {
    const kept = readJson(parts.store, parts.storeKey);
    this.files = Array.isArray(kept) ? (kept as DraftFile[]) : [];
    this.askLater();
  }

  get = (): DraftFile[] => this.files;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** Takes files in and sends them; what cannot be sent stays in sight with the reason. */
  add(files: readonly File[], limits: Limits): void {
    for (const file of files) {
      const key = this.parts.newKey();
      const many = this.files.length >= MOST_FILES;
      const reason = many
        ? `A message takes at most ${MOST_FILES} files. Send this one with the next.`
        : objection(file, limits);
      const { name, size: bytes } = file;
      const draft = { key, id: null, sessionId: null, name, bytes, progress: 0, reason };
      this.change([...this.files, { ...draft, state: reason === null ? "uploading" : "failed" }]);
      if (reason !== null) continue;
      this.contents.set(key, file);
      void this.send(key, file);
    }
  }

  canRetry = (key: string): boolean => this.contents.has(key);

  retry(key: string): void {
    const file = this.contents.get(key);
    if (file === undefined) return;
    this.set(key, (draft) => ({ ...draft, state: "uploading", progress: 0, reason: null }));
    void this.send(key, file);
  }

  remove(key: string): void {
    const draft = this.files.find((file) => file.key === key);
    this.forget(key);
    this.change(this.files.filter((file) => file.key !== key));
    const id = draft?.id ?? null;
    if (id === null) return;
    // What does not go now goes with the conversation.
    this.parts.identity
      .with((token) => this.parts.api.removeAttachment(token, id))
      .catch(() => undefined);
  }

  /** The files go with a message: they are its own from now on. */
  take(): SentFile[] {
    const taken = this.files.flatMap(({ id, name }) => (id === null ? [] : [{ id, name }]));
    for (const file of this.files) this.forget(file.key);
    this.change([]);
    return taken;
  }

  /** A message is taken back to be edited, and its files with it. */
  giveBack(files: readonly SentFile[], sessionId: string | null): void {
    const drafts = files.map(({ id, name }): DraftFile => {
      const known = { key: id, id, sessionId, name: name ?? "File", bytes: 0 };
      return { ...known, state: "ready", progress: 1, reason: null };
    });
    this.change([...drafts, ...this.files]);
  }

  told(news: Told): void {
    this.change(this.files.map((draft) => withNews(draft, news)));
  }

  /** Files belong to a session: in another one they have to be sent anew. */
  entered(sessionId: string): void {
    for (const draft of this.files) {
      if (draft.sessionId === null || draft.sessionId === sessionId) continue;
      if (this.canRetry(draft.key)) this.retry(draft.key);
      else this.failed(draft.key, "The conversation it was sent to has ended. Choose it again.");
    }
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  private async send(key: string, file: File): Promise<void> {
    const { api, identity } = this.parts;
    const abort = new AbortController();
    this.aborts.get(key)?.abort();
    this.aborts.set(key, abort);
    const onProgress = (progress: number) => {
      this.set(key, (draft) => (draft.state === "uploading" ? { ...draft, progress } : draft));
    };
    try {
      const sessionId = await this.parts.session();
      const attachment = await identity.with((token) =>
        api.attach(token, sessionId, file, { onProgress, signal: abort.signal }),
      );
      if (abort.signal.aborted) return;
      this.set(key, (draft) => withAttachment(draft, attachment));
      this.askLater();
    } catch (error) {
      if (!abort.signal.aborted) this.failed(key, failureText(error));
    }
  }

  private askLater(): void {
    if (this.timer !== null || !this.files.some((file) => file.state === "reading")) return;
    this.timer = this.parts.clock.after(ASK_MS, () => {
      this.timer = null;
      void this.ask();
    });
  }

  /** Asks after what is being read. */
  private async ask(): Promise<void> {
    const { api, identity } = this.parts;
    for (const { key, id, state } of this.files) {
      if (id === null || state !== "reading") continue;
      try {
        const attachment = await identity.with((token) => api.attachment(token, id));
        this.set(key, (draft) => withAttachment(draft, attachment));
      } catch (error) {
        const gone = error instanceof ProblemError && !error.retryable;
        if (gone) this.failed(key, error.message);
      }
    }
    this.askLater();
  }

  private failed(key: string, reason: string): void {
    this.set(key, (draft) => ({ ...draft, state: "failed", reason }));
  }

  private set(key: string, change: (draft: DraftFile) => DraftFile): void {
    this.change(this.files.map((draft) => (draft.key === key ? change(draft) : draft)));
  }

  private forget(key: string): void {
    this.aborts.get(key)?.abort();
    this.aborts.delete(key);
    this.contents.delete(key);
  }

  private change(next: DraftFile[]): void {
    this.files = next;
    // What the server has is kept over a reload of the tab; the rest lives in the page only.
    const kept = next.filter((file) => file.id !== null && file.state !== "failed");
    const { store, storeKey } = this.parts;
    if (kept.length === 0) store.remove(storeKey);
    else store.set(storeKey, JSON.stringify(kept));
    for (const listener of this.listeners) listener();
  }
}
