import { describe, expect, test } from "vitest";

import {
  connectedState,
  customer,
  frames,
  run,
  submitted,
  view,
} from "../../../testing/chatStates";
import { answer, message, pageOf, Script } from "../../../testing/fakes";
import { initialState } from "./model";

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
