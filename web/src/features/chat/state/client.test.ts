import { describe, expect, test } from "vitest";

import { browser, connect, problem, socketNeverOpens } from "../../../testing/chatBrowser";
import { answer, message, pageOf, Script, session, settle } from "../../../testing/fakes";

describe("connecting", () => {
  test("asks for a token, says hello, keeps the session and reads its history", async () => {
    const { api, line, client } = await connect();
    expect(api.createToken).toHaveBeenCalledTimes(1);
    expect(line.latest.sent[0]).toEqual({ type: "hello", token: "tok_1" });
    expect(client.identity.sessionId).toBe("ses_1");
    expect(api.messages).toHaveBeenCalledWith("tok_1", "ses_1", 50, 0);
    expect(client.store.get()).toMatchObject({
      connection: "connected",
      history: { status: "ready" },
    });
  });

  test("comes back with stream and number, and does not read the history again", async () => {
    const { api, client, line, script, clock, welcome } = await connect();
    line.latest.receive(script.start(null));
    line.latest.receive(script.text("One "));
    line.latest.drop();
    expect(client.store.get().connection).toBe("reconnecting");
    await clock.pass(500);
    expect(line.sockets).toHaveLength(2);
    await welcome(script.connected(true));
    expect(line.latest.of("hello")[0]).toEqual({
      type: "hello",
      token: "tok_1",
      session_id: "ses_1",
      stream: "str_1",
      last_seq: 2,
    });
    line.latest.receive(script.text("two"));
    expect(client.store.get().turns[0]?.text).toBe("One two");
    expect(api.messages).toHaveBeenCalledTimes(1);
  });

  test("reads the history anew when the server cannot resume", async () => {
    const { api, line, clock, welcome, view } = await connect();
    api.messages.mockResolvedValue(pageOf([message({ content: "While you were away" })]));
    line.latest.drop();
    await clock.pass(500);
    await welcome(new Script("ses_1", "str_2", 30).connected(false, 30));
    expect(view()).toEqual(["< While you were away"]);
  });

  test("resumes at once when events are missing", async () => {
    const { client, line, script, welcome } = await connect();
    line.latest.receive(script.start(null));
    const missed = script.text("a");
    const after = script.text("b");
    line.latest.receive(after);
    await settle();
    expect(line.sockets).toHaveLength(2);
    await welcome(script.connected(true));
    expect(line.latest.of("hello")[0]).toMatchObject({ stream: "str_1", last_seq: 1 });
    line.latest.receive(missed);
    line.latest.receive(after);
    expect(client.store.get().turns[0]?.text).toBe("ab");
    expect(line.sockets).toHaveLength(2);
  });

  test("takes a new token and a new session when the old token is not accepted", async () => {
    const { api, client, line, script, clock, welcome, view } = await connect();
    line.latest.receive(script.complete({ content: "Earlier" }));
    line.latest.drop(4401);
    await clock.pass(500);
    expect(api.createToken).toHaveBeenCalledTimes(2);
    line.latest.open();
    expect(line.latest.sent).toEqual([{ type: "hello", token: "tok_2" }]);
    await welcome(new Script("ses_2", "str_2").connected());
    expect(client.identity.sessionId).toBe("ses_2");
    expect(view()).toEqual(["< Earlier", "-"]);
  });

  test("goes on in a new session when the one it knew is refused", async () => {
    const { load, line, lasting } = browser();
    lasting.set(
      "deskhand.contact.demo",
      '{"token":"tok_0","expiresAt":"2027-01-01T00:00:00Z","sessionId":"ses_0"}',
    );
    const client = await load();
    line.latest.open();
    expect(line.latest.sent[0]).toMatchObject({ token: "tok_0", session_id: "ses_0" });
    line.latest.receive(new Script("ses_0").refusal("unknown_session", { retryable: false }));
    line.latest.drop(4401);
    await settle();
    line.latest.open();
    expect(line.latest.sent[0]).toEqual({ type: "hello", token: "tok_0" });
    expect(client.store.get().notice).toBeNull();
  });

  test("replaces a token that the hello is refused for, without a word", async () => {
    const { client, line, script, clock } = await connect();
    line.latest.drop();
    await clock.pass(500);
    line.latest.open();
    line.latest.receive(script.refusal("token_refused", { retryable: false }));
    line.latest.drop(4401);
    await clock.pass(1_000);
    line.latest.open();
    expect(line.latest.sent).toEqual([{ type: "hello", token: "tok_2" }]);
    expect(client.store.get().notice).toBeNull();
  });

  test("keeps token and session when the hello is refused for now only", async () => {
    const { api, client, line, script, clock, welcome } = await connect();
    line.latest.drop();
    await clock.pass(500);
    line.latest.open();
    line.latest.receive(script.refusal("unavailable"));
    line.latest.drop(4401);
    expect(client.store.get().notice).toMatchObject({ title: "Refused" });
    await clock.pass(1_000);
    await welcome(script.connected(true));
    expect(line.latest.of("hello")[0]).toMatchObject({ token: "tok_1", session_id: "ses_1" });
    expect(api.createToken).toHaveBeenCalledTimes(1);
    expect(client.store.get().notice).toBeNull();
  });

  test("does not use a token that has expired", async () => {
    const { load, line, lasting } = browser();
    lasting.set(
      "deskhand.contact.demo",
      '{"token":"tok_0","expiresAt":"2026-11-21T09:00:30Z","sessionId":"ses_0"}',
    );
    await load();
    line.latest.open();
    expect(line.latest.sent[0]).toEqual({ type: "hello", token: "tok_1" });
  });

  test("says so when no token is to be had, and keeps trying", async () => {
    const { api, load, clock, line } = browser();
    api.createToken.mockRejectedValueOnce(problem(404, "tenant_not_found"));
    const client = await load();
    expect(client.store.get().notice).toMatchObject({ detail: "It is so." });
    await clock.pass(500);
    expect(line.sockets).toHaveLength(1);
  });

  test("says offline when the browser is, and tries at once when it is back", async () => {
    const { world, client, line } = await connect();
    world.online = false;
    client.networkLost();
    client.wake();
    expect(client.store.get().connection).toBe("offline");
    world.online = true;
    client.wake();
    expect(client.store.get().connection).toBe("reconnecting");
    expect(line.latest.of("ping")).toHaveLength(1);
  });
});

describe("without a socket", () => {
  test("falls back to plain HTTP after three attempts in vain", async () => {
    const { api, client, view } = await socketNeverOpens();
    expect(client.store.get().connection).toBe("limited");
    client.submit("Hello?");
    await settle();
    expect(api.send).toHaveBeenCalledWith("tok_1", "ses_1", "Hello?", "k1");
    expect(view()).toEqual(["> Hello? (sent)", "<"]);
  });

  test("sends one message after the other", async () => {
    const { api, client } = await socketNeverOpens();
    let release: (() => void) | undefined;
    api.send.mockImplementationOnce(
      () =>
        new Promise((resolve) => {
          release = () => {
            resolve(answer());
          };
        }),
    );
    client.submit("One");
    client.submit("Two");
    await settle();
    expect(api.send).toHaveBeenCalledTimes(1);
    release?.();
    await settle();
    expect(api.send.mock.calls.map((call) => call[2])).toEqual(["One", "Two"]);
  });

  test("returns to the socket as soon as there is one", async () => {
    const { client, line, clock } = await socketNeverOpens();
    line.refuses = false;
    await clock.pass(10_000);
    line.latest.open();
    line.latest.receive(new Script().connected());
    expect(client.store.get().connection).toBe("connected");
    client.submit("Hello?");
    expect(line.latest.of("message")).toHaveLength(1);
  });

  test("keeps reconnecting when HTTP does not work either", async () => {
    const { load, line, api, clock } = browser();
    line.refuses = true;
    api.openSession.mockRejectedValue(problem(0, "unreachable"));
    const client = await load();
    await clock.pass(30_000);
    expect(client.store.get().connection).toBe("reconnecting");
  });

  test("shows what the server says, and when to try again", async () => {
    const { api, client, clock } = await socketNeverOpens();
    api.send.mockRejectedValueOnce(problem(429, "rate_limited", 20));
    client.submit("Hello?");
    await settle();
    const [item] = client.store.get().items;
    expect(item).toMatchObject({
      delivery: {
        state: "failed",
        failure: { detail: "It is so.", retryable: true, retryAt: clock.now() + 20_000 },
      },
    });
    client.retry("k1");
    await settle();
    expect(api.send.mock.calls.map((call) => call[3])).toEqual(["k1", "k1"]);
  });

  test("takes a new token and session when the token is not accepted", async () => {
    const { api, client } = await socketNeverOpens();
    api.send.mockRejectedValueOnce(problem(401, "unauthorized"));
    api.openSession.mockResolvedValueOnce(session("ses_2"));
    client.submit("Hello?");
    await settle();
    expect(api.send).toHaveBeenLastCalledWith("tok_2", "ses_2", "Hello?", "k1");
  });

  test("opens another session when its own has ended", async () => {
    const { api, client } = await socketNeverOpens();
    api.send.mockRejectedValueOnce(problem(409, "session_closed"));
    api.openSession.mockResolvedValueOnce(session("ses_2"));
    client.submit("Hello?");
    await settle();
    expect(api.send).toHaveBeenLastCalledWith("tok_1", "ses_2", "Hello?", "k1");
  });
});

describe("after a reload of the page", () => {
  test("unsent messages are sent with the keys they had", async () => {
    const { load, line } = browser();
    const first = await load();
    first.submit("Hello?");
    first.stop();
    const second = await load();
    line.latest.open();
    line.latest.receive(new Script().connected());
    expect(line.latest.of("message")).toEqual([
      { type: "message", text: "Hello?", idempotency_key: "k1" },
    ]);
    expect(second.store.get().items).toHaveLength(1);
  });

  test("an answer in the making is asked for from its start", async () => {
    const { load, client, line, script, welcome } = await connect();
    line.latest.receive(script.complete({ id: "m1" }));
    const start = script.start(null, "msg_c2", "And?", "trn_2");
    const text = script.text("Half of ", "trn_2");
    line.latest.receive(start);
    line.latest.receive(text);
    client.stop();
    const reloaded = await load();
    await welcome(script.connected(true));
    expect(line.latest.of("hello")[0]).toMatchObject({ stream: "str_1", last_seq: 1 });
    line.latest.receive(start);
    line.latest.receive(text);
    line.latest.receive(script.text("it", "trn_2"));
    expect(reloaded.store.get().turns).toMatchObject([{ text: "Half of it", partial: false }]);
  });

  test("the place in another session's stream is not used", async () => {
    const { load, client, line, lasting } = await connect();
    client.stop();
    lasting.set(
      "deskhand.contact.demo",
      '{"token":"tok_0","expiresAt":"2027-01-01T00:00:00Z","sessionId":"ses_7"}',
    );
    await load();
    line.latest.open();
    expect(line.latest.sent[0]).toEqual({ type: "hello", token: "tok_0", session_id: "ses_7" });
  });
});
