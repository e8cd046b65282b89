import { describe, expect, test } from "vitest";

import type { JsonObject } from "./json";
import { applyPatch, mergePatch } from "./patch";

const contract: JsonObject = {
  name: "Lark",
  traits: { humor: 30, safety: 80 },
  tags: ["a", "b"],
  voice: null,
};

describe("a merge patch", () => {
  test("holds what changed and nothing else", () => {
    const after = { ...contract, traits: { humor: 55, safety: 80 } };
    expect(mergePatch(contract, after)).toEqual({ traits: { humor: 55 } });
  });

  test("is empty when nothing changed, also when objects were rebuilt", () => {
    expect(mergePatch(contract, JSON.parse(JSON.stringify(contract)) as JsonObject)).toEqual({});
  });

  test("carries lists whole and removes with null", () => {
    const { name: _, ...rest } = contract;
    expect(mergePatch(contract, { ...rest, tags: ["b"] })).toEqual({ tags: ["b"], name: null });
  });

  test("brings a part that was not there whole", () => {
    const voice = { voice_id: "v1", speed: 1 };
    expect(mergePatch(contract, { ...contract, voice })).toEqual({ voice });
  });

  test("applied to the old document gives the new one", () => {
    const after = { ...contract, traits: { humor: 1, safety: 2 }, tags: [], voice: { speed: 1 } };
    expect(applyPatch(contract, mergePatch(contract, after))).toEqual(after);
  });

  test("leaves what the other side changed elsewhere alone", () => {
    const patch = mergePatch(contract, { ...contract, traits: { humor: 55, safety: 80 } });
    const theirs = { ...contract, name: "Robin", traits: { humor: 30, safety: 95 } };
    expect(applyPatch(theirs, patch)).toEqual({
      ...contract,
      name: "Robin",
      traits: { humor: 55, safety: 95 },
    });
  });
});
