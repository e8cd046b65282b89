import { Link } from "react-router";

export function NotFound() {
  return (
    <div className="grid h-full place-content-center justify-items-center gap-3 p-6 text-center">
      <h1 className="text-xl font-semibold">There is no such page</h1>
      <p className="max-w-sm text-ink-soft">The address may be mistyped, or the page has moved.</p>
      <Link to="/console/agents" className="text-accent underline underline-offset-4">
        Go to the agents
      </Link>
    </div>
  );
}
