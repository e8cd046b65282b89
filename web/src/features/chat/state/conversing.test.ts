import { describe, expect, test } from "vitest";

import { browser, connect, problem } from "../../../testing/chatBrowser";
import { message, pageOf, Script, settle } from "../../../testing/fakes";
import { ACK_MS } from "./delivery";
import { UNDO_MS } from "./fresh";

describe("sending", () => {
  test("gives a message to the socket with its key, once", async () => {
    const { client, line, script, view } = await connect();
    client.submit("Hello?");
    client.submit("And?");
    expect(line.latest.of("message")).toEqual([
      { type: "message", text: "Hello?", idempotency_key: "k1" },
      { type: "message", text: "And?", idempotency_key: "k2" },
    ]);
    line.latest.receive(script.start("k1", "msg_c1", "Hello?"));
    expect(view()).toEqual(["> Hello? (sent)", "> And? (waiting)"]);
  });

  test("waits for the line, then sends in order", async () => {
    const { load, line } = browser();
    const client = await load();
    client.submit("One");
    client.submit("Two");
    line.latest.open();
    line.latest.receive(new Script().connected());
    expect(line.latest.of("message").map((frame) => frame["text"])).toEqual(["One", "Two"]);
  });

  test("sends what was not acknowledged again, with the same key, on a new line", async () => {
    const { client, line, script, clock, welcome } = await connect();
    client.submit("One");
    client.submit("Two");
    line.latest.receive(script.start("k1", "msg_c1", "One"));
    line.latest.drop();
    await clock.pass(500);
    await welcome(script.connected(true));
    expect(line.latest.of("message")).toEqual([
      { type: "message", text: "Two", idempotency_key: "k2" },
    ]);
  });

  test("takes a new line when a message is not acknowledged, and gives up after three", async () => {
    const { client, line, clock, script, welcome, view } = await connect();
    client.submit("Hello?");
    for (let attempt = 1; attempt <= 2; attempt += 1) {
      await clock.pass(ACK_MS);
      expect(line.sockets).toHaveLength(attempt + 1);
      await welcome(script.connected(true));
      expect(line.latest.of("message")).toHaveLength(1);
    }
    await clock.pass(ACK_MS);
    expect(view()).toEqual(["> Hello? (failed)"]);
    client.retry("k1");
    expect(line.latest.of("message").at(-1)).toMatchObject({ idempotency_key: "k1" });
    expect(view()).toEqual(["> Hello? (waiting)"]);
  });

  test("is patient while an answer is being written", async () => {
    const { client, line, clock, script } = await connect();
    client.submit("One");
    line.latest.receive(script.start("k1", "msg_c1", "One"));
    client.submit("Two");
    await clock.pass(ACK_MS * 1.5);
    line.latest.receive(script.text("…"));
    await clock.pass(ACK_MS);
    expect(line.sockets).toHaveLength(1);
  });

  test("moves to a new session with the message when the session has ended", async () => {
    const { client, line, script, welcome, view } = await connect();
    client.submit("Still there?");
    line.latest.receive(script.refusal("session_closed"));
    await settle();
    await welcome(new Script("ses_2", "str_2").connected());
    expect(line.latest.of("hello")[0]).not.toHaveProperty("session_id");
    expect(line.latest.of("message")).toEqual([
      { type: "message", text: "Still there?", idempotency_key: "k1" },
    ]);
    expect(view()).toEqual(["> Still there? (waiting)"]);
  });

  test("goes on after a silence: sent again in a new session, nothing shown twice", async () => {
    const { api, client, line, script, welcome, view } = await connect();
    client.submit("Hello?");
    line.latest.receive(script.start("k1", "msg_c1", "Hello?"));
    line.latest.receive(script.complete());
    client.submit("Still there?");
    line.latest.receive(script.refusal("session_closed"));
    await settle();
    const before = [message({ id: "msg_c1", role: "customer", content: "Hello?" }), message()];
    api.messages.mockResolvedValue(pageOf(before));
    await welcome(new Script("ses_2", "str_1", 0, script.threadId).connected());
    expect(line.latest.of("message")).toEqual([
      { type: "message", text: "Still there?", idempotency_key: "k2" },
    ]);
    expect(api.messages).toHaveBeenLastCalledWith("tok_1", "ses_2", 50, 0);
    expect(view()).toEqual([
      "> Hello? (sent)",
      "< Two working days [1].",
      "> Still there? (waiting)",
    ]);
  });

  test("a message whose start was missed takes its place from the history", async () => {
    const { api, client, line, script, view } = await connect();
    client.submit("Hello?");
    api.messages.mockResolvedValue(
      pageOf([message({ id: "msg_c1", role: "customer", content: "Hello?" }), message()]),
    );
    line.latest.receive({ ...script.complete(), seq: null });
    await settle();
    expect(view()).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
    expect(client.store.get().items[0]).toMatchObject({ id: "msg_c1" });
  });

  test("a message taken back to be edited is not sent", async () => {
    const { client, line, script, view } = await connect();
    client.submit("Oops");
    line.latest.receive(script.refusal("too_long", { retryable: false }));
    client.discard("k1");
    expect(view()).toEqual([]);
  });
});

describe("a new conversation", () => {
  test("can be undone, and then nothing happened", async () => {
    const { api, client, line, script, clock, view } = await connect();
    line.latest.receive(script.complete());
    client.startFresh();
    expect(client.store.get().fresh).toBe(true);
    client.undoFresh();
    await clock.pass(UNDO_MS * 2);
    expect(client.store.get().fresh).toBe(false);
    expect(view()).toEqual(["< Two working days [1]."]);
    expect(api.closeSession).not.toHaveBeenCalled();
  });

  test("closes the session when the time to undo is over", async () => {
    const { api, client, line, script, clock, view, welcome } = await connect();
    line.latest.receive(script.complete());
    client.startFresh();
    await clock.pass(UNDO_MS);
    expect(api.closeSession).toHaveBeenCalledWith("tok_1", "ses_1");
    expect(line.latest.of("hello")).toEqual([]);
    await welcome(new Script("ses_2", "str_2").connected());
    expect(line.latest.sent[0]).toEqual({ type: "hello", token: "tok_1" });
    expect(view()).toEqual([]);
  });

  test("begins at once when something is written into it", async () => {
    const { api, client, line, script, view, welcome } = await connect();
    line.latest.receive(script.complete());
    client.startFresh();
    client.submit("Something else");
    expect(view()).toEqual(["> Something else (waiting)"]);
    await settle();
    expect(api.closeSession).toHaveBeenCalledTimes(1);
    await welcome(new Script("ses_2", "str_2").connected());
    expect(line.latest.of("message")).toEqual([
      { type: "message", text: "Something else", idempotency_key: "k1" },
    ]);
  });

  test("is as good as closed when the server does not know the session", async () => {
    const { api, client, clock } = await connect();
    api.closeSession.mockRejectedValueOnce(problem(404, "session_not_found"));
    client.startFresh();
    await clock.pass(UNDO_MS);
    expect(client.identity.sessionId).toBeNull();
    expect(client.store.get().notice).toBeNull();
  });

  test("says so when the session could not be closed", async () => {
    const { api, client, clock } = await connect();
    api.closeSession.mockRejectedValueOnce(problem(503));
    client.startFresh();
    await clock.pass(UNDO_MS);
    expect(client.store.get().notice).toMatchObject({ detail: "It is so." });
    expect(client.identity.sessionId).toBe("ses_1");
  });

  test("is carried out when the page is left before the time is over", async () => {
    const { api, client } = await connect();
    client.leave();
    expect(api.closeSession).not.toHaveBeenCalled();
    client.startFresh();
    client.leave();
    await settle();
    expect(api.closeSession).toHaveBeenCalledWith("tok_1", "ses_1", true);
  });
});

describe("a long history", () => {
  test("shows the newest page first, older ones when asked", async () => {
    const { load, api, line } = browser();
    const all = Array.from({ length: 120 }, (_, index) =>
      message({ id: `m${index}`, content: String(index) }),
    );
    api.messages.mockImplementation((_token, _session, limit, offset) =>
      Promise.resolve(pageOf(all.slice(offset, offset + limit), { total: 120, offset, limit })),
    );
    const client = await load();
    line.latest.open();
    line.latest.receive(new Script().connected());
    await settle();
    const shown = () => client.store.get().items.map((item) => Number(item.key.slice(1)));
    expect(shown()).toEqual(Array.from({ length: 50 }, (_, index) => 70 + index));
    await client.loadEarlier();
    expect(shown()).toHaveLength(100);
    await client.loadEarlier();
    expect(shown()).toEqual(Array.from({ length: 120 }, (_, index) => index));
    await client.loadEarlier();
    expect(api.messages).toHaveBeenCalledTimes(4);
  });

  test("that cannot be loaded says so and can be asked for again", async () => {
    const { load, api, line } = browser();
    api.messages.mockRejectedValueOnce(problem(503));
    const client = await load();
    line.latest.open();
    line.latest.receive(new Script().connected());
    await settle();
    expect(client.store.get().history.status).toBe("failed");
    await client.reloadHistory();
    expect(client.store.get().history.status).toBe("ready");
  });
});
