import { useMemo, useState } from "react";

import type { ApprovalDetails } from "../../api/approvals";
import { useToast } from "../../console/toasts";
import { isObject, type Json, type Path, pathText, same, withValue } from "../../data/json";
import { Button } from "../../design/Button";
import { Dialog } from "../../design/Dialog";
import { Notice } from "../../design/Notice";
import { FormProvider } from "../../form/context";
import { fieldOf } from "../../form/fields";
import { problemsOf } from "../../form/validate";
import { Parts } from "../../form/widgets/GroupInput";
import { Notes } from "./Notes";
import { useDecide } from "./queries";
import { asJson, editable, HIDDEN } from "./words";

type ModifyDialogProps = {
  approval: ApprovalDetails;
  parameters: Record<string, unknown>;
  onClose: () => void;
  onLate: (message: string) => void;
};

const UNCHANGED = "Nothing is changed yet. Change something, or allow it as it is.";
const MARKED = "It does not fit yet: see what is marked below.";
const NONE: ReadonlyMap<string, string> = new Map();

/** The arguments as they are filled in, and what is wrong with them: here at once, from the server until changed. */
function useArguments({ approval, parameters }: ModifyDialogProps, told: ReadonlyMap<string, string>) {
  const root = useMemo(() => editable(parameters), [parameters]);
  const asked = useMemo(() => asJson(approval.action.arguments), [approval.action.arguments]);
  const [draft, setDraft] = useState<Json>(asked);
  const [tried, setTried] = useState(false);
  const [mended, setMended] = useState<{ told: typeof told; paths: ReadonlySet<string> }>();
  const own = problemsOf(root, draft);
  const paths = mended?.told === told ? mended.paths : new Set<string>();
  const fromServer = [...told].filter(([path]) => path !== "" && !paths.has(path));
  const onChange = (path: Path, value: Json | undefined) => {
    setDraft((before) => withValue(before, path, value));
    setMended({ told, paths: new Set([...paths, pathText(path)]) });
  };
  const problems = new Map([...fromServer, ...(tried ? own : NONE)]);
  const unchanged = same(draft, asked);
  return { root, asked, draft, onChange, problems, wrong: own.size > 0, unchanged, tried, setTried };
}

type Filled = Pick<ReturnType<typeof useArguments>, "problems" | "tried" | "unchanged">;

/** What is said above the form: what no field of it stands for, or that there is something to mend below. */
function failureOf(form: Filled, refusal: ReturnType<typeof useDecide>["refusal"]): string | null {
  if (form.problems.size > 0) return MARKED;
  if (form.tried && form.unchanged) return UNCHANGED;
  const placed = [...(refusal?.fields.keys() ?? [])].some((path) => path !== "");
  return placed ? null : (refusal?.message ?? null);
}

/** Allows the action with other arguments: a form made from what the tool takes. */
export function ModifyDialog(props: ModifyDialogProps) {
  const { approval, onClose, onLate } = props;
  const [notes, setNotes] = useState("");
  const { decide, busy, refusal } = useDecide(approval.id, onLate);
  const form = useArguments(props, refusal?.fields ?? NONE);
  const tell = useToast();
  const field = fieldOf(form.root, "", form.root);
  const failure = failureOf(form, refusal);
  const send = () => {
    form.setTried(true);
    if (form.wrong || form.unchanged || !isObject(form.draft)) return;
    void decide({ verdict: "modify", notes, arguments: form.draft }, () => {
      tell({ text: "It is allowed with your change and being carried out." });
      onClose();
    });
  };
  return (
    <Dialog
      wide
      title="Allow it with a change"
      onClose={onClose}
      onSubmit={send}
      actions={
        <>
          <Button look="plain" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" look="solid" aria-disabled={busy}>
            {busy ? "Allowing…" : "Allow with change"}
          </Button>
        </>
      }
    >
      {failure !== null && (
        <Notice tone="danger" icon="alert" className="mb-4">
          <span role="alert">{failure}</span>
        </Notice>
      )}
      <p className="mb-5 text-[0.9375rem] leading-relaxed text-ink-soft">
        It is carried out as it stands here. You can give less than the agent asked for, not more.
      </p>
      <div className="space-y-6">
        <FormProvider
          value={{
            root: form.root,
            saved: form.asked,
            problems: form.problems,
            disabled: false,
            hidden: HIDDEN,
            onChange: form.onChange,
          }}
        >
          {field.kind === "group" && <Parts parts={field.parts} path={[]} value={form.draft} />}
        </FormProvider>
        <Notes value={notes} onChange={setNotes} />
      </div>
    </Dialog>
  );
}
