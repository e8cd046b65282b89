import { useState } from "react";

import { memoriesApi, MEMORY_TYPES, type MemoryType } from "../../api/memories";
import { ConfirmDialog } from "../../console/ConfirmDialog";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Labelled, Select, TextBox } from "../../design/Control";
import { MemoryFields } from "./MemoryFields";
import { useMemoriesChanged } from "./queries";
import { TYPE_CHOICES } from "./words";

/** Something that the agent is to know from now on. */
export function AddDialog({ contact, onClose }: { contact: string; onClose: () => void }) {
  const [whose, setWhose] = useState(contact);
  const [type, setType] = useState<MemoryType>("preference");
  const [content, setContent] = useState("");
  const [importance, setImportance] = useState(0.7);
  const [blank, setBlank] = useState(false);
  const { act, busy, failure } = useAct();
  const changed = useMemoriesChanged();
  const tell = useToast();
  const add = () => {
    setBlank(content.trim() === "");
    if (content.trim() === "") return;
    const body = { type, content: content.trim(), importance };
    void act(
      (token) =>
        memoriesApi.add(token, whose.trim() === "" ? body : { ...body, contact_id: whose.trim() }),
      () => {
        changed();
        tell({ text: "The agent remembers it from now on." });
        onClose();
      },
    );
  };
  return (
    <ConfirmDialog
      title="Add a memory"
      verb="Add"
      doing="Adding…"
      busy={busy}
      failure={failure}
      onConfirm={add}
      onClose={onClose}
    >
      <div className="space-y-5 text-ink">
        <Labelled
          label="Customer’s id"
          htmlFor="memory-contact"
          help="Empty: it counts for every customer."
        >
          <TextBox
            id="memory-contact"
            value={whose}
            autoComplete="off"
            spellCheck={false}
            aria-describedby="memory-contact-help"
            onChange={(event) => {
              setWhose(event.target.value);
            }}
          />
        </Labelled>
        <Labelled label="Type" htmlFor="memory-type">
          <Select
            id="memory-type"
            value={type}
            onChange={(event) => {
              setType(event.target.value as MemoryType);
            }}
          >
            {MEMORY_TYPES.map((choice) => (
              <option key={choice} value={choice}>
                {TYPE_CHOICES[choice]}
              </option>
            ))}
          </Select>
        </Labelled>
        <MemoryFields
          content={content}
          importance={importance}
          error={blank ? "Write what is to be remembered." : null}
          onContent={setContent}
          onImportance={setImportance}
        />
      </div>
    </ConfirmDialog>
  );
}
