import type { Schema } from "../../form/schema";
import { DiffView } from "./DiffView";
import { useDiff } from "./queries";

/** Every version differs in these; they say nothing. */
const NOISE = new Set(["version", "updated_at", "created_at"]);

type ServerDiffProps = { id: string; from: string; to: string; schema: Schema; none: string };

/** What the server says lies between two versions. */
export function ServerDiff({ id, from, to, schema, none }: ServerDiffProps) {
  const diff = useDiff(id, from, to);
  const quiet = "py-4 text-[0.9375rem] text-ink-soft";
  if (from === to) return <p className={quiet}>These are the same version.</p>;
  if (diff.isError) {
    return (
      <p role="alert" className="py-4 text-[0.9375rem] text-danger">
        {diff.error.message}
      </p>
    );
  }
  if (diff.data === undefined) {
    return (
      <p role="status" className={quiet}>
        Comparing…
      </p>
    );
  }
  const changes = diff.data.changes.filter((change) => !NOISE.has(change.path));
  if (changes.length === 0) return <p className={quiet}>{none}</p>;
  return <DiffView changes={changes} schema={schema} />;
}
