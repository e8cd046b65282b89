import { useState } from "react";

import { problemsOf } from "../../form/validate";
import { Button } from "../../design/Button";
import { TextArea } from "../../design/Control";
import { Notice } from "../../design/Notice";
import { useToast } from "../../console/toasts";
import { readContract } from "./contract";
import type { Editor } from "./useEditor";

export function Code({ text, label }: { text: string; label: string }) {
  return (
    <pre
      // A long line scrolls in its box, which therefore has to be reachable by keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      role="group"
      aria-label={label}
      className="overflow-x-auto rounded-2xl bg-sunken p-4 font-mono text-[0.8125rem] leading-relaxed"
    >
      {text}
    </pre>
  );
}

function Import({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const take = () => {
    const reading = readContract(text, editor.saved);
    if ("error" in reading) {
      setError(reading.error);
      return;
    }
    const wrong = problemsOf(editor.schema, reading.contract);
    const unknown = [...wrong].find(([, message]) => message === "There is no such field.");
    if (unknown !== undefined) {
      setError(`${unknown[0]}: ${unknown[1]} Remove it and try again.`);
      return;
    }
    editor.replace(reading.contract);
    onDone();
  };
  return (
    <div className="mb-5 space-y-3">
      <label htmlFor="import-json" className="block text-sm font-medium">
        Paste a contract
      </label>
      <TextArea
        id="import-json"
        value={text}
        spellCheck={false}
        aria-invalid={error !== null}
        aria-describedby="import-help"
        placeholder={'{ "name": "…", "identity": { … } }'}
        className="min-h-40 font-mono text-[0.8125rem]!"
        onChange={(event) => {
          setText(event.target.value);
          setError(null);
        }}
      />
      <p id="import-help" className="text-[0.8125rem] text-ink-faint">
        It fills in the form; nothing is saved yet. What it leaves out stays as it is.
      </p>
      {error !== null && (
        <Notice tone="danger" icon="alert">
          <span role="alert">{error}</span>
        </Notice>
      )}
      <div className="flex gap-2.5">
        <Button
          small
          look="solid"
          disabled={text.trim() === ""}
          className="disabled:opacity-50"
          onClick={take}
        >
          Fill in the form
        </Button>
        <Button small look="plain" onClick={onDone}>
          Cancel
        </Button>
      </div>
    </div>
  );
}

/** The contract as JSON: to read, copy, keep in a file, and paste in from one. */
export function JsonView({ editor, disabled }: { editor: Editor; disabled: boolean }) {
  const tell = useToast();
  const [importing, setImporting] = useState(false);
  const text = JSON.stringify(editor.draft, null, 2);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        tell({ text: "Copied." });
      },
      () => {
        tell({ text: "The browser did not allow copying. Select the text and copy it by hand." });
      },
    );
  };
  return (
    <div className="py-6">
      <div className="mb-4 flex flex-wrap items-center gap-2.5">
        <Button small icon="copy" onClick={copy}>
          Copy
        </Button>
        <a
          href={`data:application/json;charset=utf-8,${encodeURIComponent(`${text}\n`)}`}
          download={`${editor.agent.id}.json`}
          className="inline-flex min-h-8 items-center rounded-full border border-line-strong px-3 text-sm font-medium hover:border-accent hover:text-accent"
        >
          Download
        </a>
        {!disabled && !importing && (
          <Button
            small
            onClick={() => {
              setImporting(true);
            }}
          >
            Paste a contract…
          </Button>
        )}
        {editor.dirty && <span className="text-sm text-ink-faint">With your unsaved changes</span>}
      </div>
      {importing && (
        <Import
          editor={editor}
          onDone={() => {
            setImporting(false);
          }}
        />
      )}
      <Code text={text} label="Contract as JSON" />
    </div>
  );
}
