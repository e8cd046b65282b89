/** Who the reader is to the server: contact token and session, kept in the browser by tenant. */
import type { ChatApi, Pass } from "../../../api/chat";
import { ProblemError } from "../../../api/problem";
import { readJson, type Store } from "../../../api/storage";
import type { Clock } from "./clock";

/** A token is replaced this long before it expires. */
const MARGIN_MS = 60_000;

type Kept = { token: string; expiresAt: string; sessionId: string | null };

export class Identity {
  private readonly key: string;
  private pending: Promise<string> | null = null;

  constructor(
    private readonly api: Pick<ChatApi, "createToken">,
    private readonly tenant: string | null,
    private readonly store: Store,
    private readonly clock: Clock,
  ) {
    this.key = `deskhand.contact.${tenant ?? "default"}`;
  }

  get sessionId(): string | null {
    return this.kept()?.sessionId ?? null;
  }

  keepSession(sessionId: string | null): void {
    const kept = this.kept();
    if (kept !== null) this.keep({ ...kept, sessionId });
  }

  /** Forgets token and session; the next `token()` asks for a new one. */
  forget(): void {
    this.store.remove(this.key);
  }

  /** The contact token, asked for once however many want it. */
  async token(): Promise<string> {
    const kept = this.kept();
    if (kept !== null) return kept.token;
    this.pending ??= this.api
      .createToken(this.tenant)
      .then((made: Pass) => {
        const sessionId = made.session_id ?? null;
        this.keep({ token: made.token, expiresAt: made.expires_at, sessionId });
        return made.token;
      })
      .finally(() => {
        this.pending = null;
      });
    return this.pending;
  }

  /** Does work with the token, and once more with a new one when it is not accepted (401). */
  async with<T>(work: (token: string) => Promise<T>): Promise<T> {
    const token = await this.token();
    try {
      return await work(token);
    } catch (error) {
      if (!(error instanceof ProblemError) || error.status !== 401) throw error;
      if (this.kept()?.token === token) this.forget();
      return work(await this.token());
    }
  }

  private kept(): Kept | null {
    const kept = readJson(this.store, this.key) as Kept | null;
    if (kept === null || typeof kept.token !== "string") return null;
    const expires = Date.parse(kept.expiresAt);
    const usable = Number.isNaN(expires) || expires - MARGIN_MS > this.clock.now();
    return usable ? kept : null;
  }

  private keep(kept: Kept): void {
    this.store.set(this.key, JSON.stringify(kept));
  }
}
