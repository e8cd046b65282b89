import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { MemoryRouter, Route, Routes } from "react-router";
import { beforeEach, describe, expect, test, vi } from "vitest";

import { Layout } from "../../console/Layout";
import { ToastProvider } from "../../console/toasts";
import { contact, ContactServer, KEEPER, note, READER } from "../../testing/contacts";
import { AuthProvider, newAuth } from "../account/useAuth";
import { ContactPage } from "./ContactPage";
import { ContactsPage } from "./ContactsPage";

// Whole pages are drawn here, which a busy machine takes its time for.
vi.setConfig({ testTimeout: 20_000 });

let server: ContactServer;

beforeEach(() => {
  server = new ContactServer();
});

async function open(path = "/console/contacts/con_1") {
  server.install();
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const { unmount } = render(
    <QueryClientProvider client={client}>
      <AuthProvider value={newAuth()}>
        <ToastProvider>
          <MemoryRouter initialEntries={[path]}>
            <Routes>
              <Route path="/console" element={<Layout />}>
                <Route path="contacts" element={<ContactsPage />} />
                <Route path="contacts/:contactId" element={<ContactPage />} />
              </Route>
            </Routes>
          </MemoryRouter>
        </ToastProvider>
      </AuthProvider>
    </QueryClientProvider>,
  );
  await screen.findByLabelText(/^About the contact$|^Search contacts$/);
  return { user: userEvent.setup(), unmount };
}

type User = ReturnType<typeof userEvent.setup>;

// By label: looking through all roles of the page takes its time.
const boxOf = (label: string) => screen.getByLabelText(label, { selector: "input, textarea" });

async function edit(user: User, label: string, text: string) {
  await user.click(screen.getByLabelText(`Edit ${label}`));
  await user.clear(boxOf(label));
  await user.type(boxOf(label), `${text}{Enter}`);
}

const PATCH = "PATCH /crm/contacts/con_1";

describe("a fact", () => {
  test("is saved where it stands, and the keyboard goes on there", async () => {
    const { user } = await open();
    await edit(user, "Company", "Southwind");
    expect(await screen.findByText("Southwind")).toBeInTheDocument();
    expect(server.of(PATCH)).toMatchObject([{ body: { company: "Southwind" }, ifMatch: '"1"' }]);
    expect(screen.getByLabelText("Edit Company")).toHaveFocus();
  });

  test("that the server refuses says why beside its box, and keeps what was typed", async () => {
    const { user } = await open();
    server.refuse(PATCH, 422, "'12' is not a phone number: write it with its country's code.");
    await edit(user, "Phone", "12");
    expect(await screen.findByText(/'12' is not a phone number/)).toBeInTheDocument();
    const box = boxOf("Phone");
    expect(box).toHaveValue("12");
    expect(box).toBeInvalid();
    expect(box).toHaveAccessibleDescription(/is not a phone number/);
  });

  test("is saved on top of what others changed elsewhere in the contact", async () => {
    const { user } = await open();
    server.changeElsewhere({ tags: ["vip", "fleet"] });
    await edit(user, "Company", "Southwind");
    expect(await screen.findByText("Southwind")).toBeInTheDocument();
    expect(await screen.findByText("fleet")).toBeInTheDocument();
    expect(server.of(PATCH).map((call) => call.ifMatch)).toEqual(['"1"', '"2"']);
  });

  test("that somebody else changed is not overwritten unseen", async () => {
    const { user } = await open();
    server.changeElsewhere({ company: "Theirs" });
    await edit(user, "Company", "Mine");
    expect(await screen.findByText(/it is now “Theirs”/)).toBeInTheDocument();
    expect(server.contact.company).toBe("Theirs");
    await user.click(screen.getByText("Save mine"));
    expect(await screen.findByText("Mine")).toBeInTheDocument();
    expect(server.contact.company).toBe("Mine");
  });

  test("can be left as the other side made it", async () => {
    const { user } = await open();
    server.changeElsewhere({ company: "Theirs" });
    await edit(user, "Company", "Mine");
    await user.click(await screen.findByText("Keep theirs"));
    expect(screen.getByText("Theirs")).toBeInTheDocument();
    expect(server.contact.company).toBe("Theirs");
  });

  test("that is emptied is cleared, and Escape changes nothing", async () => {
    const { user } = await open();
    await user.click(screen.getByLabelText("Edit Company"));
    await user.clear(boxOf("Company"));
    await user.keyboard("{Escape}");
    expect(server.of(PATCH)).toEqual([]);
    await user.click(screen.getByLabelText("Edit Company"));
    await user.clear(boxOf("Company"));
    await user.keyboard("{Enter}");
    await waitFor(() => {
      expect(server.contact.company).toBeNull();
    });
  });
});

describe("tags", () => {
  test("are added by Enter, several by commas", async () => {
    const { user } = await open();
    await user.type(boxOf("New tag"), "fleet, berlin{Enter}");
    const tags = screen.getByRole("list", { name: "Tags" });
    expect(await within(tags).findByText("berlin")).toBeInTheDocument();
    expect(server.contact.tags).toEqual(["vip", "fleet", "berlin"]);
    expect(boxOf("New tag")).toHaveValue("");
  });

  test("that are removed can be had back", async () => {
    const { user } = await open();
    await user.click(screen.getByLabelText("Remove the tag vip"));
    expect(await screen.findByText("No tags yet.")).toBeInTheDocument();
    await user.click(screen.getByText("Undo"));
    await waitFor(() => {
      expect(server.contact.tags).toEqual(["vip"]);
    });
  });
});

describe("notes", () => {
  const DELETE = "DELETE /crm/contacts/con_1/notes/not_1";

  test("carry a key, so that a second try is not a second note", async () => {
    const { user } = await open();
    server.refuse("POST /crm/contacts/con_1/notes", 503, "Busy.");
    await user.type(boxOf("Note"), "Calls back");
    await user.click(screen.getByText("Add note"));
    expect(await screen.findByText("Busy.")).toBeInTheDocument();
    await user.click(screen.getByText("Add note"));
    await waitFor(() => {
      expect(boxOf("Note")).toHaveValue("");
    });
    const keys = server
      .of("POST /crm/contacts/con_1/notes")
      .map((call) => (call.body as { idempotency_key: string }).idempotency_key);
    expect(keys).toHaveLength(2);
    expect(new Set(keys).size).toBe(1);
  });

  test("that are removed are gone from the server only when it cannot be undone any more", async () => {
    server.notes = [note()];
    const { user, unmount } = await open();
    await user.click(await screen.findByLabelText("Remove the note"));
    expect(screen.queryByText("Prefers a call.")).not.toBeInTheDocument();
    expect(server.of(DELETE)).toEqual([]);
    unmount();
    await waitFor(() => {
      expect(server.notes).toEqual([]);
    });
  });

  test("that are had back were never gone", async () => {
    server.notes = [note()];
    const { user, unmount } = await open();
    await user.click(await screen.findByLabelText("Remove the note"));
    await user.click(screen.getByText("Undo"));
    expect(screen.getByText("Prefers a call.")).toBeInTheDocument();
    unmount();
    expect(server.of(DELETE)).toEqual([]);
  });
});

test("who may only look sees everything and can change nothing", async () => {
  server.me = READER;
  server.notes = [note()];
  await open();
  expect(screen.getByText(/may look at contacts, not change them/)).toBeInTheDocument();
  expect(await screen.findByText("Prefers a call.")).toBeInTheDocument();
  const buttons = screen.getAllByRole("button").map((button) => button.ariaLabel ?? button.textContent);
  expect(buttons.filter((name) => /^(Edit|Remove|Erase|Write)/.test(name))).toEqual([]);
});

test("a new contact's refusal stands beside the box that it speaks of", async () => {
  const { user } = await open("/console/contacts");
  await user.click(screen.getByRole("button", { name: "Add" }));
  const dialog = screen.getByRole("dialog", { name: "Add a contact" });
  await user.click(within(dialog).getByRole("button", { name: "Add" }));
  expect(within(dialog).getByText("Write at least one thing that you know.")).toBeInTheDocument();
  expect(server.of("POST /crm/contacts")).toEqual([]);
  server.refuse("POST /crm/contacts", 422, "'ada@' is not an e-mail address: write one.");
  await user.type(within(dialog).getByLabelText("E-mail"), "ada@{Enter}");
  await waitFor(() => {
    expect(within(dialog).getByLabelText("E-mail")).toHaveAccessibleDescription(/'ada@' is not/);
  });
});

test("a visitor of whom nothing is known is listed by id", async () => {
  server.contact = contact({ name: null, email: null, company: null, tags: [] });
  await open("/console/contacts");
  const row = await screen.findByRole("row", { name: /Unnamed visitor/ });
  expect(within(row).getByText("con_1")).toBeInTheDocument();
});

describe("erasing a customer", () => {
  const EVERYWHERE = "POST /contacts/con_1/erase";
  const HERE = "DELETE /crm/contacts/con_1";

  async function erase(user: User, choose?: string) {
    await user.click(screen.getByRole("button", { name: "Erase" }));
    const dialog = screen.getByRole("dialog", { name: /Erase what is known/ });
    if (choose !== undefined) await user.click(within(dialog).getByRole("radio", { name: choose }));
    await user.type(within(dialog).getByLabelText(/to confirm/), "con_1");
    await user.click(within(dialog).getByRole("button", { name: "Erase" }));
  }

  test("reaches everything that is known of the person", async () => {
    server.me = { ...KEEPER, permissions: [...KEEPER.permissions, "audit:write"] };
    const { user } = await open();
    await erase(user);
    expect(await screen.findByText("The person is erased everywhere.")).toBeInTheDocument();
    expect([server.of(EVERYWHERE).length, server.of(HERE).length]).toEqual([1, 0]);
  });

  test("may be kept to the CRM's part", async () => {
    server.me = { ...KEEPER, permissions: [...KEEPER.permissions, "audit:write"] };
    const { user } = await open();
    await erase(user, "The CRM’s part only");
    expect(await screen.findByText(/history are erased/)).toBeInTheDocument();
    expect([server.of(EVERYWHERE).length, server.of(HERE).length]).toEqual([0, 1]);
  });

  test("says who may erase everywhere to those who may not", async () => {
    server.me = {
      ...KEEPER,
      permissions: KEEPER.permissions.filter((each) => each !== "audit:write"),
    };
    const { user } = await open();
    await user.click(screen.getByRole("button", { name: "Erase" }));
    const dialog = screen.getByRole("dialog", { name: /Erase what is known/ });
    expect(dialog).toHaveTextContent(/as owners and admins do/);
    expect(within(dialog).queryByRole("radio")).toBeNull();
  });
});
