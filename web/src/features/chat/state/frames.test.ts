import { describe, expect, test } from "vitest";

import { Script } from "../../../testing/fakes";
import { readFrame } from "./frames";

describe("reading a frame", () => {
  test("what is not JSON, or no frame, is null", () => {
    for (const raw of ["", "hello", "[]", "null", "1", '{"seq":1}', '{"type":3}', undefined]) {
      expect(readFrame(raw)).toBeNull();
    }
  });

  test("a frame of an unknown type keeps its number", () => {
    const frame = readFrame(JSON.stringify(new Script().next("trn_1", "hologram", { a: 1 })));
    expect(frame).toMatchObject({ seq: 1, turnId: "trn_1", event: { type: "other" } });
  });

  test("a type named like a property of every object is unknown too", () => {
    expect(readFrame('{"type":"constructor","seq":4}')?.event).toEqual({ type: "other" });
  });

  test("a status of an unknown state is unknown", () => {
    expect(readFrame(new Script().status("juggling"))?.event).toEqual({ type: "other" });
  });

  test("missing data takes safe values", () => {
    expect(readFrame('{"type":"error","seq":null}')?.event).toEqual({
      type: "error",
      error: {
        code: "error",
        title: "Something went wrong",
        detail: "",
        retryable: false,
        messageId: null,
        key: null,
        retryAfter: null,
      },
    });
    expect(readFrame('{"type":"text","seq":1}')?.event).toEqual({ type: "text", delta: "" });
    expect(readFrame('{"type":"sources","seq":1,"data":{"sources":5}}')?.event).toEqual({
      type: "sources",
      sources: [],
    });
  });

  test("a complete frame without a message is no answer", () => {
    expect(readFrame('{"type":"complete","seq":1,"data":{}}')?.event).toEqual({ type: "other" });
  });

  test("the answer to a hello is read in full", () => {
    expect(readFrame(new Script("ses_9", "str_9").connected(true, 12))?.event).toEqual({
      type: "connected",
      sessionId: "ses_9",
      threadId: "thr_9",
      stream: "str_9",
      lastSeq: 12,
      resumed: true,
    });
  });
});
