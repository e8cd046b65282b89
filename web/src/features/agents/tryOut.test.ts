import { beforeEach, expect, test, vi } from "vitest";

import { session } from "../../testing/fakes";
import { newAuth } from "../account/useAuth";
import { tryOutApi } from "./tryOut";

let calls: { path: string; body: unknown; token: string | null }[];
let opened: number;

beforeEach(() => {
  calls = [];
  opened = 0;
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    calls.push({ path, body, token: new Headers(init.headers).get("Authorization") });
    if (path.endsWith("/sessions")) opened += 1;
    return Promise.resolve(new Response(JSON.stringify(session(`ses_${opened}`))));
  });
  const kept = { token: "staff", expiresAt: "2999-01-01T00:00:00Z" };
  sessionStorage.setItem("deskhand.staff", JSON.stringify(kept));
});

test("whoever tries an agent out gets a session with it along with the own token", async () => {
  const api = tryOutApi(newAuth(), "support");
  const pass = await api.createToken(null);
  expect(pass).toMatchObject({ token: "staff", session_id: "ses_1" });
  expect(calls).toEqual([
    { path: "/api/v1/sessions", body: { agent_id: "support" }, token: "Bearer staff" },
  ]);
});

test("plain HTTP goes on in the same session, and in a new one once that is closed", async () => {
  const api = tryOutApi(newAuth(), "support");
  const pass = await api.createToken(null);
  expect((await api.openSession(pass.token)).id).toBe("ses_1");
  await api.closeSession(pass.token, "ses_1");
  expect((await api.openSession(pass.token)).id).toBe("ses_2");
});

test("a token that is void ends the sign-in, not only the chat", async () => {
  const auth = newAuth();
  const api = tryOutApi(auth, "support");
  vi.stubGlobal("fetch", () => Promise.resolve(new Response("{}", { status: 401 })));
  await expect(api.createToken(null)).rejects.toMatchObject({ status: 401 });
  expect(auth.get()).toEqual({ token: null, absence: "expired" });
});
