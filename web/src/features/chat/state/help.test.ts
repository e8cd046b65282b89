import { describe, expect, test } from "vitest";

import { answer, message, pageOf, Script } from "../../../testing/fakes";
import { readFrame } from "./frames";
import { type ChatState, initialState, noHelp } from "./model";
import { reduce } from "./reducer";

const script = () => new Script();

function after(frames: object[], from: ChatState = initialState): ChatState {
  return frames.reduce<ChatState>(
    (state, raw) => reduce(state, { type: "frame", frame: readFrame(JSON.stringify(raw))!, now: 0 }),
    from,
  );
}

const operator = (over: object = {}) =>
  message({ id: "msg_o1", role: "operator", content: "Hello!", citations: [], ...over });

describe("a person in the conversation", () => {
  test("is asked for, comes, writes and goes again", () => {
    const s = script();
    let state = after([
      s.connected(),
      s.next("trn_1", "escalation", { ticket: "ESC-1", category: "general", priority: "normal" }),
    ]);
    expect(state.help).toEqual({ state: "asked", ticket: "ESC-1", name: null });
    state = after([s.next(null, "status", { state: "with_human", operator: "Ada" })], state);
    expect(state.help).toEqual({ state: "here", ticket: "ESC-1", name: "Ada" });
    state = after([s.next(null, "status", { state: "operator_message", message: operator() })], state);
    expect(state.items).toMatchObject([{ kind: "reply", message: { id: "msg_o1" } }]);
    expect(state.lastSeq).toBe(3);
    state = after([s.next(null, "status", { state: "with_agent", operator: null })], state);
    expect(state.help).toEqual({ state: "gone", ticket: "ESC-1", name: "Ada" });
    state = reduce(state, { type: "help read" });
    expect(state.help).toEqual({ state: "none", ticket: "ESC-1", name: null });
  });

  test("who only writes is here as well, by the name in the message", () => {
    const s = script();
    const said = operator({ metadata: { operator_name: "Ben" } });
    const state = after([
      s.connected(),
      s.next(null, "status", { state: "operator_message", message: said }),
      s.next(null, "status", { state: "operator_message", message: said }),
    ]);
    expect(state.help).toMatchObject({ state: "here", name: "Ben" });
    expect(state.items).toHaveLength(1);
  });

  test("that never came cannot go", () => {
    const s = script();
    const state = after([s.connected(), s.next(null, "status", { state: "with_agent" })]);
    expect(state.help).toEqual(noHelp);
  });

  test("makes what the agent was writing void, and no bubble comes of it", () => {
    const s = script();
    let state = after([
      s.connected(),
      s.start("k1"),
      s.text("You have thirty"),
      s.status("left_to_human"),
    ]);
    expect(state.turns).toMatchObject([{ phase: "left_to_human", text: "" }]);
    state = after(
      [s.next("trn_1", "complete", { ...answer(), message: null, with_human: true })],
      state,
    );
    expect(state.turns).toEqual([]);
    expect(state.items).toMatchObject([{ kind: "customer", delivery: { state: "sent" } }]);
    expect(state.help.state).toBe("here");
  });

  test("is known from an answer by plain HTTP, too", () => {
    const sent = reduce(initialState, { type: "submitted", key: "k1", text: "Hi", at: "" });
    const told = { ...answer(), ticket: "ESC-2" };
    const asked = reduce(sent, { type: "answered", key: "k1", answer: told });
    expect(asked.help).toMatchObject({ state: "asked", ticket: "ESC-2" });
    const silent = { ...answer(), message: null, with_human: true };
    const here = reduce(asked, { type: "answered", key: "k2", answer: silent });
    expect(here.help).toMatchObject({ state: "here", ticket: "ESC-2" });
  });

  test("is as the server says on connecting, where it says so", () => {
    const s = script();
    const known = (data: object): ChatState => {
      const raw = { ...s.connected() } as { data: object };
      return after([{ ...raw, data: { ...raw.data, ...data } }], {
        ...initialState,
        sessionId: "ses_1",
        help: { state: "here", ticket: "ESC-1", name: "Ada" },
      });
    };
    expect(known({}).help).toMatchObject({ state: "here", name: "Ada" });
    expect(known({ operator: null, ticket: null }).help.state).toBe("gone");
    expect(known({ operator: "Ben", ticket: "ESC-3" }).help).toEqual({
      state: "here",
      ticket: "ESC-3",
      name: "Ben",
    });
  });

  test("belongs to the session and is forgotten with it", () => {
    const s = script();
    const first = after([s.connected(), s.next("t", "escalation", { ticket: "ESC-1" })]);
    expect(after([new Script("ses_2").connected()], first).help).toEqual(noHelp);
  });
});

describe("files", () => {
  test("stay with a message from its sending to its place in the history", () => {
    const s = script();
    const files = [{ id: "att_1", name: "a.md" }];
    let state = after([s.connected()]);
    state = reduce(state, { type: "submitted", key: "k1", text: "Hello?", at: "", files });
    state = after([s.start("k1")], state);
    expect(state.items).toMatchObject([{ id: "msg_c1", files }]);
    const stored = message({
      id: "msg_c1",
      role: "customer",
      citations: [],
      metadata: { attachments: ["att_1"] },
    });
    const page = pageOf([stored]);
    state = reduce(state, { type: "history read", sessionId: "ses_1", page });
    expect(state.items).toMatchObject([{ id: "msg_c1", files }]);
  });

  test("of an earlier visit are known by their id", () => {
    const stored = message({ role: "customer", metadata: { attachments: ["att_9"] } });
    const state = reduce(after([script().connected()]), {
      type: "history read",
      sessionId: "ses_1",
      page: pageOf([stored]),
    });
    expect(state.items).toMatchObject([{ files: [{ id: "att_9", name: null }] }]);
  });

  test("are told of in frames that take a number each", () => {
    const s = script();
    const told = s.next(null, "status", {
      state: "attachment",
      attachment: { attachment_id: "att_1", name: "a.md", state: "ready", reason: null },
    });
    expect(readFrame(told)?.event).toEqual({
      type: "attachment",
      id: "att_1",
      state: "ready",
      reason: null,
    });
    expect(after([s.connected(false, 0), told]).lastSeq).toBe(1);
    expect(readFrame(s.next(null, "status", { state: "attachment" }))?.event.type).toBe("other");
  });
});
