/** Stand-ins for what a test decides itself: time, the socket, the server. */
import { vi } from "vitest";

import type { ChatApi } from "../api/chat";
import type { Store } from "../api/storage";
import type { Answer, Attachment, Citation, Message, MessagePage, Session } from "../api/types";
import type { Clock, Timer } from "../features/chat/state/clock";
import type { SocketLike } from "../features/chat/state/socket";

export class FakeClock implements Clock {
  private time = Date.parse("2026-11-21T09:00:00Z");
  private planned: { at: number; work: () => void }[] = [];

  now = (): number => this.time;

  after(ms: number, work: () => void): Timer {
    const entry = { at: this.time + ms, work };
    this.planned.push(entry);
    return {
      cancel: () => {
        this.planned = this.planned.filter((other) => other !== entry);
      },
    };
  }

  /** Milliseconds until the next planned work; null when nothing is planned. */
  get next(): number | null {
    const soonest = Math.min(...this.planned.map((entry) => entry.at));
    return this.planned.length === 0 ? null : soonest - this.time;
  }

  /** Lets time pass, doing what falls due on the way; settles promises in between. */
  async pass(ms: number): Promise<void> {
    const until = this.time + ms;
    await settle();
    for (;;) {
      const due = this.planned.filter((entry) => entry.at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.planned = this.planned.filter((entry) => entry !== due);
      this.time = Math.max(this.time, due.at);
      due.work();
      await settle();
    }
    this.time = until;
  }
}

/** Lets everything already resolved run on. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

export class FakeSocket implements SocketLike {
  onopen: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  onclose: ((event: { code: number }) => void) | null = null;
  onerror: (() => void) | null = null;
  sent: Record<string, unknown>[] = [];
  closed = false;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as Record<string, unknown>);
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.();
  }

  receive(frame: object): void {
    this.onmessage?.({ data: JSON.stringify(frame) });
  }

  drop(code = 1006): void {
    this.onclose?.({ code });
  }

  of(type: string): Record<string, unknown>[] {
    return this.sent.filter((frame) => frame["type"] === type);
  }
}

/** Every socket that was opened, the newest last. */
export class FakeLine {
  sockets: FakeSocket[] = [];
  refuses = false;

  open = (): FakeSocket => {
    if (this.refuses) throw new Error("refused");
    const socket = new FakeSocket();
    this.sockets.push(socket);
    return socket;
  };

  get latest(): FakeSocket {
    return this.sockets.at(-1)!;
  }
}

export function memoryStore(): Store & { values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    get: (key) => values.get(key) ?? null,
    set: (key, value) => void values.set(key, value),
    remove: (key) => void values.delete(key),
  };
}

export const message = (over: Partial<Message> = {}): Message => ({
  id: "msg_a1",
  thread_id: "thr_1",
  session_id: "ses_1",
  role: "agent",
  content: "Two working days [1].",
  citations: [citation()],
  metadata: { answered: true },
  feedback: null,
  created_at: "2026-11-21T09:00:05Z",
  ...over,
});

export const citation = (over: Partial<Citation> = {}): Citation => ({
  number: 1,
  chunk_id: "chk_1",
  source_id: "src_1",
  source: "returns.md",
  title: "Returns and refunds",
  heading: "Refund times",
  link: "https://help.example.com/returns",
  quote: "The money is on its way within two working days.",
  ...over,
});

export const attachment = (over: Partial<Attachment> = {}): Attachment => ({
  id: "att_1",
  session_id: "ses_1",
  name: "invoice.pdf",
  media_type: "application/pdf",
  bytes: 48_213,
  status: "ready",
  code: null,
  reason: null,
  preview: "Invoice 2026-118",
  pages: 1,
  chars: 812,
  created_at: "2026-11-21T09:00:00Z",
  ...over,
});

export const answer = (over: Partial<Message> = {}, turnId = "trn_1"): Answer => {
  const reply = message(over);
  const made = {
    session_id: "ses_1",
    thread_id: "thr_1",
    turn_id: turnId,
    message: reply,
    answer: reply.content,
    answered: true,
    citations: reply.citations,
    requires_escalation: false,
    ticket: null,
    confidence: 0.9,
    tools_used: [],
    tool_metadata: {},
    processing_time: 0.5,
    model: "offline",
    agent_id: "default",
    agent_used: "default",
    agent_version: "1.0.0",
  };
  return made;
};

export const pageOf = (items: Message[], over: Partial<MessagePage> = {}): MessagePage => ({
  items,
  total: items.length,
  limit: 50,
  offset: 0,
  ...over,
});

/** The thread a session begins, unless a test has it go on in another's. */
const threadOf = (sessionId: string): string => sessionId.replace("ses_", "thr_");

export const session = (id = "ses_1", threadId = threadOf(id)): Session => {
  const made = {
    id,
    thread_id: threadId,
    contact_id: "con_1",
    channel: "web",
    status: "active" as const,
    agent_id: null,
    agent_version: null,
    started_at: "2026-11-21T09:00:00Z",
    last_activity_at: "2026-11-21T09:00:00Z",
    closed_at: null,
    close_reason: null,
    message_count: 0,
    agent_count: 0,
    closing: null,
  };
  return made;
};

/** A server that gives token after token and has nothing to tell; tests replace what they need. */
export function fakeApi() {
  let tokens = 0;
  return {
    config: vi.fn<ChatApi["config"]>(),
    createToken: vi.fn<ChatApi["createToken"]>(() => {
      tokens += 1;
      return Promise.resolve({
        token: `tok_${tokens}`,
        contact_id: `con_${tokens}`,
        tenant: "demo",
        expires_at: "2027-01-01T00:00:00Z",
      });
    }),
    openSession: vi.fn<ChatApi["openSession"]>(() => Promise.resolve(session())),
    closeSession: vi.fn<ChatApi["closeSession"]>(() => Promise.resolve()),
    messages: vi.fn<ChatApi["messages"]>(() => Promise.resolve(pageOf([]))),
    send: vi.fn<ChatApi["send"]>(() => Promise.resolve(answer())),
    attach: vi.fn<ChatApi["attach"]>((_token, sessionId, file) =>
      Promise.resolve(attachment({ session_id: sessionId, name: file.name })),
    ),
    attachment: vi.fn<ChatApi["attachment"]>(() => Promise.resolve(attachment())),
    attachments: vi.fn<ChatApi["attachments"]>(),
    attachmentContent: vi.fn<ChatApi["attachmentContent"]>(),
    removeAttachment: vi.fn<ChatApi["removeAttachment"]>(() => Promise.resolve()),
    giveFeedback: vi.fn<ChatApi["giveFeedback"]>(() => Promise.resolve(message())),
    takeFeedbackBack: vi.fn<ChatApi["takeFeedbackBack"]>(() => Promise.resolve(message())),
    source: vi.fn<ChatApi["source"]>(),
  } satisfies ChatApi;
}

/** The server's side of a socket: frames as they go over the line, numbered from 1. */
export class Script {
  private seq: number;

  constructor(
    readonly sessionId = "ses_1",
    readonly stream = "str_1",
    seq = 0,
    readonly threadId = threadOf(sessionId),
  ) {
    this.seq = seq;
  }

  get lastSeq(): number {
    return this.seq;
  }

  connected(resumed = false, lastSeq = this.seq): object {
    const { sessionId, stream, threadId } = this;
    return this.frame(null, null, "status", {
      state: "connected",
      session_id: sessionId,
      thread_id: threadId,
      stream,
      last_seq: lastSeq,
      resumed,
    });
  }

  pong = (): object => this.frame(null, null, "status", { state: "pong" });

  refusal = (code: string, over: object = {}): object =>
    this.frame(null, null, "error", {
      code,
      title: "Refused",
      detail: "That did not work.",
      retryable: true,
      ...over,
    });

  start = (key: string | null, id = "msg_c1", text = "Hello?", turn = "trn_1"): object =>
    this.next(turn, "start", { message_id: id, idempotency_key: key, text });

  status = (state: string, turn = "trn_1"): object => this.next(turn, "status", { state });

  text = (delta: string, turn = "trn_1"): object => this.next(turn, "text", { delta });

  complete = (over: Partial<Message> = {}, turn = "trn_1"): object =>
    this.next(turn, "complete", answer(over, turn));

  error = (over: object = {}, turn = "trn_1"): object =>
    this.next(turn, "error", {
      code: "model_unavailable",
      title: "No answer",
      detail: "The model is not there.",
      retryable: true,
      ...over,
    });

  /** Any numbered frame. */
  next(turnId: string | null, type: string, data: object): object {
    this.seq += 1;
    return this.frame(this.seq, turnId, type, data);
  }

  skip(count: number): void {
    this.seq += count;
  }

  private frame(seq: number | null, turnId: string | null, type: string, data: object): object {
    const at = "2026-11-21T09:00:00Z";
    return { type, seq, session_id: this.sessionId, turn_id: turnId, at, data };
  }
}
