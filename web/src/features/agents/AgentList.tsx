import { Link } from "react-router";

import type { Agent, AgentStatus } from "../../api/console";
import { StateDot } from "../../design/Badge";
import { IconButton } from "../../design/Button";
import { choiceText, numberText } from "../../form/words";
import { useAllowed } from "../account/useAuth";
import { useArchive } from "./useArchive";
import { When } from "../../console/When";

const TONES: Record<AgentStatus, "good" | "calm" | "warn"> = {
  active: "good",
  inactive: "warn",
  archived: "calm",
};

export function Status({ status }: { status: AgentStatus }) {
  return <StateDot tone={TONES[status]}>{choiceText(status)}</StateDot>;
}

function Tags({ tags, onTag }: { tags: string[]; onTag: (tag: string) => void }) {
  if (tags.length === 0) return null;
  return (
    <ul aria-label="Tags" className="mt-2 flex flex-wrap gap-1.5">
      {tags.map((tag) => (
        <li key={tag} className="max-w-full">
          <button
            type="button"
            aria-label={`Show agents with the tag ${tag}`}
            onClick={() => {
              onTag(tag);
            }}
            className="block max-w-44 truncate rounded-full bg-sunken px-2.5 py-0.5 text-xs leading-5 text-ink-soft transition-colors hover:bg-accent-soft hover:text-accent-soft-ink"
          >
            {tag}
          </button>
        </li>
      ))}
    </ul>
  );
}

function Use({ stats }: Pick<Agent, "stats">) {
  const { interaction_count: count, last_used_at: last } = stats;
  if (last === null) return <span className="text-ink-faint">Not used yet</span>;
  return (
    <>
      <span className="whitespace-nowrap tabular-nums">
        {numberText(count)} {count === 1 ? "interaction" : "interactions"}
      </span>
      <span className="block text-ink-faint">
        <When at={last} />
      </span>
    </>
  );
}

/** Archive, or take out of the archive again. */
function Keep({ agent }: { agent: Agent }) {
  const { archive, restore } = useArchive();
  if (agent.metadata.status === "archived") {
    return (
      <IconButton
        small
        label={`Restore ${agent.name}`}
        icon="restore"
        onClick={() => void restore(agent)}
      />
    );
  }
  return (
    <IconButton
      small
      label={`Archive ${agent.name}`}
      icon="archive"
      onClick={() => void archive(agent)}
    />
  );
}

type RowProps = { agent: Agent; mayWrite: boolean; onTag: (tag: string) => void };

function Row({ agent, mayWrite, onTag }: RowProps) {
  const { id, name, type, version, identity, metadata, stats } = agent;
  return (
    <tr className="group border-b border-line align-top">
      <th scope="row" className="py-4 pe-4 text-start font-normal">
        <Link
          to={`/console/agents/${encodeURIComponent(id)}`}
          className="font-semibold group-hover:text-accent hover:underline hover:underline-offset-4"
        >
          {name}
        </Link>
        <span className="ms-2 font-mono text-[0.8125rem] text-ink-faint">{id}</span>
        <p className="mt-0.5 line-clamp-2 text-[0.9375rem] leading-snug text-ink-soft">
          {identity.short_description}
        </p>
        <Tags tags={metadata.tags} onTag={onTag} />
        <div className="mt-2.5 flex flex-wrap items-center gap-x-4 gap-y-1 text-sm text-ink-soft md:hidden">
          <Status status={metadata.status} />
          <span>{choiceText(type)}</span>
          <span className="font-mono text-[0.8125rem]">{version}</span>
        </div>
      </th>
      <td className="py-4 pe-4 max-md:hidden">
        <Status status={metadata.status} />
      </td>
      <td className="py-4 pe-4 text-sm text-ink-soft max-md:hidden">
        {choiceText(type)}
        <span className="block font-mono text-[0.8125rem] text-ink-faint">{version}</span>
      </td>
      <td className="py-4 pe-4 text-sm text-ink-soft max-md:hidden">
        <Use stats={stats} />
      </td>
      {mayWrite && (
        <td className="py-3 text-end">
          <Keep agent={agent} />
        </td>
      )}
    </tr>
  );
}

type AgentListProps = { agents: Agent[]; onTag: (tag: string) => void };

export function AgentList({ agents, onTag }: AgentListProps) {
  const mayWrite = useAllowed("agents:write");
  const head = "pb-2 pe-4 text-start font-medium max-md:hidden";
  return (
    <table className="w-full table-auto border-collapse">
      <caption className="sr-only">Agents</caption>
      <thead className="border-b border-line text-[0.8125rem] text-ink-faint">
        <tr>
          <th scope="col" className={head}>
            Agent
          </th>
          <th scope="col" className={head}>
            Status
          </th>
          <th scope="col" className={head}>
            Type, version
          </th>
          <th scope="col" className={head}>
            Use
          </th>
          {mayWrite && <td className="w-0 max-md:hidden" />}
        </tr>
      </thead>
      <tbody>
        {agents.map((agent) => (
          <Row key={agent.id} agent={agent} mayWrite={mayWrite} onTag={onTag} />
        ))}
      </tbody>
    </table>
  );
}
