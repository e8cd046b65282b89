import { describe, expect, test } from "vitest";

import { answer, message, pageOf, Script } from "../../../testing/fakes";
import { readFrame } from "./frames";
import { type ChatState, type CustomerItem, initialState } from "./model";
import { type Action, reduce } from "./reducer";

const NOW = Date.parse("2026-11-21T09:00:00Z");

const run = (state: ChatState, ...actions: Action[]): ChatState => actions.reduce(reduce, state);

const frames = (state: ChatState, ...raw: object[]): ChatState =>
  run(state, ...raw.map((one): Action => ({ type: "frame", frame: readFrame(one)!, now: NOW })));

const submitted = (key: string, text = "Hello?"): Action => ({
  type: "submitted",
  key,
  text,
  at: "2026-11-21T09:00:00Z",
});

const connectedState = (script: Script): ChatState =>
  run(frames(initialState, script.connected()), {
    type: "history read",
    sessionId: script.sessionId,
    page: pageOf([]),
  });

/** The view in short: who says what, and how it stands. */
const view = (state: ChatState): string[] =>
  [...state.past, ...state.items].map((item) => {
    if (item.kind === "note") return `- ${item.text}`;
    if (item.kind === "reply") return `< ${item.message.content}`;
    return `> ${item.text} (${item.delivery.state})`;
  });

const customer = (state: ChatState, key: string): CustomerItem =>
  state.items.find((item): item is CustomerItem => item.kind === "customer" && item.key === key)!;

describe("a turn", () => {
  test("goes from the message over streamed text to the final answer", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"), { type: "handed over", key: "k1" });
    expect(view(state)).toEqual(["> Hello? (waiting)"]);
    expect(state.inFlight).toEqual(["k1"]);

    state = frames(state, script.start("k1"));
    expect(view(state)).toEqual(["> Hello? (sent)"]);
    expect(state.inFlight).toEqual([]);
    expect(state.turns).toMatchObject([{ turnId: "trn_1", phase: "thinking", keys: ["k1"] }]);

    state = frames(state, script.status("searching"));
    expect(state.turns[0]?.phase).toBe("searching");

    state = frames(state, script.text("Two "), script.text("days"));
    expect(state.turns[0]).toMatchObject({ phase: "writing", text: "Two days", partial: false });

    state = frames(state, script.status("checking"), script.complete({ content: "Two days. [1]" }));
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two days. [1]"]);
    expect(state.turns).toEqual([]);
    expect(state.lastSeq).toBe(6);
  });

  test("shows the candidate sources and a tool at work", () => {
    const script = new Script();
    const source = { number: 1, chunk_id: "c", source_id: "s", source: "a.md", title: "A" };
    let state = frames(
      connectedState(script),
      script.start(null),
      script.next("trn_1", "sources", { sources: [source] }),
      script.next("trn_1", "tool_call", { name: "crm_lookup", state: "started" }),
    );
    expect(state.turns[0]).toMatchObject({ sources: [source], tool: "crm_lookup" });
    state = frames(state, script.next("trn_1", "tool_call", { name: "crm_lookup", state: "done" }));
    expect(state.turns[0]?.tool).toBeNull();
  });

  test("falling back voids what was written so far", () => {
    const script = new Script();
    const state = frames(
      connectedState(script),
      script.start(null),
      script.text("Half a sen"),
      script.status("falling_back"),
    );
    expect(state.turns[0]).toMatchObject({ text: "", phase: "falling_back" });
    expect(frames(state, script.text("Anew")).turns[0]?.text).toBe("Anew");
  });

  test("text that comes while the sources are checked does not look like writing", () => {
    const script = new Script();
    const state = frames(
      connectedState(script),
      script.start(null),
      script.status("checking"),
      script.text("One sentence."),
    );
    expect(state.turns[0]).toMatchObject({ phase: "checking", text: "One sentence." });
  });

  test("ends with an error that stands at its message and can be retried", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"), { type: "handed over", key: "k1" });
    state = frames(state, script.start("k1"), script.text("Ha"), script.error());
    expect(state.turns).toEqual([]);
    expect(state.notice).toBeNull();
    expect(customer(state, "k1").delivery).toEqual({
      state: "failed",
      failure: {
        title: "No answer",
        detail: "The model is not there.",
        retryable: true,
        retryAt: null,
        stored: true,
      },
    });
    state = run(state, { type: "retried", key: "k1" });
    state = frames(state, script.start("k1", "msg_c1", "Hello?", "trn_2"));
    state = frames(state, script.complete({}, "trn_2"));
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
  });

  test("an error finds its message by the id when the turn is unknown", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"), { type: "handed over", key: "k1" });
    state = frames(state, script.start("k1", "msg_c1"));
    state = frames(state, script.error({ message_id: "msg_c1" }, "trn_elsewhere"));
    expect(customer(state, "k1").delivery.state).toBe("failed");
  });

  test("an error that belongs to no message becomes a notice", () => {
    const script = new Script();
    const state = frames(connectedState(script), script.error({ title: "Oh" }, "trn_9"));
    expect(state.notice?.title).toBe("Oh");
    expect(run(state, { type: "noticed", notice: null }).notice).toBeNull();
  });

  test("answers several messages at once", () => {
    const script = new Script();
    let state = run(
      connectedState(script),
      submitted("k1", "One"),
      submitted("k2", "Two"),
      { type: "handed over", key: "k1" },
      { type: "handed over", key: "k2" },
    );
    state = frames(
      state,
      script.start("k1", "msg_c1", "One"),
      script.start("k2", "msg_c2", "Two"),
      script.complete(),
    );
    expect(view(state)).toEqual(["> One (sent)", "> Two (sent)", "< Two working days [1]."]);
  });

  test("an answer goes before a message the server has not got yet", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1", "One"));
    state = frames(state, script.start("k1", "msg_c1", "One"));
    state = run(state, submitted("k2", "Two"));
    state = frames(state, script.complete());
    expect(view(state)).toEqual(["> One (sent)", "< Two working days [1].", "> Two (waiting)"]);
  });

  test("a message written in another tab shows too", () => {
    const script = new Script();
    const state = frames(connectedState(script), script.start("theirs", "msg_x", "From there"));
    expect(view(state)).toEqual(["> From there (sent)"]);
  });
});

describe("the order of events", () => {
  test("an event that came already changes nothing", () => {
    const script = new Script();
    const text = [script.start(null), script.text("Once")] as const;
    const state = frames(connectedState(script), ...text);
    expect(frames(state, ...text)).toEqual(state);
  });

  test("a gap is not stepped over: the events after it wait for a resume", () => {
    const script = new Script();
    let state = frames(connectedState(script), script.start(null), script.text("One "));
    const missed = script.text("two ");
    const after = script.text("three");
    state = frames(state, after);
    expect(state).toMatchObject({ gapAfter: 2, lastSeq: 2 });
    expect(state.turns[0]?.text).toBe("One ");

    state = frames(state, script.connected(true), missed, after);
    expect(state).toMatchObject({ gapAfter: null, lastSeq: 4 });
    expect(state.turns[0]?.text).toBe("One two three");
  });

  test("a gap that is still there after the resume was no loss", () => {
    const script = new Script();
    let state = frames(connectedState(script), script.start(null));
    script.skip(3);
    const after = script.text("On");
    state = frames(state, after, script.connected(true), after);
    expect(state).toMatchObject({ gapAfter: null, lastSeq: 5 });
    expect(state.turns[0]?.text).toBe("On");
  });

  test("an event of an unknown type counts and changes nothing else", () => {
    const script = new Script();
    let state = frames(connectedState(script), script.start(null));
    state = frames(state, script.next("trn_1", "hologram", {}), script.text("On"));
    expect(state).toMatchObject({ gapAfter: null, lastSeq: 3 });
    expect(state.turns[0]?.text).toBe("On");
  });

  test("an event of another session is not for this view", () => {
    const script = new Script();
    const state = connectedState(script);
    expect(frames(state, new Script("ses_other").start(null))).toBe(state);
  });
});

describe("resuming", () => {
  test("in the middle of an answer goes on where it was", () => {
    const script = new Script();
    let state = frames(connectedState(script), script.start(null), script.text("One "));
    state = run(state, { type: "connection", connection: "reconnecting" });
    state = frames(state, script.connected(true), script.text("two"));
    expect(state.connection).toBe("connected");
    expect(state.turns[0]).toMatchObject({ text: "One two", partial: false });
  });

  test("on another stream drops what was being written and takes the server's number", () => {
    const script = new Script();
    let state = frames(connectedState(script), script.start(null), script.text("One "));
    const other = new Script("ses_1", "str_2", 40);
    state = frames(state, other.connected(false, 40));
    expect(state).toMatchObject({ turns: [], lastSeq: 40, stream: "str_2" });
  });

  test("a turn joined in its middle shows no half text, and its answer whole", () => {
    const script = new Script("ses_1", "str_2", 40);
    let state = frames(initialState, script.connected(false, 40), script.text("...and so on"));
    expect(state.turns).toMatchObject([{ turnId: "trn_1", partial: true }]);
    state = frames(state, script.complete({ content: "All of it." }));
    expect(view(state)).toEqual(["< All of it."]);
    expect(state.turns).toEqual([]);
  });

  test("falling back makes a turn joined in its middle whole again", () => {
    const script = new Script("ses_1", "str_2", 40);
    const state = frames(
      initialState,
      script.connected(false, 40),
      script.text("lost"),
      script.status("falling_back"),
      script.text("New"),
    );
    expect(state.turns).toMatchObject([{ text: "New", partial: false }]);
  });

  test("messages in flight are no longer in flight on a new line", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"), { type: "handed over", key: "k1" });
    state = frames(state, script.connected(true));
    expect(state.inFlight).toEqual([]);
    expect(customer(state, "k1").delivery.state).toBe("waiting");
  });

  test("a message sent twice is shown once", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"));
    state = frames(state, script.start("k1", "msg_c1"), script.complete());
    state = frames(state, script.connected(true));
    state = frames(state, script.start("k1", "msg_c1"), script.complete());
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
  });

  test("a message that the history has already is shown once when its start comes", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"), {
      type: "history read",
      sessionId: "ses_1",
      page: pageOf([message({ id: "msg_c1", role: "customer", content: "Hello?" })]),
    });
    state = frames(state, script.start("k1", "msg_c1"));
    expect(view(state)).toEqual(["> Hello? (sent)"]);
  });

  test("an answer without a start settles the oldest message in flight", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"), { type: "handed over", key: "k1" });
    state = frames(state, script.complete());
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
    expect(state.inFlight).toEqual([]);
  });
});

describe("a repeated message", () => {
  test("is settled by the answer that names it", () => {
    const script = new Script();
    let state = run(
      connectedState(script),
      submitted("k1", "One"),
      submitted("k2", "Two"),
      { type: "handed over", key: "k1" },
      { type: "handed over", key: "k2" },
    );
    const repeated = { ...answer(), idempotency_key: "k2" };
    const complete = script.next("trn_1", "complete", repeated);
    state = frames(state, { ...complete, seq: null });
    expect(view(state)).toEqual(["> One (waiting)", "> Two (sent)", "< Two working days [1]."]);
    expect(state.inFlight).toEqual(["k1"]);
  });

  test("is settled by the end of a turn that was joined in its middle", () => {
    const script = new Script("ses_1", "str_2", 40);
    let state = run(frames(initialState, script.connected(false, 40)), submitted("k1"), {
      type: "handed over",
      key: "k1",
    });
    state = frames(state, script.status("writing"), script.complete());
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
  });
});

describe("refusals", () => {
  test("an error that answers the connection belongs to the oldest message in flight", () => {
    const script = new Script();
    let state = run(
      connectedState(script),
      submitted("k1", "One"),
      submitted("k2", "Two"),
      { type: "handed over", key: "k1" },
      { type: "handed over", key: "k2" },
    );
    state = frames(state, script.refusal("rate_limited", { retry_after: 20 }));
    expect(view(state)).toEqual(["> One (failed)", "> Two (waiting)"]);
    expect(customer(state, "k1").delivery).toMatchObject({
      failure: { retryAt: NOW + 20_000, stored: false },
    });
    expect(state.inFlight).toEqual(["k2"]);
  });

  test("an error that names its message belongs to that one", () => {
    const script = new Script();
    let state = run(
      connectedState(script),
      submitted("k1", "One"),
      submitted("k2", "Two"),
      { type: "handed over", key: "k1" },
      { type: "handed over", key: "k2" },
    );
    state = frames(state, script.refusal("message_refused", { idempotency_key: "k2" }));
    expect(view(state)).toEqual(["> One (waiting)", "> Two (failed)"]);
  });

  test("without a message in flight it is a notice", () => {
    const script = new Script();
    const state = frames(connectedState(script), script.refusal("bad_frame"));
    expect(state.notice).toMatchObject({ title: "Refused" });
  });

  test("a discarded message is gone", () => {
    const state = run(initialState, submitted("k1"), { type: "discarded", key: "k1" });
    expect(state.items).toEqual([]);
  });

  test("retrying what is not there changes nothing", () => {
    expect(run(initialState, { type: "retried", key: "nope" })).toBe(initialState);
  });
});

describe("plain HTTP", () => {
  test("shows that an answer is awaited, then the answer", () => {
    let state = run(initialState, submitted("k1"), { type: "posted", key: "k1" });
    expect(state.turns).toMatchObject([{ keys: ["k1"], partial: true }]);
    state = run(state, { type: "answered", key: "k1", answer: answer() });
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
    expect(state.turns).toEqual([]);
  });

  test("a refusal ends the waiting", () => {
    const failure = { title: "No", detail: "", retryable: true, retryAt: null, stored: false };
    const state = run(
      initialState,
      submitted("k1"),
      { type: "posted", key: "k1" },
      { type: "refused", key: "k1", failure },
    );
    expect(state.turns).toEqual([]);
    expect(view(state)).toEqual(["> Hello? (failed)"]);
  });

  test("what was sent without an id gives way to the history's own", () => {
    const state = run(
      run(initialState, { type: "session", sessionId: "ses_1", threadId: "thr_1" }),
      submitted("k1"),
      { type: "answered", key: "k1", answer: answer() },
      {
        type: "history read",
        sessionId: "ses_1",
        page: pageOf([message({ id: "msg_c1", role: "customer", content: "Hello?" }), message()]),
      },
    );
    expect(view(state)).toEqual(["> Hello? (sent)", "< Two working days [1]."]);
  });
});

describe("the history", () => {
  const asked = message({ id: "msg_c1", role: "customer", content: "Hello?", citations: [] });

  test("keeps what is not sent and what came meanwhile", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1", "Later"));
    state = frames(state, script.start("other", "msg_c9", "Just now"));
    state = frames(
      state,
      script.complete({ id: "msg_a9", content: "New", created_at: "2026-11-21T10:00:00Z" }),
    );
    state = run(state, {
      type: "history read",
      sessionId: "ses_1",
      page: pageOf([asked, message({ content: "Old" })]),
    });
    expect(view(state)).toEqual(["> Hello? (sent)", "< Old", "< New", "> Later (waiting)"]);
  });

  test("keeps the key of a message, so that it is not drawn anew", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"));
    state = frames(state, script.start("k1", "msg_c1"));
    state = run(state, { type: "history read", sessionId: "ses_1", page: pageOf([asked]) });
    expect(customer(state, "k1").id).toBe("msg_c1");
  });

  test("does not hide that a stored message was not answered", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"));
    state = frames(state, script.start("k1", "msg_c1"), script.error());
    state = run(state, { type: "history read", sessionId: "ses_1", page: pageOf([asked]) });
    expect(view(state)).toEqual(["> Hello? (failed)"]);
  });

  test("of another session is not taken in", () => {
    const state = connectedState(new Script());
    const read: Action = { type: "history read", sessionId: "ses_0", page: pageOf([asked]) };
    expect(run(state, read)).toBe(state);
  });

  test("loads older pages before the rest, each message once", () => {
    let state = run(connectedState(new Script()), {
      type: "history read",
      sessionId: "ses_1",
      page: pageOf([message({ id: "m3", content: "Three" })], { offset: 2, total: 3 }),
    });
    expect(state.history).toMatchObject({ status: "ready", earlier: 2 });
    state = run(state, { type: "earlier asked" });
    expect(state.history.loadingEarlier).toBe(true);
    state = run(state, {
      type: "earlier read",
      sessionId: "ses_1",
      page: pageOf([
        message({ id: "m1", role: "customer", content: "One" }),
        message({ id: "m2", content: "Two" }),
        message({ id: "m3", content: "Three" }),
      ]),
    });
    expect(view(state)).toEqual(["> One (sent)", "< Two", "< Three"]);
    expect(state.history).toMatchObject({ earlier: 0, loadingEarlier: false });
  });

  test("says when it could not be loaded", () => {
    const state = run(initialState, { type: "history asked" }, { type: "history failed" });
    expect(state.history.status).toBe("failed");
    expect(run(state, { type: "earlier failed" }).history.loadingEarlier).toBe(false);
  });

  test("shows the system's messages as notes and a person's as replies", () => {
    const state = run(connectedState(new Script()), {
      type: "history read",
      sessionId: "ses_1",
      page: pageOf([
        message({ id: "m1", role: "system", content: "Ada joined" }),
        message({ id: "m2", role: "operator", content: "Hello, Ada here" }),
      ]),
    });
    expect(view(state)).toEqual(["- Ada joined", "< Hello, Ada here"]);
  });
});

describe("sessions", () => {
  test("another session keeps the earlier one readable and takes the unsent along", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"));
    state = frames(state, script.start("k1"), script.complete());
    state = run(state, submitted("k2", "Still there?"));
    state = frames(state, new Script("ses_2", "str_9", 3).connected(false, 3));
    expect(view(state)).toEqual([
      "> Hello? (sent)",
      "< Two working days [1].",
      "- The earlier conversation has ended. This is a new one.",
      "> Still there? (waiting)",
    ]);
    expect(state).toMatchObject({ sessionId: "ses_2", lastSeq: 3, stream: "str_9" });
  });

  test("a session that follows in the same thread goes on with what is shown", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"));
    state = frames(state, script.start("k1"), script.complete());
    state = run(state, submitted("k2", "Still there?"));
    state = frames(state, new Script("ses_2", "str_1", 0, script.threadId).connected(false, 0));
    expect(view(state)).toEqual([
      "> Hello? (sent)",
      "< Two working days [1].",
      "> Still there? (waiting)",
    ]);
    expect(state).toMatchObject({ sessionId: "ses_2", past: [], lastSeq: 0, turns: [] });
    expect(state.history.status).toBe("idle");
  });

  test("the first session needs no divider", () => {
    const state = frames(run(initialState, submitted("k1")), new Script().connected());
    expect(view(state)).toEqual(["> Hello? (waiting)"]);
  });

  test("clearing leaves nothing but what waits to be sent", () => {
    const script = new Script();
    let state = run(connectedState(script), submitted("k1"));
    state = frames(state, script.start("k1"), script.complete());
    state = run(state, { type: "fresh", fresh: true }, submitted("k2", "New"), { type: "cleared" });
    expect(view(state)).toEqual(["> New (waiting)"]);
    expect(state).toMatchObject({ sessionId: null, fresh: false, connection: "connected" });
  });
});

describe("feedback", () => {
  test("is set and taken back on its answer alone", () => {
    const script = new Script();
    let state = frames(
      connectedState(script),
      script.complete({ id: "m1" }),
      script.complete({ id: "m2" }, "trn_2"),
    );
    const scores = () =>
      state.items.map((item) => (item.kind === "reply" ? item.message.feedback?.score : 0));
    const feedback = { score: 1, reason: null };
    state = run(state, { type: "feedback", messageId: "m2", feedback });
    expect(scores()).toEqual([undefined, 1]);
    state = run(state, { type: "feedback", messageId: "m2", feedback: null });
    expect(scores()).toEqual([undefined, undefined]);
  });
});
