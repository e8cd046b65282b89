import { beforeEach, describe, expect, test } from "vitest";

import type { Sending } from "../../../api/upload";
import { ProblemError } from "../../../api/problem";
import type { Attachment } from "../../../api/types";
import { attachment, fakeApi, FakeClock, memoryStore, settle } from "../../../testing/fakes";
import { Identity } from "../state/identity";
import { ASK_MS, FileDrafts } from "./drafts";
import { MOST_FILES } from "./model";

const LIMITS = { bytes: 100, types: [".md"] };
const note = (name = "a.md") => new File(["words"], name);

let api: ReturnType<typeof fakeApi>;
let clock: FakeClock;
let store: ReturnType<typeof memoryStore>;
let drafts: FileDrafts;

function open(): FileDrafts {
  let keys = 0;
  return new FileDrafts({
    api,
    identity: new Identity(api, null, memoryStore(), clock),
    session: () => Promise.resolve("ses_1"),
    clock,
    newKey: () => `k${++keys}`,
    store,
    storeKey: "files",
  });
}

beforeEach(() => {
  api = fakeApi();
  clock = new FakeClock();
  store = memoryStore();
  drafts = open();
});

/** An upload that the test ends itself. */
function slowly() {
  const told: { sending?: Sending; done?: (of: Attachment) => void; fail?: (why: Error) => void } =
    {};
  api.attach.mockImplementationOnce((_token, _session, _file, sending) => {
    told.sending = sending;
    return new Promise((resolve, reject) => {
      told.done = resolve;
      told.fail = reject;
    });
  });
  return told;
}

describe("a file", () => {
  test("is sent to the session, tells how far it is, and goes with the message", async () => {
    const upload = slowly();
    drafts.add([note()], LIMITS);
    await settle();
    upload.sending!.onProgress(0.4);
    expect(drafts.get()).toMatchObject([{ state: "uploading", progress: 0.4 }]);
    upload.done!(attachment({ name: "a.md" }));
    await settle();
    expect(drafts.get()).toMatchObject([{ state: "ready", id: "att_1" }]);
    expect(drafts.take()).toEqual([{ id: "att_1", name: "a.md" }]);
    expect(drafts.get()).toEqual([]);
    expect(api.removeAttachment).not.toHaveBeenCalled();
  });

  test("that cannot be sent never leaves the browser", async () => {
    drafts.add([note("a.exe")], LIMITS);
    await settle();
    expect(drafts.get()).toMatchObject([{ state: "failed" }]);
    expect(drafts.canRetry("k1")).toBe(false);
    expect(api.attach).not.toHaveBeenCalled();
  });

  test("is one of at most ten", async () => {
    drafts.add(
      Array.from({ length: MOST_FILES + 1 }, () => note()),
      LIMITS,
    );
    await settle();
    expect(api.attach).toHaveBeenCalledTimes(MOST_FILES);
    expect(drafts.get().at(-1)?.reason).toContain("at most 10 files");
  });

  test("that failed is kept with the reason and sent again on demand", async () => {
    const problem = new ProblemError({ status: 503, code: "x", title: "No", detail: "Full." });
    api.attach.mockRejectedValueOnce(problem);
    drafts.add([note()], LIMITS);
    await settle();
    expect(drafts.get()).toMatchObject([{ state: "failed", reason: "Full." }]);
    drafts.retry("k1");
    await settle();
    expect(drafts.get()).toMatchObject([{ state: "ready" }]);
  });

  test("that is removed on its way is called back, and nothing of it comes later", async () => {
    const upload = slowly();
    drafts.add([note()], LIMITS);
    await settle();
    drafts.remove("k1");
    expect(upload.sending!.signal.aborted).toBe(true);
    upload.done!(attachment());
    await settle();
    expect(drafts.get()).toEqual([]);
  });

  test("that the server has is removed there too", async () => {
    drafts.add([note()], LIMITS);
    await settle();
    drafts.remove("k1");
    await settle();
    expect(api.removeAttachment).toHaveBeenCalledWith("tok_1", "att_1");
  });
});

describe("a file that is being read", () => {
  beforeEach(async () => {
    api.attach.mockResolvedValueOnce(attachment({ status: "processing" }));
    drafts.add([note()], LIMITS);
    await settle();
  });

  test("is asked after until it is ready", async () => {
    api.attachment.mockResolvedValueOnce(attachment({ status: "processing" }));
    await clock.pass(ASK_MS);
    expect(drafts.get()).toMatchObject([{ state: "reading" }]);
    await clock.pass(ASK_MS);
    expect(drafts.get()).toMatchObject([{ state: "ready" }]);
    await clock.pass(ASK_MS * 4);
    expect(api.attachment).toHaveBeenCalledTimes(2);
  });

  test("is ready as soon as the session's events say so", () => {
    drafts.told({ id: "att_1", state: "ready", reason: null });
    expect(drafts.get()).toMatchObject([{ state: "ready" }]);
  });

  test("that is gone is told", async () => {
    const gone = new ProblemError({ status: 404, code: "x", title: "No", detail: "Gone." });
    api.attachment.mockRejectedValueOnce(gone);
    await clock.pass(ASK_MS);
    expect(drafts.get()).toMatchObject([{ state: "failed", reason: "Gone." }]);
  });
});

describe("another session", () => {
  test("gets the files sent anew, as long as the page has them", async () => {
    drafts.add([note()], LIMITS);
    await settle();
    drafts.entered("ses_1");
    expect(api.attach).toHaveBeenCalledTimes(1);
    drafts.entered("ses_2");
    await settle();
    expect(api.attach).toHaveBeenCalledTimes(2);
  });

  test("cannot have what an earlier page sent", async () => {
    drafts.add([note()], LIMITS);
    await settle();
    const later = open();
    expect(later.get()).toMatchObject([{ state: "ready", id: "att_1" }]);
    later.entered("ses_2");
    expect(later.get()).toMatchObject([{ state: "failed" }]);
  });
});

test("a message that is taken back brings its files back", () => {
  drafts.giveBack([{ id: "att_7", name: null }], "ses_1");
  expect(drafts.get()).toMatchObject([{ id: "att_7", name: "File", state: "ready" }]);
  expect(drafts.take()).toEqual([{ id: "att_7", name: "File" }]);
});
