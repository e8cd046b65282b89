import { describe, expect, test } from "vitest";

import { agent, SCHEMA } from "../../testing/contract";
import { contractOf, readContract } from "./contract";

const saved = contractOf(agent(), SCHEMA);

test("a contract is what the schema knows of an agent", () => {
  expect(saved).not.toHaveProperty("stats");
  expect(saved).toMatchObject({ id: "support", traits: { humor: 30 } });
});

describe("a pasted contract", () => {
  test("takes the place of what it names and leaves the rest", () => {
    const reading = readContract('{"name": "Robin", "traits": {"humor": 1, "safety": 2}}', saved);
    expect(reading).toEqual({
      contract: { ...saved, name: "Robin", traits: { humor: 1, safety: 2 } },
    });
  });

  test("stays this agent's own, whatever it says of id, times and tenant", () => {
    const other = agent({
      id: "other",
      version: "7.0.0",
      created_at: "1999-01-01T00:00:00Z",
      metadata: { tenant_id: "ten_2", tags: ["x"], status: "active" },
    });
    expect(readContract(JSON.stringify(other), saved)).toEqual({
      contract: {
        ...saved,
        version: "7.0.0",
        metadata: { tenant_id: "ten_1", tags: ["x"], status: "active" },
      },
    });
  });

  test.each(["{", "[]", "null", '"text"', ""])("that is none is refused: %j", (text) => {
    expect(readContract(text, saved)).toHaveProperty("error");
  });
});
