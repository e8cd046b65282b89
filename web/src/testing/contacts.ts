/** Contacts, and a server in a few lines that keeps one of them, for tests of their pages. */
import { vi } from "vitest";

import type { Me } from "../api/console";
import type { Contact, CustomField, Note } from "../api/crm";
import { OWNER } from "./consoleServer";

export const contact = (over: Partial<Contact> = {}): Contact => ({
  id: "con_1",
  name: "Ada Keller",
  email: "ada@example.com",
  phone: null,
  company: "Northwind",
  account_status: "active",
  language: null,
  time_zone: null,
  tags: ["vip"],
  custom_fields: {},
  pipeline: null,
  pipelines: [],
  assigned_agent: null,
  source: "built_in",
  fetched_at: "2026-11-21T09:00:00Z",
  created_at: "2026-11-20T09:00:00Z",
  updated_at: null,
  version: 1,
  ...over,
});

export const customField = (over: Partial<CustomField> = {}): CustomField => ({
  id: "fld_1",
  key: "plan",
  label: "Plan",
  description: "",
  type: "text",
  choices: [],
  created_at: "2026-11-20T09:00:00Z",
  updated_at: "2026-11-20T09:00:00Z",
  ...over,
});

export const note = (over: Partial<Note> = {}): Note => ({
  id: "not_1",
  contact_id: "con_1",
  type: "general",
  visibility: "internal",
  text: "Prefers a call.",
  by: { kind: "user", id: "usr_1", turn_id: null },
  created_at: "2026-11-21T08:00:00Z",
  ...over,
});

const CRM = ["crm:read", "crm:write"];
export const KEEPER: Me = { ...OWNER, permissions: [...OWNER.permissions, ...CRM] };
export const READER: Me = { ...OWNER, role: "viewer", permissions: ["crm:read"] };

type Call = { route: string; body: unknown; ifMatch: string | null };
type Reply = { status?: number; body?: unknown };

const listed = (items: unknown[]) => ({ items, total: items.length, limit: 50, offset: 0 });

/** One contact with its notes; changes go by `If-Match`, as on the real one. */
export class ContactServer {
  me = KEEPER;
  contact = contact();
  notes: Note[] = [];
  calls: Call[] = [];
  /** Answers of the next calls to a route, instead of the usual one. */
  instead = new Map<string, Reply[]>();

  install(): void {
    vi.stubGlobal("fetch", (url: string, init: RequestInit) => this.fetch(url, init));
    const kept = { token: "tok_1", expiresAt: "2999-01-01T00:00:00Z" };
    sessionStorage.setItem("deskhand.staff", JSON.stringify(kept));
  }

  refuse(route: string, status: number, detail: string): void {
    const body = { type: "about:blank", title: "No", status, code: "refused", detail };
    this.instead.set(route, [...(this.instead.get(route) ?? []), { status, body }]);
  }

  /** A colleague or an agent changes the contact. */
  changeElsewhere(over: Partial<Contact>): void {
    this.contact = { ...this.contact, ...over, version: this.contact.version + 1 };
  }

  of(route: string): Call[] {
    return this.calls.filter((call) => call.route === route);
  }

  private fetch(url: string, init: RequestInit): Promise<Response> {
    const { pathname } = new URL(url, "http://console.test");
    const route = `${init.method ?? "GET"} ${pathname.replace("/api/v1", "")}`;
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    const ifMatch = new Headers(init.headers).get("If-Match");
    this.calls.push({ route, body, ifMatch });
    const reply = this.instead.get(route)?.shift() ?? this.answer(route, body, ifMatch);
    const { status = 200 } = reply;
    const text = status === 204 ? null : JSON.stringify(reply.body ?? listed([]));
    return Promise.resolve(new Response(text, { status }));
  }

  private answer(route: string, body: unknown, ifMatch: string | null): Reply {
    const routes: Record<string, () => Reply> = {
      "GET /auth/me": () => ({ body: this.me }),
      "GET /crm/contacts": () => ({ body: listed([this.contact]) }),
      "GET /crm/contacts/con_1": () => ({ body: this.contact }),
      "PATCH /crm/contacts/con_1": () => this.patch(body as Partial<Contact>, ifMatch),
      "POST /crm/contacts/con_1/tags": () => this.tag(body as { mode: string; tags: string[] }),
      "GET /crm/contacts/con_1/notes": () => ({ body: listed(this.notes) }),
      "GET /crm/contacts/con_1/timeline": () => ({ body: { items: [], next_cursor: null } }),
      "DELETE /crm/contacts/con_1/notes/not_1": () => {
        this.notes = [];
        return { status: 204 };
      },
    };
    return routes[route]?.() ?? {};
  }

  private patch(body: Partial<Contact>, ifMatch: string | null): Reply {
    if (ifMatch !== `"${this.contact.version}"`) {
      return { status: 412, body: { title: "Changed", status: 412, code: "contact_changed" } };
    }
    this.changeElsewhere(body);
    return { body: this.contact };
  }

  private tag({ mode, tags }: { mode: string; tags: string[] }): Reply {
    const rest = this.contact.tags.filter((tag) => !tags.includes(tag));
    this.changeElsewhere({ tags: mode === "remove" ? rest : [...rest, ...tags] });
    return { body: this.contact };
  }
}
