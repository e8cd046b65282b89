import { beforeEach, describe, expect, test } from "vitest";

import type { SignedIn } from "../../api/console";
import { ProblemError } from "../../api/problem";
import { memoryStore } from "../../testing/fakes";
import { AuthStore } from "./auth";

const RESULT: SignedIn = {
  token: "tok_1",
  expires_at: "2026-11-22T09:00:00Z",
  user: { id: "usr_1", email: "ada@example.com", name: "Ada", role: "owner" },
  tenant: { slug: "demo", company: "Larkspoke" },
  permissions: [],
};
const refused = (status: number) =>
  new ProblemError({ status, code: "x", title: "No", detail: "No." });

let lasting: ReturnType<typeof memoryStore>;
let perTab: ReturnType<typeof memoryStore>;
let time: number;
const open = () => new AuthStore({ lasting, perTab, now: () => time });

beforeEach(() => {
  lasting = memoryStore();
  perTab = memoryStore();
  time = Date.parse("2026-11-21T09:00:00Z");
});

describe("being signed in", () => {
  test("lasts for the tab, unless it is to last longer", () => {
    open().signedIn(RESULT, false);
    expect(open().get().token).toBe("tok_1");
    expect([...lasting.values.values()].join()).not.toContain("tok_1");
    open().signedIn({ ...RESULT, token: "tok_2" }, true);
    expect(perTab.values.size).toBe(0);
    expect(open().get().token).toBe("tok_2");
  });

  test("ends when the token runs out", () => {
    open().signedIn(RESULT, true);
    time += 25 * 3_600_000;
    expect(open().get()).toEqual({ token: null, absence: "expired" });
  });

  test("ends when the server says so, and listeners are told", async () => {
    const auth = open();
    auth.signedIn(RESULT, true);
    let told = 0;
    auth.subscribe(() => (told += 1));
    await expect(auth.with(() => Promise.reject(refused(401)))).rejects.toThrow("No.");
    expect(auth.get()).toEqual({ token: null, absence: "expired" });
    expect(told).toBe(1);
    expect(open().get().token).toBeNull();
  });

  test("goes on after any other failure", async () => {
    const auth = open();
    auth.signedIn(RESULT, true);
    await expect(auth.with(() => Promise.reject(refused(403)))).rejects.toThrow();
    expect(auth.get().token).toBe("tok_1");
  });

  test("is not ended by the late answer to an older token", async () => {
    const auth = open();
    auth.signedIn(RESULT, true);
    const late = auth.with(() => {
      auth.signedIn({ ...RESULT, token: "tok_2" }, true);
      return Promise.reject(refused(401));
    });
    await expect(late).rejects.toThrow();
    expect(auth.get().token).toBe("tok_2");
  });

  test("ends here when another tab signed out", () => {
    const auth = open();
    auth.signedIn(RESULT, true);
    open().left();
    auth.refresh();
    expect(auth.get()).toEqual({ token: null, absence: "left" });
  });

  test("is needed for any work", async () => {
    await expect(open().with(() => Promise.resolve(1))).rejects.toMatchObject({ status: 401 });
  });

  test("remembers the organisation, not who it was", () => {
    open().signedIn(RESULT, false);
    open().left();
    expect(open().lastTenant).toBe("demo");
    expect([...lasting.values.values()]).toEqual(["demo"]);
  });

  test("is not believed from what is no token", () => {
    perTab.set("deskhand.staff", '{"token": 5}');
    expect(open().get()).toEqual({ token: null, absence: "new" });
  });
});
