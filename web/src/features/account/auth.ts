/**
 * Whether this browser is signed in: the staff token, kept for the tab or, when asked to, over visits.
 *
 * Shaped for `useSyncExternalStore`. What the token's holder may do is asked of the server (`/auth/me`).
 */
import type { SignedIn } from "../../api/console";
import { ProblemError } from "../../api/problem";
import { readJson, type Store } from "../../api/storage";

const KEY = "deskhand.staff";
const TENANT_KEY = "deskhand.staff.tenant";

type Kept = { token: string; expiresAt: string };

/** Why there is no token: never had one, it ran out or was voided, or its holder signed out. */
export type Absence = "new" | "expired" | "left";
export type Auth = { token: string | null; absence: Absence };

type Parts = { lasting: Store; perTab: Store; now: () => number };

export class AuthStore {
  private readonly listeners = new Set<() => void>();
  private current: Auth;

  constructor(private readonly parts: Parts) {
    this.current = this.read("new");
  }

  get = (): Auth => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  /** The organisation that was signed in to last, to be offered again. */
  get lastTenant(): string {
    return this.parts.lasting.get(TENANT_KEY) ?? "";
  }

  signedIn(result: SignedIn, keep: boolean): void {
    const kept: Kept = { token: result.token, expiresAt: result.expires_at };
    this.forget();
    (keep ? this.parts.lasting : this.parts.perTab).set(KEY, JSON.stringify(kept));
    this.parts.lasting.set(TENANT_KEY, result.tenant.slug);
    this.change({ token: result.token, absence: "new" });
  }

  left(): void {
    this.forget();
    this.change({ token: null, absence: "left" });
  }

  /** Another tab signed in or out. */
  refresh(): void {
    const next = this.read("left");
    if (next.token !== this.current.token) this.change(next);
  }

  /** Does work with the token. When the server takes it no longer (401), the browser is signed out. */
  async with<T>(work: (token: string) => Promise<T>): Promise<T> {
    const { token } = this.current;
    if (token === null) throw signedOut();
    try {
      return await work(token);
    } catch (error) {
      const refused = error instanceof ProblemError && error.status === 401;
      if (refused && this.current.token === token) this.expired();
      throw error;
    }
  }

  private expired(): void {
    this.forget();
    this.change({ token: null, absence: "expired" });
  }

  private forget(): void {
    this.parts.lasting.remove(KEY);
    this.parts.perTab.remove(KEY);
  }

  private change(next: Auth): void {
    this.current = next;
    for (const listener of this.listeners) listener();
  }

  private read(absence: Absence): Auth {
    for (const store of [this.parts.perTab, this.parts.lasting]) {
      const kept = readJson(store, KEY) as Kept | null;
      if (typeof kept?.token !== "string") continue;
      const ends = Date.parse(kept.expiresAt);
      if (Number.isNaN(ends) || ends > this.parts.now()) return { token: kept.token, absence };
      return { token: null, absence: "expired" };
    }
    return { token: null, absence };
  }
}

const signedOut = (): ProblemError =>
  new ProblemError({
    status: 401,
    code: "not_signed_in",
    title: "Not signed in",
    detail: "Sign in to go on.",
  });
