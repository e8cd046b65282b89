import { describe, expect, test } from "vitest";

import {
  connectedState,
  customer,
  frames,
  NOW,
  run,
  submitted,
  view,
} from "../../../testing/chatStates";
import { answer, message, pageOf, Script } from "../../../testing/fakes";
import { initialState } from "./model";
import { type Action } from "./reducer";

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
