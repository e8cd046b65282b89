import { type ReactNode, useEffect, useRef, useState } from "react";
import { Navigate, useNavigate, useParams } from "react-router";

import type { Agent } from "../../api/console";
import type { Reply } from "../../api/http";
import { useToast } from "../../console/toasts";
import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import { useMediaQuery } from "../../design/useMediaQuery";
import type { Schema } from "../../form/schema";
import { useAllowed, useSelf } from "../account/useAuth";
import { AgentHeader } from "./AgentHeader";
import { ConflictDialog } from "./ConflictDialog";
import { ContractForm } from "./ContractForm";
import { JsonView } from "./JsonView";
import { LeaveGuard } from "./LeaveGuard";
import { SaveBar } from "./SaveBar";
import { SaveDialog } from "./SaveDialog";
import { useTryOut } from "./tryOut";
import { TryOutPanel } from "./TryOutPanel";
import { type Editor, useEditor } from "./useEditor";
import { VersionsView } from "./VersionsView";

/** From here on the try-out chat has room beside the contract. */
const WIDE = "(min-width: 72rem)";

function ReadOnly({ agent }: { agent: Agent }) {
  const { role } = useSelf();
  const archived = agent.metadata.status === "archived";
  return (
    <Notice icon="lock" className="mt-5">
      {archived
        ? "This agent is archived. Restore it to change its contract."
        : `You can read this contract, but not change it: your role is ${role}. An admin or owner can.`}
    </Notice>
  );
}

function Restored({ editor }: { editor: Editor }) {
  const [seen, setSeen] = useState(false);
  if (seen || !editor.restored || !editor.dirty) return null;
  return (
    <Notice
      tone="warn"
      className="mt-5"
      actions={
        <>
          <Button
            look="inline"
            onClick={() => {
              editor.discard();
            }}
          >
            Discard them
          </Button>
          <Button
            look="inline"
            onClick={() => {
              setSeen(true);
            }}
          >
            Keep
          </Button>
        </>
      }
    >
      Your unsaved changes from before are here again.
    </Notice>
  );
}

/** Saving in its steps: review, perhaps a conflict, done. */
function useSaving(editor: Editor) {
  const tell = useToast();
  const [reviewing, setReviewing] = useState(false);
  const [conflict, setConflict] = useState<Reply<Agent> | null>(null);
  const ready = editor.dirty && editor.problems.size === 0;
  useEffect(() => {
    const pressed = (event: KeyboardEvent) => {
      if (event.key !== "s" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      if (ready) setReviewing(true);
    };
    addEventListener("keydown", pressed);
    return () => {
      removeEventListener("keydown", pressed);
    };
  }, [ready]);
  const dialogs = (
    <>
      {reviewing && (
        <SaveDialog
          editor={editor}
          onClose={() => {
            setReviewing(false);
          }}
          onSaved={(agent) => {
            setReviewing(false);
            tell({ text: `Saved as version ${agent.version}.` });
          }}
          onConflict={(latest) => {
            setReviewing(false);
            setConflict(latest);
          }}
        />
      )}
      {conflict !== null && (
        <ConflictDialog
          editor={editor}
          latest={conflict}
          onClose={() => {
            setConflict(null);
          }}
        />
      )}
    </>
  );
  const review = () => {
    setReviewing(ready);
  };
  return { review, dialogs };
}

function Column({ children }: { children: ReactNode }) {
  return (
    <div className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain px-4 sm:px-8">
      <div className="mx-auto max-w-3xl pb-10">{children}</div>
    </div>
  );
}

const toFirstProblem = (): void => {
  document.querySelector<HTMLElement>("form [aria-invalid=true]")?.focus();
};

/** Goes to the first field with a problem, from whichever tab. */
function useShowProblem(tab: string, base: string): () => void {
  const navigate = useNavigate();
  const wanted = useRef(false);
  useEffect(() => {
    if (wanted.current && tab === "contract") toFirstProblem();
    wanted.current = false;
  }, [tab]);
  return () => {
    if (tab === "contract") toFirstProblem();
    else {
      wanted.current = true;
      void navigate(base);
    }
  };
}

type TabViewProps = { tab: string; editor: Editor; mayWrite: boolean };

/** What stands under the tabs, the chat aside. */
function TabView({ tab, editor, mayWrite }: TabViewProps) {
  const disabled = !mayWrite || editor.agent.metadata.status === "archived";
  if (tab === "versions") return <VersionsView editor={editor} mayWrite={mayWrite} />;
  return (
    <>
      {disabled && <ReadOnly agent={editor.agent} />}
      <Restored editor={editor} />
      {tab === "json" ? (
        <JsonView editor={editor} disabled={disabled} />
      ) : (
        <ContractForm editor={editor} disabled={disabled} />
      )}
    </>
  );
}

/** Drops what is not saved; for a moment it can be had back. */
function useDiscard(editor: Editor): () => void {
  const tell = useToast();
  return () => {
    const dropped = editor.draft;
    const run = () => {
      editor.replace(dropped);
    };
    editor.discard();
    tell({ text: "Changes discarded.", action: { label: "Undo", run } });
  };
}

type AgentEditorProps = { first: Reply<Agent>; schema: Schema };

export function AgentEditor({ first, schema }: AgentEditorProps) {
  const { tab = "contract" } = useParams();
  const editor = useEditor(first, schema);
  const { agent, dirty } = editor;
  const tryOut = useTryOut(agent.id);
  const wide = useMediaQuery(WIDE);
  const mayWrite = useAllowed("agents:write");
  const { review, dialogs } = useSaving(editor);
  const discard = useDiscard(editor);
  const base = `/console/agents/${encodeURIComponent(agent.id)}`;
  const showProblem = useShowProblem(tab, base);
  const known = ["contract", "json", "versions", ...(wide ? [] : ["try"])];
  if (!known.includes(tab)) return <Navigate to={base} replace />;
  const chat = <TryOutPanel agent={agent} dirty={dirty} tryOut={tryOut} />;
  return (
    <div className="flex h-full">
      <div className="flex min-w-0 flex-1 flex-col">
        <AgentHeader editor={editor} base={base} withTryOut={!wide} mayWrite={mayWrite} />
        {tab === "try" ? (
          <div className="min-h-0 flex-1">{chat}</div>
        ) : (
          <>
            <Column key={tab}>
              <TabView tab={tab} editor={editor} mayWrite={mayWrite} />
            </Column>
            <SaveBar
              editor={editor}
              onSave={review}
              onShowProblem={showProblem}
              onDiscard={discard}
            />
          </>
        )}
      </div>
      {wide && <div className="w-[25.5rem] shrink-0 border-s border-line">{chat}</div>}
      <LeaveGuard active={dirty} within={base} onDiscard={editor.discard} />
      {dialogs}
    </div>
  );
}
