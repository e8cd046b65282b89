import { useState } from "react";
import { useNavigate } from "react-router";

import { agentsApi } from "../../api/console";
import { ProblemError } from "../../api/problem";
import { Button } from "../../design/Button";
import { describedBy, Labelled, TextArea, TextBox } from "../../design/Control";
import { Dialog } from "../../design/Dialog";
import { Notice } from "../../design/Notice";
import { type Problems, serverProblems } from "../../form/validate";
import { useAuthStore } from "../account/useAuth";
import { useAgentsChanged } from "./queries";

const NAME = "name";
const DESCRIPTION = "identity.short_description";
const NONE: Problems = new Map();

function missing(name: string, description: string): Problems {
  const found = new Map<string, string>();
  if (name.trim() === "") found.set(NAME, "Give the agent a name.");
  if (description.trim() === "") found.set(DESCRIPTION, "Say in a sentence what it is for.");
  return found;
}

function useCreate() {
  const auth = useAuthStore();
  const changed = useAgentsChanged();
  const navigate = useNavigate();
  const [problems, setProblems] = useState(NONE);
  const [failure, setFailure] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const create = async (name: string, description: string): Promise<void> => {
    const blank = missing(name, description);
    setProblems(blank);
    setFailure(null);
    if (busy || blank.size > 0) return;
    setBusy(true);
    const draft = { name: name.trim(), identity: { short_description: description.trim() } };
    try {
      const { data } = await auth.with((token) => agentsApi.create(token, draft));
      changed();
      await navigate(`/console/agents/${encodeURIComponent(data.id)}`);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      const told = serverProblems(error.fields);
      setProblems(told);
      if (!told.has(NAME) && !told.has(DESCRIPTION)) setFailure(error.message);
    } finally {
      setBusy(false);
    }
  };
  return { problems, failure, busy, create };
}

/** The two things an agent cannot do without; the rest has good defaults and is set in its contract. */
export function CreateDialog({ onClose }: { onClose: () => void }) {
  const [name, setName] = useState("");
  const [description, setDescription] = useState("");
  const { problems, failure, busy, create } = useCreate();
  const nameError = problems.get(NAME) ?? null;
  const descriptionError = problems.get(DESCRIPTION) ?? null;
  return (
    <Dialog
      title="New agent"
      onClose={onClose}
      onSubmit={() => void create(name, description)}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="solid" aria-disabled={busy}>
            {busy ? "Creating…" : "Create agent"}
          </Button>
        </>
      }
    >
      <p className="mb-5 text-[0.9375rem] leading-relaxed text-ink-soft">
        The rest of its contract starts with defaults. You can change everything next.
      </p>
      <div className="space-y-5">
        {failure !== null && (
          <Notice tone="danger" icon="alert">
            <span role="alert">{failure}</span>
          </Notice>
        )}
        <Labelled label="Name" htmlFor="new-name" error={nameError}>
          <TextBox
            id="new-name"
            value={name}
            placeholder="Returns desk"
            aria-invalid={nameError !== null}
            aria-describedby={describedBy("new-name", { error: nameError !== null, help: false })}
            onChange={(event) => {
              setName(event.target.value);
            }}
          />
        </Labelled>
        <Labelled label="Short description" htmlFor="new-description" error={descriptionError}>
          <TextArea
            id="new-description"
            value={description}
            placeholder="Answers questions about returns, exchanges and refunds."
            aria-invalid={descriptionError !== null}
            aria-describedby={describedBy("new-description", {
              error: descriptionError !== null,
              help: false,
            })}
            onChange={(event) => {
              setDescription(event.target.value);
            }}
          />
        </Labelled>
      </div>
    </Dialog>
  );
}
