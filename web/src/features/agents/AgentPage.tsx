import { useEffect } from "react";
import { Link, useParams } from "react-router";

import { ProblemError } from "../../api/problem";
import { Button } from "../../design/Button";
import { AgentEditor } from "./AgentEditor";
import { useAgent, useContractSchema } from "./queries";

function NotThere({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const unknown = error instanceof ProblemError && error.status === 404;
  return (
    <div className="grid h-full place-content-center justify-items-center gap-4 p-6 text-center">
      <h1 className="text-xl font-semibold">
        {unknown ? "There is no such agent" : "The agent could not be loaded"}
      </h1>
      <p role="alert" className="max-w-sm leading-relaxed text-ink-soft">
        {error.message}
      </p>
      {unknown ? (
        <Link to="/console/agents" className="text-accent underline underline-offset-4">
          See all agents
        </Link>
      ) : (
        <Button look="solid" icon="retry" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

function Skeleton() {
  return (
    <div
      role="status"
      aria-label="Loading the agent"
      className="mx-auto max-w-3xl space-y-5 px-8 py-9"
    >
      <div className="h-6 w-52 animate-pulse rounded bg-line" />
      {["w-full", "w-4/5", "w-full", "w-2/3"].map((width, index) => (
        <div key={index} className={`h-4 animate-pulse rounded bg-line ${width}`} />
      ))}
    </div>
  );
}

/** One agent: its contract, its versions, and a chat with it. */
export function AgentPage() {
  const { agentId = "" } = useParams();
  const agent = useAgent(agentId);
  const schema = useContractSchema();
  const name = agent.data?.data.name;
  useEffect(() => {
    document.title = `${name ?? "Agent"} · Deskhand`;
  }, [name]);
  const error = agent.error ?? schema.error;
  if (error !== null) {
    const retry = () => {
      void agent.refetch();
      void schema.refetch();
    };
    return <NotThere error={error} onRetry={retry} />;
  }
  if (agent.data === undefined || schema.data === undefined) return <Skeleton />;
  return <AgentEditor key={agentId} first={agent.data} schema={schema.data} />;
}
