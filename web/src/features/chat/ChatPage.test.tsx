import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { act, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { citation, FakeSocket, message, pageOf, Script, session } from "../../testing/fakes";
import type { ChatConfig, Message } from "../../api/types";
import { ChatPage } from "./ChatPage";

const CONFIG: ChatConfig = {
  tenant: "demo",
  company: "Northwind",
  agent_name: "Maya",
  welcome: "Hello, I’m Maya. What can I help you with?",
  suggestions: ["When do I get my refund?", "Do you ship to Austria?"],
  max_message_chars: 16_000,
  max_file_bytes: 10_485_760,
  allowed_file_types: [".pdf", ".md", ".txt", ".png"],
};

type Reply = { status?: number; body: unknown };
let server: Record<string, (body: unknown) => Reply>;
let socket: FakeSocket;
let script: Script;
let history: Message[];

beforeEach(() => {
  script = new Script();
  history = [];
  server = {
    "GET /api/v1/chat/config": () => ({ body: CONFIG }),
    "POST /api/v1/chat/tokens": () => ({
      body: { token: "tok_1", contact_id: "con_1", expires_at: "2099-01-01T00:00:00Z" },
    }),
    "POST /api/v1/sessions": () => ({ body: session() }),
    "POST /api/v1/sessions/ses_1/close": () => ({ body: session() }),
    "GET /api/v1/chat/sessions/ses_1/messages": () => ({ body: pageOf(history) }),
  };
  vi.stubGlobal("fetch", (path: string, init: RequestInit) => {
    const route = `${init.method ?? "GET"} ${path.split("?")[0]!}`;
    const sent: unknown = typeof init.body === "string" ? JSON.parse(init.body) : null;
    const reply = server[route]?.(sent) ?? {
      status: 404,
      body: { title: "Not found", detail: `No ${route}.` },
    };
    return Promise.resolve(
      new Response(JSON.stringify(reply.body), { status: reply.status ?? 200 }),
    );
  });
  const opened = function WebSocket() {
    socket = new FakeSocket();
    return socket;
  };
  vi.stubGlobal("WebSocket", opened);
});

const receive = (...raw: object[]) => {
  act(() => {
    for (const frame of raw) socket.receive(frame);
  });
};

async function openPage() {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <ChatPage tenant={null} />
    </QueryClientProvider>,
  );
  await screen.findByRole("textbox", { name: "Message" });
  await waitFor(() => {
    expect(socket).toBeDefined();
  });
  act(() => {
    socket.open();
  });
  receive(script.connected());
  await waitFor(() => {
    expect(screen.getByRole("status", { name: "Connection" })).toHaveTextContent("Online");
  });
  return userEvent.setup();
}

const lastKey = (): string => socket.of("message").at(-1)?.["idempotency_key"] as string;

async function askAndAnswer(
  user: ReturnType<typeof userEvent.setup>,
  reply: Partial<Message> = {},
) {
  await user.type(screen.getByRole("textbox", { name: "Message" }), "Hello?{Enter}");
  receive(script.start(lastKey()), script.complete(reply));
}

describe("the conversation", () => {
  test("begins with a welcome and suggestions that send on click", async () => {
    const user = await openPage();
    expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Maya · Northwind");
    expect(screen.getByRole("heading", { level: 2 })).toHaveTextContent(CONFIG.welcome);
    await user.click(screen.getByRole("button", { name: "When do I get my refund?" }));
    expect(socket.of("message")).toMatchObject([{ text: "When do I get my refund?" }]);
    expect(screen.queryByRole("list", { name: "Suggestions" })).toBeNull();
    expect(document.title).toBe("Maya · Northwind");
  });

  test("shows the state words, then the text, then the finished answer in the log", async () => {
    const user = await openPage();
    await user.type(screen.getByRole("textbox", { name: "Message" }), "Hello?{Enter}");
    expect(screen.getByTestId("live-state")).toHaveTextContent("One moment…");
    receive(script.start(lastKey()), script.status("searching"));
    expect(screen.getByTestId("live-state")).toHaveTextContent("Searching the help centre…");
    receive(script.text("Two working days ["));
    expect(screen.getByTestId("live-text")).toHaveTextContent(/^Two working days$/);
    receive(script.status("checking"));
    expect(screen.getByTestId("live-state")).toHaveTextContent("Checking the sources…");
    const log = screen.getByRole("log");
    expect(log).not.toHaveTextContent("Two working days");
    receive(script.complete());
    expect(within(log).getByTestId("agent-message")).toHaveTextContent("Two working days");
    expect(screen.queryByTestId("live-answer")).toBeNull();
  });

  test("keeps a message that was refused, with the reason, and edits it", async () => {
    const user = await openPage();
    const box = screen.getByRole("textbox", { name: "Message" });
    await user.type(box, "Hello?{Enter}");
    receive(script.refusal("rate_limited", { detail: "Wait a little.", retry_after: 20 }));
    expect(screen.getByTestId("customer-message")).toHaveTextContent("Not sent – Wait a little.");
    expect(screen.getByRole("button", { name: /Try again in \d+ s/ })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Edit" }));
    expect(box).toHaveValue("Hello?");
    expect(box).toHaveFocus();
    expect(screen.queryByTestId("customer-message")).toBeNull();
  });

  test("sends a refused message again with the same key", async () => {
    const user = await openPage();
    await user.type(screen.getByRole("textbox", { name: "Message" }), "Hello?{Enter}");
    const key = lastKey();
    receive(script.refusal("busy"));
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(socket.of("message")).toHaveLength(2);
    expect(lastKey()).toBe(key);
  });

  test("offers a person when there is no answer, and asks for one on click", async () => {
    const user = await openPage();
    await askAndAnswer(user, {
      content: "I could not find that.",
      citations: [],
      metadata: { answered: false, offer_human: true },
    });
    await user.click(screen.getByRole("button", { name: "Talk to a person" }));
    expect(socket.of("message").at(-1)).toMatchObject({
      text: "I would like to talk to a person.",
    });
    expect(screen.queryByRole("button", { name: "Talk to a person" })).toBeNull();
  });

  test("says when the language model was not there", async () => {
    const user = await openPage();
    await askAndAnswer(user, { metadata: { answered: true, degraded: true } });
    expect(screen.getByText("Answered without the language model")).toBeInTheDocument();
  });

  test("is not available without its configuration, and can be tried again", async () => {
    server["GET /api/v1/chat/config"] = () => ({
      status: 503,
      body: { title: "Starting", detail: "The server is starting." },
    });
    const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
    render(
      <QueryClientProvider client={client}>
        <ChatPage tenant={null} />
      </QueryClientProvider>,
    );
    expect(await screen.findByRole("alert")).toHaveTextContent("The server is starting.");
    server["GET /api/v1/chat/config"] = () => ({ body: CONFIG });
    await userEvent.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("textbox", { name: "Message" })).toBeInTheDocument();
  });
});

describe("sources", () => {
  const second = citation({ number: 2, source_id: "src_2", title: "Gift cards", link: null });
  const content = "Two working days [1]. Cards differ [2].";

  test("open at the citation, take the focus and give it back on Escape", async () => {
    const user = await openPage();
    await askAndAnswer(user, { content, citations: [citation(), second] });
    const chip = screen.getByRole("button", { name: "Citation 2: Gift cards" });
    await user.click(chip);
    const panel = screen.getByRole("complementary", { name: "Sources" });
    expect(within(panel).getByTestId("citation-2")).toHaveFocus();
    expect(chip).toHaveAttribute("aria-expanded", "true");
    expect(within(panel).getByTestId("citation-1")).toHaveTextContent("Refund times");
    expect(within(panel).getAllByRole("link")).toHaveLength(1);
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("complementary")).toBeNull();
    await waitFor(() => {
      expect(chip).toHaveFocus();
    });
  });

  test("are a modal sheet on a phone", async () => {
    vi.stubGlobal("matchMedia", () => ({
      matches: false,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    }));
    const user = await openPage();
    await askAndAnswer(user, { content, citations: [citation(), second] });
    await user.click(screen.getByRole("button", { name: "Source 1 Returns and refunds" }));
    const sheet = screen.getByRole("dialog", { name: "Sources" });
    expect(within(sheet).getByTestId("citation-1")).toHaveAttribute("aria-current", "true");
    await user.click(within(sheet).getByRole("button", { name: "Close sources" }));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  test("show the whole article with the passage marked, and the way back", async () => {
    server["GET /api/v1/chat/sources/src_1"] = () => ({
      body: {
        id: "src_1",
        title: "Returns and refunds",
        link: null,
        markdown:
          "# Returns and refunds\n\nBefore. The money is on its way within two working days. After.",
      },
    });
    const user = await openPage();
    await askAndAnswer(user);
    await user.click(screen.getByRole("button", { name: /^Citation 1/ }));
    await user.click(screen.getByRole("button", { name: "Read the whole article" }));
    const article = await screen.findByTestId("source-article");
    await waitFor(() => {
      expect(article.querySelector("mark")).toHaveTextContent(
        "The money is on its way within two working days.",
      );
    });
    expect(within(article).getAllByText("Returns and refunds")).toHaveLength(1);
    await user.click(screen.getByRole("button", { name: "All sources" }));
    expect(screen.getByTestId("citation-1")).toBeInTheDocument();
  });

  test("say when an article cannot be loaded", async () => {
    const user = await openPage();
    await askAndAnswer(user);
    await user.click(screen.getByRole("button", { name: /^Citation 1/ }));
    await user.click(screen.getByRole("button", { name: "Read the whole article" }));
    expect(await screen.findByText(/The article could not be loaded/)).toBeInTheDocument();
  });
});

describe("feedback", () => {
  const sent: unknown[] = [];
  beforeEach(() => {
    sent.length = 0;
    server["PUT /api/v1/messages/msg_a1/feedback"] = (body) => {
      sent.push(body);
      return { body: message() };
    };
    server["DELETE /api/v1/messages/msg_a1/feedback"] = () => {
      sent.push("taken back");
      return { body: message() };
    };
  });
  const up = () => screen.getByRole("button", { name: "Helpful" });
  const down = () => screen.getByRole("button", { name: "Not helpful" });

  test("is given by a thumb and can be undone", async () => {
    const user = await openPage();
    await askAndAnswer(user);
    await user.click(up());
    expect(up()).toHaveAttribute("aria-pressed", "true");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(up()).toHaveAttribute("aria-pressed", "false");
    await waitFor(() => {
      expect(sent).toEqual([{ score: 1 }, "taken back"]);
    });
  });

  test("asks for a reason after a thumb down, which is optional", async () => {
    const user = await openPage();
    await askAndAnswer(user);
    await user.click(down());
    const form = screen.getByRole("form", { name: "What was wrong?" });
    await user.click(within(form).getByRole("radio", { name: "Hard to follow" }));
    await user.type(within(form).getByRole("textbox"), "too long");
    await user.click(within(form).getByRole("button", { name: "Send" }));
    expect(screen.queryByRole("form", { name: "What was wrong?" })).toBeNull();
    await waitFor(() => {
      expect(sent).toEqual([{ score: -1 }, { score: -1, reason: "Hard to follow: too long" }]);
    });
  });

  test("goes back to what it was when the server does not take it", async () => {
    server["PUT /api/v1/messages/msg_a1/feedback"] = () => ({
      status: 500,
      body: { title: "Error", detail: "The database is away." },
    });
    const user = await openPage();
    await askAndAnswer(user);
    await user.click(up());
    expect(await screen.findByText(/was not saved. The database is away/)).toBeInTheDocument();
    expect(up()).toHaveAttribute("aria-pressed", "false");
  });

  test("shows what was given in an earlier visit", async () => {
    history = [message({ feedback: { score: 1, reason: null } })];
    await openPage();
    expect(await screen.findByRole("button", { name: "Helpful", pressed: true })).toBeVisible();
  });
});

describe("a new conversation", () => {
  test("clears the view and can be undone", async () => {
    const user = await openPage();
    await askAndAnswer(user);
    await user.click(screen.getAllByRole("button", { name: "New conversation" })[0]!);
    expect(screen.queryByTestId("agent-message")).toBeNull();
    expect(screen.getByRole("list", { name: "Suggestions" })).toBeInTheDocument();
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(screen.getByTestId("agent-message")).toBeInTheDocument();
  });
});

describe("a person", () => {
  const notices = () => screen.getByRole("status", { name: "Notices" });
  const told = (data: object) => script.next(null, "status", data);

  test("is announced with the ticket, named while there, and said to be gone", async () => {
    const user = await openPage();
    receive(script.next("trn_1", "escalation", { ticket: "ESC-1", category: "general" }));
    expect(notices()).toHaveTextContent("A person will join you here. Your ticket is ESC-1.");
    receive(told({ state: "with_human", operator: "Ada" }));
    expect(notices()).toHaveTextContent("Ada is with you now");
    expect(screen.getByPlaceholderText("Message Ada")).toBeInTheDocument();
    await user.type(screen.getByRole("textbox", { name: "Message" }), "Hello?{Enter}");
    expect(screen.queryByTestId("live-answer")).toBeNull();
    receive(told({ state: "with_agent", operator: null }));
    expect(notices()).toHaveTextContent("Ada has handed the conversation back. Maya answers again.");
    await user.click(within(notices()).getByRole("button", { name: "Dismiss" }));
    expect(notices()).toBeEmptyDOMElement();
  });

  test("writes in a bubble of their own, and nothing in it is markup", async () => {
    await openPage();
    const said = message({
      id: "msg_o1",
      role: "operator",
      content: "**Hello** [1]",
      citations: [],
      metadata: { operator_name: "Ada" },
    });
    receive(told({ state: "operator_message", message: said }));
    const bubble = within(screen.getByRole("log")).getByRole("article", { name: "Ada" });
    expect(bubble).toHaveTextContent("**Hello** [1]");
    expect(within(bubble).queryByRole("button", { name: "Helpful" })).toBeNull();
  });
});

describe("the theme", () => {
  test("is chosen in the menu and remembered", async () => {
    const user = await openPage();
    await user.click(screen.getByRole("radio", { name: "Dark", hidden: true }));
    expect(document.documentElement.dataset["theme"]).toBe("dark");
    expect(localStorage.getItem("deskhand.theme")).toBe("dark");
    await user.click(screen.getByRole("radio", { name: "Like the system", hidden: true }));
    expect(document.documentElement.dataset["theme"]).toBeUndefined();
    expect(localStorage.getItem("deskhand.theme")).toBeNull();
  });
});
