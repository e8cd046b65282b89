/** A contract's schema in small: one of each thing that a form has to show. */
import type { Agent } from "../api/console";
import type { Schema } from "../form/schema";

export const SCHEMA: Schema = {
  type: "object",
  additionalProperties: false,
  required: ["name", "identity"],
  properties: {
    id: { type: "string" },
    name: {
      type: "string",
      title: "Name",
      description: "What it calls itself.",
      minLength: 1,
      maxLength: 40,
    },
    type: { enum: ["conversational", "voice"], title: "Type", default: "conversational" },
    version: { type: "string" },
    created_at: { type: "string", readOnly: true },
    updated_at: { type: "string", readOnly: true },
    identity: { $ref: "#/$defs/AgentIdentity" },
    traits: { $ref: "#/$defs/AgentTraits", description: "The agent’s character." },
    voice: { anyOf: [{ $ref: "#/$defs/Voice" }, { type: "null" }], default: null },
    languages: {
      type: "array",
      title: "Languages",
      items: { type: "string", pattern: "^[a-z]{2}$", examples: ["en"] },
      minItems: 1,
      uniqueItems: true,
      default: ["en"],
    },
    escalation: {
      type: "object",
      properties: {
        keywords: {
          type: "array",
          default: [],
          items: {
            type: "object",
            title: "EscalationKeyword",
            required: ["phrase"],
            properties: {
              phrase: { type: "string", title: "Phrase", minLength: 1 },
              weight: { type: "number", title: "Weight", minimum: 0, maximum: 1, default: 0.8 },
            },
          },
        },
        limits: { type: "object", additionalProperties: { type: "integer" }, default: {} },
        anything: {},
      },
    },
    metadata: {
      type: "object",
      properties: {
        tenant_id: { type: "string", readOnly: true },
        tags: { type: "array", items: { type: "string" }, default: [] },
        status: { enum: ["active", "inactive", "archived"], default: "active" },
      },
    },
  },
  if: { properties: { type: { const: "voice" } }, required: ["type"] },
  then: { properties: { voice: { type: "object" } } },
  $defs: {
    AgentIdentity: {
      type: "object",
      title: "AgentIdentity",
      required: ["short_description"],
      properties: {
        short_description: { type: "string", minLength: 1, maxLength: 300 },
        llm_persona: { anyOf: [{ type: "string" }, { type: "null" }], default: null },
      },
    },
    AgentTraits: {
      type: "object",
      title: "AgentTraits",
      properties: {
        humor: { type: "integer", minimum: 0, maximum: 100, default: 30, title: "Humor" },
        safety: { type: "integer", minimum: 0, maximum: 100, default: 80, title: "Safety" },
      },
    },
    Voice: {
      type: "object",
      required: ["voice_id"],
      properties: {
        voice_id: { type: "string", minLength: 1 },
        speed: { type: "number", minimum: 0.5, maximum: 2, default: 1 },
        vad_enabled: { type: "boolean", default: true, description: "Notices speech." },
      },
    },
  },
};

export const agent = (over: Partial<Agent> = {}): Agent => ({
  id: "support",
  name: "Lark",
  type: "conversational",
  version: "1.0.0",
  created_at: "2026-11-01T09:00:00Z",
  updated_at: "2026-11-01T09:00:00Z",
  identity: { short_description: "Answers questions about orders.", llm_persona: null },
  traits: { humor: 30, safety: 80 },
  voice: null,
  languages: ["en"],
  escalation: { keywords: [], limits: {}, anything: null },
  metadata: { tenant_id: "ten_1", tags: ["support"], status: "active" },
  stats: { interaction_count: 12, last_used_at: "2026-11-20T09:00:00Z" },
  ...over,
});
