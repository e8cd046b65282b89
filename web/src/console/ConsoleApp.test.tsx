import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { ConsoleServer, OWNER, VIEWER } from "../testing/consoleServer";
import { agent } from "../testing/contract";
import ConsoleApp from "./ConsoleApp";

let server: ConsoleServer;

beforeEach(() => {
  server = new ConsoleServer();
});

function open(path: string) {
  history.replaceState(null, "", path);
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  render(
    <QueryClientProvider client={client}>
      <ConsoleApp />
    </QueryClientProvider>,
  );
  return userEvent.setup();
}

async function openContract() {
  server.install();
  const user = open("/console/agents/support");
  await screen.findByRole("form", { name: "Contract" });
  return user;
}

const nameBox = () => screen.getByLabelText(/^Name(?: \(changed\))?$/);

const setHumor = (value: string) => {
  fireEvent.change(screen.getByRole("slider", { name: "Humor" }), { target: { value } });
};

async function save(user: ReturnType<typeof userEvent.setup>, summary = "") {
  await user.click(screen.getByRole("button", { name: "Review and save" }));
  if (summary !== "") await user.type(screen.getByLabelText("What changed, and why"), summary);
  await user.click(screen.getByRole("button", { name: "Save" }));
}

describe("signing in", () => {
  async function fillIn(user: ReturnType<typeof userEvent.setup>, password: string) {
    await user.type(await screen.findByLabelText("E-mail address"), "ada@example.com");
    await user.type(screen.getByLabelText("Password"), `${password}{Enter}`);
  }

  test("leads back to where one was", async () => {
    server.install(false);
    const user = open("/console/agents/support/json");
    await waitFor(() => {
      expect(screen.getByLabelText("Organisation")).toHaveValue("demo");
    });
    await fillIn(user, "right");
    expect(await screen.findByLabelText("Contract as JSON")).toHaveTextContent('"id": "support"');
    expect(location.pathname).toBe("/console/agents/support/json");
    expect(server.of("POST")[0]?.body).toEqual({
      tenant: "demo",
      email: "ada@example.com",
      password: "right",
    });
  });

  test("says in one sentence that something does not match", async () => {
    server.install(false);
    const user = open("/console/sign-in");
    await fillIn(user, "wrong");
    expect(await screen.findByText(/do not match/)).toBeInTheDocument();
    expect(screen.getByLabelText("Password")).toHaveValue("wrong");
  });

  test("says when to try again after too many attempts", async () => {
    server.install(false);
    server.instead.set("POST /auth/sign-in", [
      {
        status: 429,
        body: { code: "too_many_requests", detail: "Slow down." },
        headers: { "Retry-After": "42" },
      },
    ]);
    const user = open("/console/sign-in");
    await fillIn(user, "right");
    expect(await screen.findByText("Too many attempts. Try again in 42 s.")).toBeInTheDocument();
  });

  test("says when the server is not there", async () => {
    server.install(false);
    const user = open("/console/sign-in");
    await screen.findByLabelText("Organisation");
    await user.type(screen.getByLabelText("Organisation"), "demo");
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("offline")));
    await fillIn(user, "right");
    expect(await screen.findByText(/The server does not answer/)).toBeInTheDocument();
  });

  test("asks for what is missing before it asks the server, and shows a password on demand", async () => {
    server.install(false);
    const user = open("/console/sign-in");
    await user.click(await screen.findByRole("button", { name: "Sign in" }));
    expect(screen.getByText("Enter your e-mail address.")).toBeInTheDocument();
    await waitFor(() => {
      expect(screen.getByLabelText("E-mail address")).toHaveFocus();
    });
    expect(server.of("POST")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Show password" }));
    expect(screen.getByLabelText("Password")).toHaveAttribute("type", "text");
  });

  test("is asked for again when the token is void, and the way back is kept", async () => {
    const user = await openContract();
    setHumor("55");
    server.fail("PATCH /agents/support", 401, "token_refused", "The token is void.");
    await save(user);
    expect(await screen.findByText(/You have been signed out/)).toBeInTheDocument();
    await fillIn(user, "right");
    expect(await screen.findByText(/unsaved changes from before/)).toBeInTheDocument();
    expect(screen.getByRole("slider", { name: "Humor" })).toHaveValue("55");
  });

  test("ends with signing out, here and on the server", async () => {
    server.install();
    const user = open("/console/agents");
    await user.click(
      (await screen.findAllByRole("button", { name: "Sign out", hidden: true }))[0]!,
    );
    expect(await screen.findByText("You are signed out.")).toBeInTheDocument();
    expect(server.of("POST").map((call) => call.path)).toEqual(["/auth/sign-out"]);
    expect(sessionStorage.getItem("deskhand.staff")).toBeNull();
  });
});

describe("the list of agents", () => {
  test("shows them, finds by words, and says when nothing matches", async () => {
    server.agents = [agent(), agent({ id: "returns", name: "Returns desk" })];
    server.install();
    const user = open("/console/agents");
    const row = (await screen.findByRole("link", { name: "Lark" })).closest("tr")!;
    expect(row).toHaveTextContent("12 interactions");
    await user.type(screen.getByRole("searchbox"), "desk");
    expect(screen.queryByRole("link", { name: "Lark" })).toBeNull();
    expect(screen.getByRole("link", { name: "Returns desk" })).toBeInTheDocument();
    await user.type(screen.getByRole("searchbox"), "xyz");
    expect(screen.getByText("No agent matches")).toBeInTheDocument();
  });

  test("is filtered by the server, and the filter stands in the address", async () => {
    server.install();
    const user = open("/console/agents");
    await user.selectOptions(await screen.findByLabelText("Status"), "archived");
    expect(location.search).toBe("?status=archived");
  });

  test("archives with a way back", async () => {
    server.install();
    const user = open("/console/agents");
    await user.click(await screen.findByRole("button", { name: "Archive Lark" }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await screen.findByText("Lark is restored.");
    expect(server.of("DELETE")).toHaveLength(1);
    expect(server.of("POST").map((call) => call.path)).toEqual(["/agents/support/restore"]);
  });

  test("says what went wrong and tries again", async () => {
    server.install();
    server.fail("GET /agents", 500, "internal", "Something broke.");
    const user = open("/console/agents");
    expect(await screen.findByRole("alert")).toHaveTextContent("Something broke.");
    await user.click(screen.getByRole("button", { name: "Try again" }));
    expect(await screen.findByRole("link", { name: "Lark" })).toBeInTheDocument();
  });

  test("makes a new agent of a name and a sentence", async () => {
    server.agents = [];
    server.install();
    const user = open("/console/agents");
    await user.click((await screen.findAllByRole("button", { name: "New agent" }))[0]!);
    await user.click(screen.getByRole("button", { name: "Create agent" }));
    expect(screen.getByText("Give the agent a name.")).toBeInTheDocument();
    await user.type(screen.getByLabelText("Name"), "Lark");
    await user.type(screen.getByLabelText("Short description"), "Helps.");
    server.instead.set("POST /agents", [{ status: 201, body: agent() }]);
    server.agents = [agent()];
    await user.click(screen.getByRole("button", { name: "Create agent" }));
    await screen.findByRole("form", { name: "Contract" });
    expect(server.of("POST")[0]?.body).toEqual({
      name: "Lark",
      identity: { short_description: "Helps." },
    });
  });
});

describe("a contract", () => {
  test("is changed by what was changed, on the version it was read at", async () => {
    const user = await openContract();
    setHumor("55");
    expect(screen.getByText("1 unsaved change")).toBeInTheDocument();
    expect(screen.getByText(/it answers by version 1\.0\.0/)).toBeInTheDocument();
    await save(user, "Warmer");
    expect(await screen.findByText("Saved as version 1.0.1.")).toBeInTheDocument();
    expect(server.of("PATCH")).toMatchObject([
      { body: { traits: { humor: 55 }, change_summary: "Warmer" }, ifMatch: '"1.0.0"' },
    ]);
    expect(screen.queryByText(/unsaved change/)).toBeNull();
  });

  test("says beside the field what is wrong with it, and is not saved so", async () => {
    const user = await openContract();
    const box = document.querySelector<HTMLInputElement>("#field-traits-humor")!;
    await user.clear(box);
    await user.type(box, "400");
    expect(box).toHaveAccessibleDescription(/Choose a number from 0 to 100\./);
    expect(screen.queryByRole("button", { name: "Review and save" })).toBeNull();
    await user.click(screen.getByRole("link", { name: "JSON" }));
    await user.click(screen.getByRole("button", { name: "Show the problem" }));
    await waitFor(() => {
      expect(document.querySelector("#field-traits-humor")).toHaveFocus();
    });
  });

  test("shows the server's word on a field until it is changed", async () => {
    const user = await openContract();
    server.fail("PATCH /agents/support", 422, "invalid_value", "A value is not valid.", {
      errors: [{ field: "body.name", message: "The name is taken." }],
    });
    await user.type(nameBox(), "!");
    await save(user);
    const dialog = screen.getByRole("dialog", { name: "Save as a new version" });
    expect(await within(dialog).findByRole("alert")).toHaveTextContent("The name is taken.");
    await user.click(screen.getByRole("button", { name: "Go on editing" }));
    const box = nameBox();
    expect(box).toHaveAccessibleDescription(/The name is taken\./);
    await user.type(box, "!");
    expect(box).not.toHaveAccessibleDescription(/The name is taken\./);
  });

  test("that someone else saved first is not overwritten: mine can go on top", async () => {
    const user = await openContract();
    setHumor("55");
    server.changeElsewhere({ traits: { safety: 95 }, name: "Robin" });
    await save(user);
    const dialog = await screen.findByRole("dialog", { name: /Someone else saved/ });
    expect(within(dialog).getByText("Traits › Safety").closest("li")).toHaveTextContent("95");
    await user.click(within(dialog).getByRole("button", { name: "Put my changes on top" }));
    expect(nameBox()).toHaveValue("Robin");
    expect(screen.getByText("1 unsaved change")).toBeInTheDocument();
    await save(user);
    await screen.findByText("Saved as version 1.0.1.");
    expect(server.of("PATCH").at(-1)).toMatchObject({
      body: { traits: { humor: 55 } },
      ifMatch: '"1.0.7"',
    });
    expect(server.agents[0]).toMatchObject({ traits: { humor: 55, safety: 95 } });
  });

  test("that someone else saved first can be read anew instead", async () => {
    const user = await openContract();
    setHumor("55");
    server.changeElsewhere({ traits: { humor: 10 } });
    await save(user);
    const dialog = await screen.findByRole("dialog", { name: /Someone else saved/ });
    expect(dialog).toHaveTextContent("You changed this too");
    await user.click(within(dialog).getByRole("button", { name: "Reload, drop my changes" }));
    expect(screen.getByRole("slider", { name: "Humor" })).toHaveValue("10");
    expect(screen.queryByText(/unsaved change/)).toBeNull();
  });

  test("is not left unsaved without a question", async () => {
    const user = await openContract();
    setHumor("55");
    await user.click(screen.getAllByRole("link", { name: "Agents" })[0]!);
    const dialog = await screen.findByRole("dialog", { name: "Leave without saving?" });
    await user.click(within(dialog).getByRole("button", { name: "Stay" }));
    expect(screen.getByRole("slider", { name: "Humor" })).toHaveValue("55");
    await user.click(screen.getByRole("link", { name: "JSON" }));
    expect(await screen.findByLabelText("Contract as JSON")).toHaveTextContent('"humor": 55');
    await user.click(screen.getAllByRole("link", { name: "Agents" })[0]!);
    await user.click(await screen.findByRole("button", { name: "Leave, drop the changes" }));
    await screen.findByRole("heading", { name: "Agents" });
    await user.click(await screen.findByRole("link", { name: "Lark" }));
    expect(await screen.findByRole("slider", { name: "Humor" })).toHaveValue("30");
  });

  test("can be discarded, and that undone", async () => {
    const user = await openContract();
    setHumor("55");
    await user.click(screen.getByRole("button", { name: "Discard" }));
    expect(screen.getByRole("slider", { name: "Humor" })).toHaveValue("30");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    expect(screen.getByRole("slider", { name: "Humor" })).toHaveValue("55");
  });

  test("gets words, rows and parts that were not there", async () => {
    const user = await openContract();
    await user.type(document.querySelector("#field-languages")!, "de{Enter}");
    await user.click(screen.getByRole("button", { name: /^Voice/ }));
    await user.click(screen.getByRole("switch", { name: "Set for this agent" }));
    expect(screen.getAllByText("Fill this in.").length).toBeGreaterThan(0);
    await user.type(screen.getByLabelText(/^Voice ID/), "v1");
    await user.click(screen.getByRole("button", { name: /^Escalation/ }));
    await user.click(document.querySelector("#field-escalation-keywords")!);
    await user.type(screen.getByLabelText(/^Phrase/), "lawyer");
    await save(user);
    await screen.findByText("Saved as version 1.0.1.");
    expect(server.of("PATCH")[0]?.body).toEqual({
      languages: ["en", "de"],
      voice: { voice_id: "v1", speed: 1, vad_enabled: true },
      escalation: { keywords: [{ phrase: "lawyer", weight: 0.8 }] },
    });
  });

  test("is filled in from pasted JSON, and nothing is saved by that", async () => {
    server.install();
    const user = open("/console/agents/support/json");
    await user.click(await screen.findByRole("button", { name: "Paste a contract…" }));
    const box = screen.getByLabelText("Paste a contract");
    await user.click(box);
    await user.paste('{"surprise": 1}');
    await user.click(screen.getByRole("button", { name: "Fill in the form" }));
    expect(screen.getByText(/surprise: There is no such field\./)).toBeInTheDocument();
    await user.clear(box);
    await user.paste('{"name": "Robin"}');
    await user.click(screen.getByRole("button", { name: "Fill in the form" }));
    expect(screen.getByText("1 unsaved change")).toBeInTheDocument();
    expect(server.of("PATCH")).toEqual([]);
  });

  test("can be read by a viewer, who is told why it cannot be changed", async () => {
    server.me = VIEWER;
    await openContract();
    expect(screen.getByText(/your role is viewer/)).toBeInTheDocument();
    expect(screen.getByLabelText("Name")).toBeDisabled();
    expect(screen.getByRole("slider", { name: "Humor" })).toBeDisabled();
    expect(screen.queryByRole("button", { name: "Archive" })).toBeNull();
    expect(screen.getByText(/not chat with them/)).toBeInTheDocument();
  });

  test("that is not there is told as such", async () => {
    server.install();
    open("/console/agents/nobody");
    expect(await screen.findByText("There is no such agent")).toBeInTheDocument();
  });
});

test("what one may not see is not offered", async () => {
  server.me = { ...OWNER, permissions: [] };
  server.install();
  open("/console/agents");
  await screen.findByText("Larkspoke", { selector: ".max-lg\\:hidden *" });
  expect(screen.queryByRole("link", { name: "Agents" })).toBeNull();
});

describe("what one may do", () => {
  const sections = () =>
    within(screen.getAllByRole("navigation", { name: "Console" })[0]!)
      .getAllByRole("link")
      .map((link) => link.textContent);

  test("decides which parts of the console there are", async () => {
    server.me = { ...VIEWER, permissions: ["agents:read", "tickets:read", "memories:read"] };
    server.install();
    open("/console/agents");
    await screen.findByRole("heading", { name: "Agents" });
    expect(sections()).toEqual(["Tickets", "Agents", "Memories"]);
  });

  test("is said to who comes by an address all the same", async () => {
    server.install();
    open("/console/audit");
    expect(await screen.findByText("This is not for your role")).toBeInTheDocument();
    expect(server.calls.filter((call) => call.path.startsWith("/audit"))).toEqual([]);
  });
});
