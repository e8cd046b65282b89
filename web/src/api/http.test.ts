import { expect, test, vi } from "vitest";

import { chatApi } from "./chat";
import { request } from "./http";
import { ProblemError, retryAfterSeconds } from "./problem";

const respond = (status: number, body: unknown, headers: Record<string, string> = {}) => {
  const call = vi.fn<typeof fetch>(() =>
    Promise.resolve(
      new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers }),
    ),
  );
  vi.stubGlobal("fetch", call);
  return call;
};

const failure = async (work: Promise<unknown>): Promise<ProblemError> =>
  work.then(
    () => {
      throw new Error("It did not fail.");
    },
    (error: unknown) => error as ProblemError,
  );

test("a message is posted with token and key", async () => {
  const call = respond(200, {});
  await chatApi.send("tok_1", "ses/1", "Hello?", "k1");
  const [path, init] = call.mock.calls[0]!;
  expect(path).toBe("/api/v1/chat/sessions/ses%2F1/messages");
  expect(init?.method).toBe("POST");
  expect(init?.body).toBe('{"message":"Hello?","idempotency_key":"k1"}');
  expect(new Headers(init?.headers).get("Authorization")).toBe("Bearer tok_1");
});

test("a problem document is told in its own words, fields and waiting time included", async () => {
  respond(
    429,
    {
      type: "about:blank",
      title: "Too many messages",
      status: 429,
      detail: "Wait a little.",
      code: "rate_limited",
      request_id: "req_1",
      errors: [{ field: "message", message: "is too long" }],
    },
    { "Retry-After": "20" },
  );
  const error = await failure(request("/x"));
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({
    status: 429,
    code: "rate_limited",
    message: "Wait a little. message: is too long",
    requestId: "req_1",
    retryAfter: 20,
    retryable: true,
  });
});

test("an error without a problem document still says what to do", async () => {
  respond(502, "<html>Bad gateway</html>");
  expect(await failure(request("/x"))).toMatchObject({
    status: 502,
    message: "The server answered with status 502. Try again in a moment.",
    retryable: true,
  });
});

test("no answer at all is a problem of the connection", async () => {
  vi.stubGlobal("fetch", () => Promise.reject(new TypeError("Failed to fetch")));
  expect(await failure(request("/x"))).toMatchObject({ status: 0, code: "unreachable" });
});

test("what the client did wrong is not worth a retry", async () => {
  respond(422, { title: "Not valid", detail: "No." });
  expect((await failure(request("/x"))).retryable).toBe(false);
});

test("an empty answer is fine where nothing is expected", async () => {
  vi.stubGlobal("fetch", () => Promise.resolve(new Response(null, { status: 204 })));
  await expect(request("/x", { method: "DELETE" })).resolves.toBeUndefined();
});

test("the time to wait may be given in seconds or as a date", () => {
  const now = Date.parse("2026-11-21T09:00:00Z");
  expect(retryAfterSeconds("7", now)).toBe(7);
  expect(retryAfterSeconds("Sat, 21 Nov 2026 09:00:30 GMT", now)).toBe(30);
  expect(retryAfterSeconds("Sat, 21 Nov 2026 08:00:00 GMT", now)).toBe(0);
  expect(retryAfterSeconds("soon", now)).toBeNull();
  expect(retryAfterSeconds(null, now)).toBeNull();
});
