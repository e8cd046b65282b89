/** A server in a few lines, for tests of the console: one agent, its versions, and who is signed in. */
import { vi } from "vitest";

import type { Agent, Me } from "../api/console";
import type { JsonObject } from "../data/json";
import { applyPatch } from "../data/patch";
import { agent, SCHEMA } from "./contract";

export type Call = { method: string; path: string; body: unknown; ifMatch: string | null };
type Reply = { status?: number; body?: unknown; headers?: Record<string, string> };

export const OWNER: Me = {
  user: { id: "usr_1", email: "ada@example.com", name: "Ada Adams", role: "owner" },
  tenant: { slug: "demo", company: "Larkspoke" },
  role: "owner",
  permissions: ["agents:read", "agents:write", "chat"],
};
export const VIEWER: Me = {
  ...OWNER,
  user: { id: "usr_2", email: "vi@example.com", name: "Vi", role: "viewer" },
  role: "viewer",
  permissions: ["agents:read"],
};

/** jsdom's abort signals are none to Node's requests, which the router makes for each page. */
class PlainRequest extends Request {
  constructor(input: RequestInfo | URL, init: RequestInit = {}) {
    const { signal: _, ...rest } = init;
    super(input, rest);
  }
}

const problem = (status: number, code: string, detail: string, more: object = {}): Reply => ({
  status,
  body: { type: "about:blank", title: "No", status, code, detail, ...more },
});

export class ConsoleServer {
  me = OWNER;
  agents: Agent[] = [agent()];
  password = "right";
  calls: Call[] = [];
  /** Answers of the next calls to a route, instead of the usual one. */
  instead = new Map<string, Reply[]>();

  /** Answers the page's requests, and signs it in. */
  install(signedIn = true): void {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.fetch(url, init));
    vi.stubGlobal("Request", PlainRequest);
    if (!signedIn) return;
    const kept = { token: "tok_1", expiresAt: "2999-01-01T00:00:00Z" };
    sessionStorage.setItem("deskhand.staff", JSON.stringify(kept));
  }

  fail(route: string, status: number, code: string, detail: string, more: object = {}): void {
    const reply = problem(status, code, detail, more);
    this.instead.set(route, [...(this.instead.get(route) ?? []), reply]);
  }

  /** Someone else saves the contract. */
  changeElsewhere(patch: JsonObject): void {
    const [first] = this.agents;
    this.agents = [{ ...(applyPatch(first, patch) as Agent), version: "1.0.7" }];
  }

  of(method: string): Call[] {
    return this.calls.filter((call) => call.method === method);
  }

  private fetch(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url, "http://console.test");
    const headers = new Headers(init.headers);
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    const call = { method: init.method ?? "GET", path: pathname.replace("/api/v1", ""), body };
    this.calls.push({ ...call, ifMatch: headers.get("If-Match") });
    const route = `${call.method} ${call.path}`;
    const reply = this.instead.get(route)?.shift() ?? this.answer(route, call, headers);
    const status = reply.status ?? 200;
    const text = status === 204 ? null : JSON.stringify(reply.body ?? null);
    return Promise.resolve(
      new Response(text, { status, ...(reply.headers ? { headers: reply.headers } : {}) }),
    );
  }

  private answer(route: string, call: Omit<Call, "ifMatch">, headers: Headers): Reply {
    const [first] = this.agents;
    const tagged = (of: Agent): Reply => ({ body: of, headers: { ETag: `"${of.version}"` } });
    const routes: Record<string, () => Reply> = {
      "POST /auth/sign-in": () => this.signIn(call.body as { password: string }),
      "POST /auth/sign-out": () => ({ status: 204 }),
      "GET /auth/me": () => ({ body: this.me }),
      "GET /agents": () => ({
        body: { items: this.agents, total: this.agents.length, limit: 25, offset: 0 },
      }),
      "GET /agents/schema": () => ({ body: SCHEMA }),
      "GET /agents/support": () => tagged(first!),
      "PATCH /agents/support": () => this.patch(call.body as JsonObject, headers, tagged),
      "DELETE /agents/support": () => ({ status: 204 }),
      "POST /agents/support/restore": () => tagged(first!),
      "GET /chat/config": () => ({
        body: { tenant: "demo", suggestions: [], max_message_chars: 16_000 },
      }),
    };
    return routes[route]?.() ?? problem(404, "not_found", `There is no ${route}.`);
  }

  private signIn({ password }: { password: string }): Reply {
    if (password !== this.password) return problem(401, "sign_in_refused", "Wrong.");
    return { body: { ...this.me, token: "tok_1", expires_at: "2999-01-01T00:00:00Z" } };
  }

  private patch(body: JsonObject, headers: Headers, tagged: (of: Agent) => Reply): Reply {
    const [first] = this.agents;
    if (headers.get("If-Match") !== `"${first!.version}"`) {
      return problem(412, "contract_changed", "The contract changed meanwhile.");
    }
    const { change_summary: _, ...patch } = body;
    this.agents = [{ ...(applyPatch(first, patch) as Agent), version: "1.0.1" }];
    return tagged(this.agents[0]!);
  }
}
