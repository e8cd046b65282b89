import { useState } from "react";

import { Button } from "../../design/Button";
import { Labelled, Select } from "../../design/Control";
import { Dialog } from "../../design/Dialog";
import { ServerDiff } from "./ServerDiff";
import type { Editor } from "./useEditor";

type ChooseProps = {
  id: string;
  label: string;
  value: string;
  versions: string[];
  current: string;
  onChange: (version: string) => void;
};

function Choose({ id, label, value, versions, current, onChange }: ChooseProps) {
  return (
    <Labelled label={label} htmlFor={id}>
      <Select
        id={id}
        value={value}
        onChange={(event) => {
          onChange(event.target.value);
        }}
      >
        {versions.map((version) => (
          <option key={version} value={version}>
            {version}
            {version === current ? " (in effect)" : ""}
          </option>
        ))}
      </Select>
    </Labelled>
  );
}

type CompareDialogProps = {
  editor: Editor;
  known: string[];
  from: string;
  to: string;
  onClose: () => void;
};

/** Two versions side by side, field by field. */
export function CompareDialog({ editor, known, from, to, onClose }: CompareDialogProps) {
  const [pair, setPair] = useState({ from, to });
  const { agent, schema } = editor;
  const versions = [...new Set([agent.version, ...known, from, to])];
  return (
    <Dialog
      wide
      title="Compare versions"
      onClose={onClose}
      actions={
        <Button look="solid" onClick={onClose}>
          Close
        </Button>
      }
    >
      <div className="mb-3 grid grid-cols-2 gap-4 border-b border-line pb-5">
        <Choose
          id="compare-from"
          label="From"
          value={pair.from}
          versions={versions}
          current={agent.version}
          onChange={(version) => {
            setPair({ ...pair, from: version });
          }}
        />
        <Choose
          id="compare-to"
          label="To"
          value={pair.to}
          versions={versions}
          current={agent.version}
          onChange={(version) => {
            setPair({ ...pair, to: version });
          }}
        />
      </div>
      <ServerDiff
        id={agent.id}
        from={pair.from}
        to={pair.to}
        schema={schema}
        none="They say the same."
      />
    </Dialog>
  );
}
