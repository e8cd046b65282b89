/** What is known of a person in the conversation. Pure; called by the reducer only. */
import type { Answer } from "../../../api/types";
import type { ServerEvent } from "./frames";
import { type ChatState, type Help, noHelp } from "./model";

type Connected = Extract<ServerEvent, { type: "connected" }>;
type Told = Extract<ServerEvent, { type: "escalation" | "owner" | "operator" }>;

/** Someone was asked for; whoever is here already stays. */
const asked = (help: Help, ticket: string): Help => ({
  ...help,
  ticket,
  state: help.state === "here" ? "here" : "asked",
});

const arrived = (help: Help, name: string | null): Help => ({
  ...help,
  state: "here",
  name: name ?? help.name,
});

/** Where the server says who answers, it knows better than what was kept here. */
export function helpOn(help: Help, event: Connected): Help {
  const { operator, ticket } = event;
  const named = ticket === undefined || ticket === null ? help : asked(help, ticket);
  if (operator === undefined) return named;
  if (operator !== null) return arrived(named, operator);
  return named.state === "here" ? { ...named, state: "gone" } : named;
}

/** What an answer tells on the way: a ticket that was opened, a person who has the conversation. */
export function helpAfter(help: Help, answer: Answer): Help {
  const next = answer.ticket === null ? help : asked(help, answer.ticket);
  return answer.with_human === true ? arrived(next, null) : next;
}

/** What an event tells of a person. */
export function helped({ help }: Pick<ChatState, "help">, event: Told): Help {
  switch (event.type) {
    case "escalation":
      return asked(help, event.ticket);
    case "operator":
      return arrived(help, event.message.metadata.operator_name ?? null);
    case "owner":
      if (event.name !== null) return arrived(help, event.name === "" ? null : event.name);
      return help.state === "none" ? noHelp : { ...help, state: "gone" };
  }
}
