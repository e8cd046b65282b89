import { describe, expect, test } from "vitest";

import type { ChatConfig } from "../../../api/types";
import { attachment } from "../../../testing/fakes";
import {
  type DraftFile,
  fileComplaint,
  hintText,
  limitsOf,
  newsOf,
  objection,
  sizeText,
  stateText,
  withAttachment,
  withNews,
} from "./model";

const CONFIG: ChatConfig = {
  tenant: "demo",
  company: "Northwind",
  agent_name: "Maya",
  welcome: "Hello!",
  suggestions: [],
  max_message_chars: 100,
  max_file_bytes: 10_485_760,
  allowed_file_types: [".pdf", ".md", ".txt", ".png"],
};
const LIMITS = { bytes: 2 * 1024 * 1024, types: [".pdf", ".md"] };
const draft = (over: Partial<DraftFile> = {}): DraftFile => ({
  key: "k1",
  id: null,
  sessionId: null,
  name: "a.md",
  bytes: 10,
  state: "uploading",
  progress: 0,
  reason: null,
  ...over,
});

describe("limits", () => {
  test("come from the configuration, and are sensible where it says nothing", () => {
    expect(limitsOf({ ...CONFIG, max_file_bytes: 5, allowed_file_types: [".md"] })).toEqual({
      bytes: 5,
      types: [".md"],
    });
    expect(limitsOf(CONFIG).bytes).toBe(10 * 1024 * 1024);
    expect(limitsOf(CONFIG).types).toContain(".pdf");
    expect(hintText(LIMITS)).toBe("pdf, md; up to 2 MB each");
  });

  test("keep away what cannot be read, is empty or too large", () => {
    expect(objection({ name: "a.MD", size: 5 }, LIMITS)).toBeNull();
    expect(objection({ name: "a.exe", size: 5 }, LIMITS)).toContain(".pdf .md");
    expect(objection({ name: "README", size: 5 }, LIMITS)).toContain("type cannot be read");
    expect(objection({ name: "a.md", size: 0 }, LIMITS)).toBe("The file is empty.");
    expect(objection({ name: "a.md", size: LIMITS.bytes }, LIMITS)).toBeNull();
    expect(objection({ name: "a.md", size: LIMITS.bytes + 1 }, LIMITS)).toContain("too large");
  });

  test("are told in the unit that fits", () => {
    expect([5, 2048, 1.5 * 1024 * 1024].map(sizeText)).toEqual(["5 B", "2 KB", "1.5 MB"]);
  });
});

describe("a file", () => {
  test("becomes what the server says of it", () => {
    const read = withAttachment(draft(), attachment({ status: "processing", name: "b.md" }));
    expect(read).toMatchObject({ id: "att_1", sessionId: "ses_1", state: "reading", name: "b.md" });
    const news = { id: "att_1", state: "refused", reason: "It has a password." };
    expect(withNews(read, news)).toMatchObject({ state: "refused", reason: "It has a password." });
    expect(withNews(read, { ...news, id: "att_2" })).toBe(read);
    expect(withNews(read, { ...news, state: "received" })).toBe(read);
  });

  test("says in words how far it is", () => {
    expect(stateText(draft({ progress: 0.428 }))).toBe("Uploading, 42 %");
    expect(stateText(draft({ progress: 1 }))).toBe("Checking…");
    expect(stateText(draft({ state: "reading" }))).toBe("Reading…");
    expect(stateText(draft({ state: "ready" }))).toBe("Ready");
    expect(stateText(draft({ state: "ready", reason: "Cut at 400 pages." }))).toContain("Cut");
    expect(stateText(draft({ state: "refused" }))).toBe("This file cannot be read.");
    expect(stateText(draft({ state: "failed" }))).toBe("Not sent.");
  });

  test("holds the message back while it is on its way, and when it cannot go", () => {
    expect(fileComplaint([])).toBeNull();
    expect(fileComplaint([draft({ state: "reading" }), draft({ state: "ready" })])).toBeNull();
    expect(fileComplaint([draft()])).toContain("still on its way");
    expect(fileComplaint([draft(), draft({ state: "refused", name: "b" })])).toContain("“b” cannot");
  });
});

test("only what changed is read out, and no percents", () => {
  const sent = draft();
  expect(newsOf([], [sent])).toBe("Uploading a.md.");
  expect(newsOf([sent], [{ ...sent, progress: 0.5 }])).toBe("");
  expect(newsOf([sent], [{ ...sent, state: "ready" }])).toBe("a.md: Ready");
  expect(newsOf([sent], [])).toBe("a.md removed.");
});
