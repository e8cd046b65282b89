import { describe, expect, test } from "vitest";

import { SCHEMA } from "../testing/contract";
import { fieldOf, labelsAlong, sectionsOf } from "./fields";
import { emptyValue, type Schema } from "./schema";
import { humanised } from "./words";

const at = (...path: string[]) => {
  let field = fieldOf(SCHEMA, "", SCHEMA);
  for (const name of path) {
    if (field.kind !== "group") throw new Error(`${name} lies in no group.`);
    field = fieldOf(field.parts.find((part) => part.name === name)!.schema, name, SCHEMA);
  }
  return field;
};
const alone = (schema: Schema) => fieldOf(schema, "x", schema);

describe("a schema becomes fields", () => {
  test("a reference is followed, and what stands beside it counts", () => {
    expect(at("traits")).toMatchObject({
      kind: "group",
      label: "Traits",
      help: "The agent’s character.",
    });
  });

  test("a bounded whole number is a slider with steps of one", () => {
    expect(at("traits", "humor")).toMatchObject({
      kind: "number",
      slider: true,
      min: 0,
      max: 100,
      step: 1,
      fallback: 30,
    });
    expect(alone({ type: "integer", minimum: 50, maximum: 4000 })).toMatchObject({ slider: false });
    expect(alone({ type: "integer" })).toMatchObject({ slider: false });
  });

  test("a small range of fractions is a slider with fine steps", () => {
    expect(alone({ type: "number", minimum: 0, maximum: 2 })).toMatchObject({
      slider: true,
      step: 0.05,
    });
  });

  test("null beside something makes it something that may be left out", () => {
    expect(at("voice")).toMatchObject({ kind: "group", nullable: true });
    expect(at("identity", "llm_persona")).toMatchObject({ kind: "text", nullable: true });
    expect(alone({ type: ["integer", "null"] })).toMatchObject({ kind: "number", nullable: true });
  });

  test("each other kind has its control", () => {
    expect(at("type")).toMatchObject({ kind: "choice", options: ["conversational", "voice"] });
    expect(at("languages")).toMatchObject({ kind: "words", options: null });
    expect(at("escalation", "keywords")).toMatchObject({ kind: "rows" });
    expect(at("escalation", "limits")).toMatchObject({ kind: "map" });
    expect(at("voice", "vad_enabled")).toMatchObject({ kind: "toggle", help: "Notices speech." });
    expect(alone({ type: "string", maxLength: 2000 })).toMatchObject({
      kind: "text",
      multiline: true,
    });
    expect(alone({ type: "array", items: { enum: ["a", "b"] } })).toMatchObject({
      kind: "words",
      options: ["a", "b"],
    });
    expect(alone({ oneOf: [{ const: 1 }, { const: 2 }] })).toMatchObject({ kind: "choice" });
  });

  test("what nobody has thought of is edited as JSON", () => {
    for (const schema of [
      {},
      { type: "array", prefixItems: [{ type: "string" }] },
      { anyOf: [{ type: "string" }, { type: "object", properties: {} }] },
      { type: ["string", "integer"] },
      { $ref: "#/nowhere" },
      { $ref: "https://elsewhere.example/schema" },
    ]) {
      expect(alone(schema).kind).toBe("json");
    }
  });

  test("references in a circle end", () => {
    const root: Schema = { $defs: { A: { $ref: "#/$defs/B" }, B: { $ref: "#/$defs/A" } } };
    expect(fieldOf({ $ref: "#/$defs/A" }, "x", root).kind).toBe("json");
  });
});

describe("a form's sections", () => {
  test("are one for each group, with a general one in front", () => {
    const sections = sectionsOf(SCHEMA, new Set(["id", "version"]));
    expect(sections.map((section) => section.label)).toEqual([
      "General",
      "Identity",
      "Traits",
      "Voice",
      "Escalation",
      "Metadata",
    ]);
    expect(sections[0]?.parts.map((part) => part.name)).toEqual(["name", "type", "languages"]);
  });
});

describe("words", () => {
  test("come from a name when the title was made by a machine", () => {
    expect(humanised("llm_provider")).toBe("LLM provider");
    expect(fieldOf({ title: "Time zone" }, "timezone", SCHEMA).label).toBe("Time zone");
    expect(fieldOf({ title: "Llm Model" }, "llm_model", SCHEMA).label).toBe("LLM model");
    expect(at("identity").label).toBe("Identity");
    expect(at("identity", "short_description").label).toBe("Short description");
  });

  test("name a path for people", () => {
    expect(labelsAlong(SCHEMA, "traits.humor")).toEqual(["Traits", "Humor"]);
    expect(labelsAlong(SCHEMA, "voice.vad_enabled")).toEqual(["Voice", "VAD enabled"]);
    expect(labelsAlong(SCHEMA, "escalation.keywords.0.phrase")).toEqual([
      "Escalation",
      "Keywords",
      "#1",
      "Phrase",
    ]);
    expect(labelsAlong(SCHEMA, "nowhere.at.all")).toEqual(["nowhere", "at", "all"]);
  });
});

test("a new entry starts with its defaults and what is required", () => {
  const keywords = at("escalation", "keywords");
  if (keywords.kind !== "rows") throw new Error("Keywords are rows.");
  expect(emptyValue(keywords.item, SCHEMA)).toEqual({ phrase: "", weight: 0.8 });
  expect(emptyValue({ type: "integer", minimum: 3 }, SCHEMA)).toBe(3);
  expect(emptyValue({ enum: ["a", "b"] }, SCHEMA)).toBe("a");
  expect(emptyValue({ anyOf: [{ type: "string" }, { type: "null" }] }, SCHEMA)).toBeNull();
});
