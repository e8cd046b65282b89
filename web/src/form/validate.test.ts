import { describe, expect, test } from "vitest";

import type { Json } from "../data/json";
import { agent, SCHEMA } from "../testing/contract";
import type { Schema } from "./schema";
import { problemsOf, serverProblems } from "./validate";

const { stats: _, ...good } = agent();
const wrong = (over: Record<string, Json>) =>
  Object.fromEntries(problemsOf(SCHEMA, { ...good, ...over }));
const alone = (schema: Schema, value: Json) => problemsOf(schema, value).get("") ?? null;

describe("a contract", () => {
  test("that is right has no problems", () => {
    expect(wrong({})).toEqual({});
  });

  test("is told where a number leaves its range", () => {
    expect(wrong({ traits: { humor: 101, safety: -1 } })).toEqual({
      "traits.humor": "Choose a number from 0 to 100.",
      "traits.safety": "Choose a number from 0 to 100.",
    });
    expect(wrong({ traits: { humor: 1.5 } })["traits.humor"]).toBe(
      "This has to be a whole number.",
    );
    expect(wrong({ traits: { humor: null } })["traits.humor"]).toBe("Fill this in.");
  });

  test("is told what is missing, too long, or not known", () => {
    expect(wrong({ name: "" })).toEqual({ name: "Fill this in." });
    expect(wrong({ name: "x".repeat(41) })["name"]).toBe(
      "Shorten this to 40 characters; it has 41.",
    );
    expect(wrong({ identity: {} })).toEqual({ "identity.short_description": "Fill this in." });
    expect(wrong({ surprise: 1 })).toEqual({ surprise: "There is no such field." });
  });

  test("is checked in its lists and in parts that may be left out", () => {
    expect(wrong({ languages: ["en", "english"] })).toEqual({
      "languages.1": "This does not have the right form, for example “en”.",
    });
    expect(wrong({ languages: [] })).toEqual({ languages: "Add at least one." });
    expect(wrong({ languages: ["en", "en"] })).toEqual({
      languages: "Each may be there once only.",
    });
    expect(wrong({ voice: { voice_id: "v", speed: 9 } })).toEqual({
      "voice.speed": "Choose a number from 0.5 to 2.",
    });
    expect(wrong({ escalation: { keywords: [{ phrase: "" }] } })).toEqual({
      "escalation.keywords.0.phrase": "Fill this in.",
    });
  });

  test("keeps a rule between fields", () => {
    expect(wrong({ type: "voice" })).toEqual({ voice: "Fill this in." });
    expect(wrong({ type: "voice", voice: { voice_id: "v" } })).toEqual({});
  });

  test("takes a choice from the list only", () => {
    expect(wrong({ type: "robot" })).toEqual({ type: "Choose one of: Conversational, Voice." });
  });
});

describe("single rules", () => {
  test.each<[Schema, Json, string | null]>([
    [{ type: "number", exclusiveMinimum: 0 }, 0, "Choose more than 0."],
    [{ type: "number", maximum: 5 }, 6, "Choose 5 or less."],
    [{ type: "number", minimum: 5 }, 4, "Choose 5 or more."],
    [{ type: "string", minLength: 3 }, "ab", "Write at least 3 characters."],
    [{ type: "string", maxLength: 2 }, "😀😀", null],
    [{ type: "array", maxItems: 1 }, [1, 2], "At most 1 are possible; there are 2."],
    [{ const: "x" }, "y", "Choose one of: X."],
    [{ type: "string", pattern: "(?P<engine>x)" }, "anything", null],
  ])("%j of %j", (schema, value, message) => {
    expect(alone(schema, value)).toBe(message);
  });
});

test("a server's word finds its field", () => {
  const told = serverProblems([
    { field: "body.traits.humor", message: "Too funny." },
    { field: "name", message: "Taken." },
    { field: "bodyguard", message: "Kept." },
  ]);
  expect(Object.fromEntries(told)).toEqual({
    "traits.humor": "Too funny.",
    name: "Taken.",
    bodyguard: "Kept.",
  });
});
