import { useEffect, useState } from "react";
import { useSearchParams } from "react-router";

import type { Agent, Page } from "../../api/console";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useAllowed } from "../account/useAuth";
import { AgentFilters } from "./AgentFilters";
import { AgentList } from "./AgentList";
import { CreateDialog } from "./CreateDialog";
import { Pager } from "../../console/Pager";
import { useAgents } from "./queries";

const PAGE_SIZE = 25;

export type ListView = { status: string; type: string; tag: string; page: number };

/** The list's filters stand in the address, so that a view can be kept and shared. */
function useListView(): [ListView, (change: Partial<ListView>) => void] {
  const [search, setSearch] = useSearchParams();
  const page = Number(search.get("page"));
  const view = {
    status: search.get("status") ?? "",
    type: search.get("type") ?? "",
    tag: search.get("tag") ?? "",
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
  const change = (part: Partial<ListView>) => {
    const next = { ...view, page: 1, ...part };
    const kept = Object.entries(next).filter(
      ([name, value]) => value !== "" && !(name === "page" && value === 1),
    );
    setSearch(new URLSearchParams(kept.map(([name, value]) => [name, String(value)])), {
      replace: true,
    });
  };
  return [view, change];
}

/** Looks through the agents that are shown, by everything the list says of them. */
export function found(agents: Agent[], words: string): Agent[] {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  return agents.filter((agent) => {
    const { id, name, type, identity, metadata } = agent;
    const text = [id, name, type, identity.short_description, ...metadata.tags].join(" ");
    return wanted.every((word) => text.toLowerCase().includes(word));
  });
}

function Skeleton() {
  return (
    <div role="status" aria-label="Loading the agents" className="divide-y divide-line">
      {[1, 2, 3, 4].map((row) => (
        <div key={row} className="flex items-center gap-4 py-5">
          <div className="flex-1 space-y-2.5">
            <div className="h-3.5 w-44 animate-pulse rounded bg-line" />
            <div className="h-3 w-72 max-w-full animate-pulse rounded bg-line" />
          </div>
          <div className="h-3 w-20 animate-pulse rounded bg-line" />
        </div>
      ))}
    </div>
  );
}

type EmptyProps = { filtered: boolean; onClear: () => void; onCreate: (() => void) | null };

function Empty({ filtered, onClear, onCreate }: EmptyProps) {
  return (
    <div className="grid justify-items-center gap-3 border-t border-line py-16 text-center">
      <h2 className="text-lg font-semibold">
        {filtered ? "No agent matches" : "There are no agents yet"}
      </h2>
      <p className="max-w-sm text-ink-soft">
        {filtered
          ? "Loosen the filters or the search to see more."
          : "An agent answers your customers by its contract: who it is, what it knows, and how it speaks."}
      </p>
      {filtered && <Button onClick={onClear}>Clear filters</Button>}
      {!filtered && onCreate !== null && (
        <Button look="solid" icon="plus" onClick={onCreate}>
          New agent
        </Button>
      )}
    </div>
  );
}

type ResultsProps = {
  page: Page<Agent>;
  words: string;
  view: ListView;
  onView: (change: Partial<ListView>) => void;
  onClear: () => void;
  onCreate: (() => void) | null;
};

function Results({ page, words, view, onView, onClear, onCreate }: ResultsProps) {
  const agents = found(page.items, words);
  const filtered = [view.status, view.type, view.tag, words.trim()].some(Boolean) || view.page > 1;
  return (
    <>
      {agents.length === 0 ? (
        <Empty filtered={filtered} onClear={onClear} onCreate={onCreate} />
      ) : (
        <AgentList
          agents={agents}
          onTag={(tag) => {
            onView({ tag });
          }}
        />
      )}
      <Pager
        page={view.page}
        size={PAGE_SIZE}
        total={page.total}
        onPage={(next) => {
          onView({ page: next });
        }}
      />
    </>
  );
}

/** All agents of the organisation. */
export function AgentsPage() {
  const [view, setView] = useListView();
  const [words, setWords] = useState("");
  const [creating, setCreating] = useState(false);
  const mayWrite = useAllowed("agents:write");
  const { page: number, ...filter } = view;
  const agents = useAgents({ ...filter, limit: PAGE_SIZE, offset: (number - 1) * PAGE_SIZE });
  useEffect(() => {
    document.title = "Agents · Deskhand";
  }, []);
  const create = () => {
    setCreating(true);
  };
  return (
    <div className="relative h-full overflow-y-auto">
      <div className="mx-auto w-full max-w-5xl px-4 py-7 sm:px-8 sm:py-9">
        <header className="mb-6 flex items-center gap-4">
          <h1 className="flex-1 text-2xl font-semibold tracking-tight">Agents</h1>
          {mayWrite && (
            <Button look="solid" icon="plus" onClick={create}>
              New agent
            </Button>
          )}
        </header>
        <AgentFilters
          view={view}
          words={words}
          shown={agents.data?.items ?? []}
          onView={setView}
          onWords={setWords}
        />
        {agents.isError && (
          <Notice
            tone="danger"
            icon="alert"
            className="mb-5"
            actions={
              <Button look="inline" onClick={() => void agents.refetch()}>
                Try again
              </Button>
            }
          >
            <span role="alert">The agents could not be loaded. {agents.error.message}</span>
          </Notice>
        )}
        {agents.isPending && <Skeleton />}
        {agents.data !== undefined && (
          <Results
            page={agents.data}
            words={words}
            view={view}
            onView={setView}
            onClear={() => {
              setWords("");
              setView({ status: "", type: "", tag: "" });
            }}
            onCreate={mayWrite ? create : null}
          />
        )}
      </div>
      {creating && (
        <CreateDialog
          onClose={() => {
            setCreating(false);
          }}
        />
      )}
    </div>
  );
}
