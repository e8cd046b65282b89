/**
 * One lasting connection to `/ws`: opens, says hello, beats, notices a dead line, comes back.
 *
 * It knows frames but no chat. Above it: the chat client, which says what the hello holds and takes
 * the frames. WebSocket, clock and chance are handed in.
 */
import { backOff, type Clock, type Timer } from "./clock";
import { type Frame, readFrame } from "./frames";

export type SocketLike = {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number): void;
};

export type ChatSocketParts = {
  open: () => SocketLike;
  clock: Clock;
  random: () => number;
  /** The first frame; may fetch a token. Rejecting counts as a failed attempt. */
  hello: () => Promise<object>;
  onFrame: (frame: Frame) => void;
  /** The line is down and another attempt is planned. `failures`: attempts in a row without success. */
  onDown: (failures: number) => void;
  /** The token was not accepted; called before the next attempt. */
  onUnauthorized: () => void;
};

export const BEAT_MS = 25_000;
export const PONG_MS = 10_000;
export const HANDSHAKE_MS = 10_000;
const QUICK_PONG_MS = 4_000;
/** A line that held this long was a good one: the count of failures starts anew. */
const STEADY_MS = 5_000;
const UNAUTHORIZED = 4401;

type TimerName = "retry" | "handshake" | "beat" | "pong";
type Phase = "stopped" | "idle" | "preparing" | "opening" | "ready";

export class ChatSocket {
  private phase: Phase = "stopped";
  private socket: SocketLike | null = null;
  private failures = 0;
  private readySince = 0;
  /** Raised with every attempt, so that what belongs to an older one is ignored. */
  private attempt = 0;
  private readonly timers = new Map<TimerName, Timer>();

  constructor(private readonly parts: ChatSocketParts) {}

  get ready(): boolean {
    return this.phase === "ready";
  }

  start(): void {
    if (this.phase === "stopped") void this.connect();
  }

  stop(): void {
    this.drop();
    this.phase = "stopped";
    this.failures = 0;
  }

  /** Leaves the present line and opens another at once, whatever was planned. */
  restart(): void {
    if (this.phase === "stopped") return;
    this.drop();
    void this.connect();
  }

  /** The machine woke up or the network is back: try now, or make sure that the line lives. */
  wake(): void {
    if (this.phase === "ready") this.ping(QUICK_PONG_MS);
    else if (this.phase === "idle") void this.connect();
  }

  /** Sends a frame; false when there is no line to send it on. */
  send(frame: object): boolean {
    if (this.phase !== "ready" || this.socket === null) return false;
    try {
      this.socket.send(JSON.stringify(frame));
      return true;
    } catch {
      this.failed(this.attempt);
      return false;
    }
  }

  private async connect(): Promise<void> {
    this.cancel("retry");
    this.phase = "preparing";
    const attempt = ++this.attempt;
    let hello: object;
    try {
      hello = await this.parts.hello();
    } catch {
      this.failed(attempt);
      return;
    }
    if (attempt !== this.attempt) return;
    this.open(attempt, hello);
  }

  private open(attempt: number, hello: object): void {
    this.phase = "opening";
    let socket: SocketLike;
    try {
      socket = this.parts.open();
    } catch {
      this.failed(attempt);
      return;
    }
    this.socket = socket;
    this.plan("handshake", HANDSHAKE_MS, () => {
      this.failed(attempt);
    });
    socket.onopen = () => {
      socket.send(JSON.stringify(hello));
    };
    socket.onmessage = (event) => {
      this.received(event.data);
    };
    socket.onclose = (event) => {
      this.failed(attempt, event.code);
    };
  }

  private received(raw: unknown): void {
    const frame = readFrame(raw);
    if (frame === null) return;
    // Whatever arrives proves that the line lives.
    this.cancel("pong");
    if (frame.event.type === "connected") {
      this.cancel("handshake");
      this.phase = "ready";
      this.readySince = this.parts.clock.now();
      this.beatLater();
    }
    if (frame.event.type !== "pong") this.parts.onFrame(frame);
  }

  private beatLater(): void {
    this.plan("beat", BEAT_MS, () => {
      this.ping(PONG_MS);
      this.beatLater();
    });
  }

  private ping(patience: number): void {
    if (!this.send({ type: "ping" })) return;
    const attempt = this.attempt;
    this.plan("pong", patience, () => {
      this.failed(attempt);
    });
  }

  private failed(attempt: number, code?: number): void {
    if (attempt !== this.attempt || this.phase === "stopped") return;
    const wasReady = this.phase === "ready";
    const steady = wasReady && this.parts.clock.now() - this.readySince >= STEADY_MS;
    this.drop();
    this.phase = "idle";
    this.failures = steady ? 0 : this.failures + 1;
    if (code === UNAUTHORIZED) this.parts.onUnauthorized();
    // A token to be replaced is worth one attempt at once.
    const atOnce = code === UNAUTHORIZED && this.failures <= 1;
    const wait = atOnce ? 0 : backOff(Math.max(1, this.failures), this.parts.random);
    this.plan("retry", wait, () => {
      void this.connect();
    });
    this.parts.onDown(this.failures);
  }

  private drop(): void {
    this.attempt += 1;
    for (const name of ["retry", "handshake", "beat", "pong"] as const) this.cancel(name);
    const socket = this.socket;
    this.socket = null;
    if (socket === null) return;
    socket.onopen = socket.onmessage = socket.onclose = socket.onerror = null;
    try {
      socket.close(1000);
    } catch {
      // Closing a socket that never opened may throw; it is gone either way.
    }
  }

  private plan(name: TimerName, ms: number, work: () => void): void {
    this.cancel(name);
    this.timers.set(name, this.parts.clock.after(ms, work));
  }

  private cancel(name: TimerName): void {
    this.timers.get(name)?.cancel();
    this.timers.delete(name);
  }
}
