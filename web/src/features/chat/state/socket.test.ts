import { describe, expect, test } from "vitest";

import { FakeClock, FakeLine, Script, settle } from "../../../testing/fakes";
import { BEAT_MS, ChatSocket, HANDSHAKE_MS, PONG_MS } from "./socket";

async function openSocket(options: { random?: number; connect?: boolean } = {}) {
  const clock = new FakeClock();
  const line = new FakeLine();
  const script = new Script();
  const seen: string[] = [];
  const downs: number[] = [];
  const hello = { type: "hello", token: "tok_1" };
  const state = { unauthorized: 0, helloFails: false };
  const socket = new ChatSocket({
    open: line.open,
    clock,
    random: () => options.random ?? 1,
    hello: () =>
      state.helloFails ? Promise.reject(new Error("no token")) : Promise.resolve(hello),
    onFrame: (frame) => seen.push(frame.event.type),
    onDown: (failures) => downs.push(failures),
    onUnauthorized: () => {
      state.unauthorized += 1;
    },
  });
  socket.start();
  await settle();
  const answerHello = () => {
    line.latest.open();
    line.latest.receive(script.connected());
  };
  if (options.connect !== false) answerHello();
  return { socket, clock, line, script, seen, downs, state, answerHello };
}

describe("opening", () => {
  test("says hello first and is ready when the server answers it", async () => {
    const { socket, line, seen, answerHello } = await openSocket({ connect: false });
    expect(socket.ready).toBe(false);
    expect(socket.send({ type: "ping" })).toBe(false);
    answerHello();
    expect(line.latest.sent).toEqual([{ type: "hello", token: "tok_1" }]);
    expect(socket.ready).toBe(true);
    expect(seen).toEqual(["connected"]);
  });

  test("is given up when the hello is not answered in time", async () => {
    const { clock, line, downs } = await openSocket({ connect: false });
    line.latest.open();
    await clock.pass(HANDSHAKE_MS);
    expect(line.sockets[0]?.closed).toBe(true);
    expect(downs).toEqual([1]);
  });

  test("that throws counts as a failure and is tried again", async () => {
    const { socket, clock, line, downs } = await openSocket();
    line.refuses = true;
    socket.restart();
    await settle();
    expect(downs).toEqual([1]);
    line.refuses = false;
    await clock.pass(500);
    expect(line.sockets).toHaveLength(2);
  });

  test("waits for a token, and tries again when there is none", async () => {
    const { socket, clock, line, downs, state } = await openSocket();
    state.helloFails = true;
    socket.restart();
    await settle();
    expect(line.sockets).toHaveLength(1);
    expect(downs).toEqual([1]);
    state.helloFails = false;
    await clock.pass(500);
    expect(line.sockets).toHaveLength(2);
  });
});

describe("coming back", () => {
  test("waits longer each time, at most ten seconds", async () => {
    const { clock, line, downs } = await openSocket({ connect: false });
    const waits: (number | null)[] = [];
    for (let attempt = 0; attempt < 7; attempt += 1) {
      line.latest.drop();
      waits.push(clock.next);
      await clock.pass(clock.next ?? 0);
    }
    expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
    expect(downs).toEqual([1, 2, 3, 4, 5, 6, 7]);
  });

  test("leaves the lower half of the wait to chance", async () => {
    const { clock, line } = await openSocket({ connect: false, random: 0 });
    line.latest.drop();
    expect(clock.next).toBe(250);
  });

  test("starts counting anew after a line that held", async () => {
    const { clock, line, downs } = await openSocket();
    await clock.pass(6_000);
    line.latest.drop();
    expect(downs).toEqual([0]);
    await clock.pass(500);
    expect(line.sockets).toHaveLength(2);
  });

  test("backs off from a server that answers the hello and hangs up", async () => {
    const { clock, line, downs, answerHello } = await openSocket();
    line.latest.drop();
    await clock.pass(500);
    answerHello();
    line.latest.drop();
    expect(downs).toEqual([1, 2]);
    expect(clock.next).toBe(1000);
  });

  test("happens at once when the network is back", async () => {
    const { socket, clock, line } = await openSocket({ connect: false });
    for (let attempt = 0; attempt < 5; attempt += 1) {
      line.latest.drop();
      await clock.pass(clock.next ?? 0);
    }
    line.latest.drop();
    const before = line.sockets.length;
    socket.wake();
    await settle();
    expect(line.sockets).toHaveLength(before + 1);
    await clock.pass(9_000);
    expect(line.sockets).toHaveLength(before + 1);
  });

  test("replaces a token that is not accepted, at once the first time", async () => {
    const { clock, line, state } = await openSocket({ connect: false });
    line.latest.drop(4401);
    expect(state.unauthorized).toBe(1);
    expect(clock.next).toBe(0);
    await clock.pass(0);
    line.latest.drop(4401);
    expect(clock.next).toBe(1000);
  });

  test("ends with stop", async () => {
    const { socket, clock, line } = await openSocket();
    socket.stop();
    expect(line.latest.closed).toBe(true);
    expect(clock.next).toBeNull();
    socket.wake();
    socket.restart();
    await clock.pass(60_000);
    expect(line.sockets).toHaveLength(1);
  });
});

describe("a live line", () => {
  test("is beaten every 25 seconds", async () => {
    const { clock, line, script } = await openSocket();
    await clock.pass(BEAT_MS);
    expect(line.latest.of("ping")).toHaveLength(1);
    line.latest.receive(script.pong());
    await clock.pass(BEAT_MS);
    expect(line.latest.of("ping")).toHaveLength(2);
    expect(line.sockets).toHaveLength(1);
  });

  test("that gives no sign after a beat is dead", async () => {
    const { socket, clock, line } = await openSocket();
    await clock.pass(BEAT_MS + PONG_MS);
    expect(line.sockets[0]?.closed).toBe(true);
    expect(socket.ready).toBe(false);
    await clock.pass(500);
    expect(line.sockets).toHaveLength(2);
  });

  test("lives on by any frame, not by pongs alone", async () => {
    const { clock, line, script } = await openSocket();
    await clock.pass(BEAT_MS);
    line.latest.receive(script.text("still here"));
    await clock.pass(PONG_MS);
    expect(line.sockets).toHaveLength(1);
  });

  test("is looked after at once when the page comes back into view", async () => {
    const { socket, clock, line } = await openSocket();
    socket.wake();
    expect(line.latest.of("ping")).toHaveLength(1);
    await clock.pass(4_500);
    expect(line.sockets).toHaveLength(2);
  });

  test("ignores what an older one still says", async () => {
    const { socket, line, script, seen } = await openSocket();
    const old = line.latest;
    socket.restart();
    await settle();
    old.receive(script.text("late"));
    old.drop();
    expect(seen).toEqual(["connected"]);
    expect(line.sockets).toHaveLength(2);
  });

  test("ignores what is not a frame", async () => {
    const { line, seen } = await openSocket();
    line.latest.onmessage?.({ data: "not json" });
    line.latest.onmessage?.({ data: new ArrayBuffer(2) });
    expect(seen).toEqual(["connected"]);
  });

  test("does not pass pongs on", async () => {
    const { line, script, seen } = await openSocket();
    line.latest.receive(script.pong());
    expect(seen).toEqual(["connected"]);
  });

  test("is down when sending throws", async () => {
    const { socket, line, downs } = await openSocket();
    line.latest.send = () => {
      throw new Error("gone");
    };
    expect(socket.send({ type: "ping" })).toBe(false);
    expect(downs).toHaveLength(1);
  });
});
