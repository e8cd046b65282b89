import { useId } from "react";

import { type Contact, contactsApi, type Pipeline } from "../../api/crm";
import { Section } from "../../console/Section";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { When } from "../../console/When";
import { Select } from "../../design/Control";
import { useContactChanged, usePipelines } from "./queries";

type StageProps = { contact: Contact; pipeline: Pipeline; mayWrite: boolean };

function Stage({ contact, pipeline, mayWrite }: StageProps) {
  const id = useId();
  const { act, failure } = useAct();
  const changed = useContactChanged();
  const tell = useToast();
  const place = contact.pipelines.find((each) => each.id === pipeline.id);
  const before = place?.stage_id ?? null;
  const move = (stage: string | null, undo: string | null | undefined) =>
    void act(
      (token) => contactsApi.move(token, contact.id, pipeline.id, stage),
      (next) => {
        changed(next);
        if (undo === undefined) return;
        const name = pipeline.stages.find((each) => each.id === stage)?.name;
        tell({
          text: name === undefined ? `Out of ${pipeline.name} now.` : `${pipeline.name}: ${name}.`,
          action: {
            label: "Undo",
            run: () => {
              move(undo, undefined);
            },
          },
        });
      },
    );
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-sm text-ink-faint">
        {pipeline.name}
      </label>
      {mayWrite ? (
        <Select
          id={id}
          value={before ?? ""}
          onChange={(event) => {
            move(event.target.value === "" ? null : event.target.value, before);
          }}
        >
          <option value="">Not in it</option>
          {pipeline.stages.map((stage) => (
            <option key={stage.id} value={stage.id}>
              {stage.name}
            </option>
          ))}
        </Select>
      ) : (
        <output id={id} className="block text-[0.9375rem]">
          {place?.stage ?? "Not in it"}
        </output>
      )}
      {place?.since != null && (
        <p className="mt-1 text-[0.8125rem] text-ink-faint">
          Since <When at={place.since} />
        </p>
      )}
      {failure !== null && (
        <p role="alert" className="mt-1 text-sm text-danger">
          {failure}
        </p>
      )}
    </div>
  );
}

/** How far the customer has come, in each pipeline. */
export function Stages({ contact, mayWrite }: { contact: Contact; mayWrite: boolean }) {
  const pipelines = usePipelines();
  const all = pipelines.data?.items ?? [];
  if (all.length === 0) return null;
  return (
    <Section title={all.length === 1 ? "Stage" : "Stages"}>
      <div className="space-y-4">
        {all.map((pipeline) => (
          <Stage key={pipeline.id} contact={contact} pipeline={pipeline} mayWrite={mayWrite} />
        ))}
      </div>
    </Section>
  );
}
