/** A browser with the chat in it, for tests of its client: with a line, or without any. */
import { ProblemError } from "../api/problem";
import { ChatClient } from "../features/chat/state/client";
import { fakeApi, FakeClock, FakeLine, memoryStore, Script, settle } from "./fakes";

export const problem = (status: number, code = "problem", retryAfter: number | null = null) =>
  new ProblemError({ status, code, title: "Problem", detail: "It is so." }, retryAfter);

/** A browser with one tab of the chat; `reload` is what F5 does. */
export function browser() {
  const world = {
    api: fakeApi(),
    clock: new FakeClock(),
    line: new FakeLine(),
    lasting: memoryStore(),
    perTab: memoryStore(),
    online: true,
  };
  let keys = 0;
  const open = () =>
    new ChatClient({
      api: world.api,
      tenant: "demo",
      openSocket: world.line.open,
      online: () => world.online,
      clock: world.clock,
      random: () => 1,
      newKey: () => {
        keys += 1;
        return `k${keys}`;
      },
      lasting: world.lasting,
      perTab: world.perTab,
    });
  const load = async () => {
    const client = open();
    client.start();
    await settle();
    return client;
  };
  return { ...world, world, load };
}

export async function connect(script = new Script()) {
  const { load, ...rest } = browser();
  const client = await load();
  const welcome = async (frame = script.connected()) => {
    rest.line.latest.open();
    rest.line.latest.receive(frame);
    await settle();
  };
  await welcome();
  const view = () =>
    [...client.store.get().past, ...client.store.get().items].map((item) => {
      if (item.kind === "note") return "-";
      if (item.kind === "reply") return `< ${item.message.content}`;
      return `> ${item.text} (${item.delivery.state})`;
    });
  return { ...rest, load, client, script, welcome, view };
}

/** Three attempts in vain: then plain HTTP is tried. */
export async function socketNeverOpens() {
  const { load, ...rest } = browser();
  rest.line.refuses = true;
  const client = await load();
  await rest.clock.pass(2_000);
  const view = () =>
    client.store
      .get()
      .items.map((item) =>
        item.kind === "customer" ? `> ${item.text} (${item.delivery.state})` : "<",
      );
  return { ...rest, client, view };
}
