import { describe, expect, test } from "vitest";

import { answer, message, Script } from "../../../testing/fakes";
import { handoverAt, handoverTo } from "../messages/handover";
import { progressText } from "../WorkBanner";
import { readFrame } from "./frames";
import { type ChatState, initialState, type Item } from "./model";
import { reduce } from "./reducer";
import { noWork } from "./work";

const NOW = Date.parse("2026-11-21T09:00:00Z");

function after(frames: object[], from: ChatState = initialState): ChatState {
  return frames.reduce<ChatState>((state, raw) => {
    const frame = readFrame(raw)!;
    return reduce(state, { type: "frame", frame, now: NOW });
  }, from);
}

const approval = (status: string, id = "apv_1") => ({
  approval_id: id,
  status,
  summary: "Refund 620.00 EUR on order A-1044",
});
const plan = (status: string, ...parts: string[]) => ({
  state: "plan",
  plan: { id: "pln_1", status, subtasks: parts.map((part) => ({ status: part })) },
});

const opened = () => {
  const script = new Script();
  return { script, state: after([script.connected()]) };
};

describe("a request that a person decides on", () => {
  test("is shown while somebody is at it, and gone when it has ended", () => {
    const { script, state } = opened();
    const asked = after([script.next("trn_1", "approval", approval("pending"))], state);
    expect(asked.work.asked).toEqual([
      { id: "apv_1", status: "pending", summary: "Refund 620.00 EUR on order A-1044" },
    ]);
    const allowed = after([script.next(null, "approval", approval("approved"))], asked);
    expect(allowed.work.asked.map(({ status }) => status)).toEqual(["approved"]);
    const done = after([script.next(null, "approval", approval("executed"))], allowed);
    expect(done.work.asked).toEqual([]);
  });

  test("is known after a reload from what the server says on connecting", () => {
    const script = new Script();
    const connected = script.connected() as { data: object };
    const told = { ...connected, data: { ...connected.data, approvals: [approval("pending")], plans: [] } };
    expect(after([told]).work.asked).toHaveLength(1);
    const gone = { ...connected, data: { ...connected.data, approvals: [], plans: [] } };
    expect(after([told, gone]).work).toEqual(noWork);
  });

  test("leaves what is known alone where the server says nothing of it", () => {
    const { script, state } = opened();
    const asked = after([script.next(null, "approval", approval("pending"))], state);
    expect(after([script.connected(true)], asked).work.asked).toHaveLength(1);
  });

  test("makes the answer say that a colleague was asked", () => {
    const { script, state } = opened();
    const call = (told: string) =>
      script.next("trn_1", "tool_call", { name: "issue_refund", state: told });
    const running = after([script.start(null), call("started")], state);
    expect(running.turns[0]).toMatchObject({ tool: "issue_refund" });
    expect(after([call("waiting")], running).turns[0]).toMatchObject({ tool: null, waits: true });
  });

  test.each([[{}], [{ approval_id: 7 }]])("that cannot be read changes nothing: %j", (data) => {
    const { script, state } = opened();
    expect(after([script.next(null, "approval", data)], state).work).toEqual(noWork);
  });
});

describe("a task in parts", () => {
  test("says how many parts have ended, and is gone with the last one", () => {
    const { script, state } = opened();
    const running = after(
      [script.next(null, "status", plan("running", "done", "failed", "running", "waiting"))],
      state,
    );
    expect(running.work.plans).toEqual([{ id: "pln_1", status: "running", ended: 2, all: 4 }]);
    expect(progressText(running.work.plans[0]!)).toBe("2 of 4 parts done");
    const ended = after([script.next(null, "status", plan("done", "done"))], running);
    expect(ended.work.plans).toEqual([]);
  });

  test("is told before it has parts", () => {
    expect(progressText({ ended: 0, all: 0 })).toBe("finding its parts…");
    expect(progressText({ ended: 1, all: 1 })).toBe("1 of 1 part done");
  });
});

describe("a message of the agent outside of a turn", () => {
  test("appears once, also when it is told twice", () => {
    const { script, state } = opened();
    const told = (id: string) =>
      script.next(null, "status", { state: "agent_message", message: message({ id }) });
    const twice = after([told("msg_9"), told("msg_9")], state);
    expect(twice.items.map((item) => item.key)).toEqual(["msg_9"]);
  });
});

describe("another agent", () => {
  const route = (id: string, name: string) => ({
    agent_id: id,
    name,
    category: "billing",
    confidence: 0.9,
    reasoning: "",
    decided_by: "semantic" as const,
    fallback: false,
    reason: null,
    path: [],
  });
  const reply = (id: string, from?: ReturnType<typeof route>): Item => ({
    kind: "reply",
    key: id,
    message: message({ id, metadata: { answered: true, ...(from && { route: from }) } }),
  });

  test("is named where it begins to answer, and not before every answer of its own", () => {
    const items = [
      reply("a"),
      reply("b", route("support", "Robin")),
      reply("c", route("support-billing", "Bella")),
      reply("d", route("support-billing", "Bella")),
    ];
    expect(items.map((_, index) => handoverAt(items, index))).toEqual([
      null,
      null,
      "Bella answers from here",
      null,
    ]);
  });

  test("is named while it writes", () => {
    const { script, state } = opened();
    const first = message({ id: "msg_1", metadata: { route: route("support", "Robin") } });
    const begun = after(
      [
        script.next("trn_1", "complete", { ...answer(), message: first }),
        script.start(null, "msg_c2", "And my money?", "trn_2"),
        script.next("trn_2", "route", route("support-billing", "Bella")),
      ],
      state,
    );
    expect(handoverTo(begun.items, begun.turns.at(-1))).toBe("Bella answers from here");
  });
});
