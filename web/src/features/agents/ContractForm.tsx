import { useMemo, useState } from "react";

import type { Change } from "../../data/diff";
import { isObject } from "../../data/json";
import { ChangedDot } from "../../design/Control";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { FormProvider } from "../../form/context";
import { FieldView } from "../../form/FieldView";
import { fieldOf, type Section, sectionsOf } from "../../form/fields";
import type { Problems } from "../../form/validate";
import { Parts } from "../../form/widgets/GroupInput";
import { HIDDEN } from "./contract";
import type { Editor } from "./useEditor";

const OPEN_AT_FIRST = ["", "identity", "traits"];

const belongs = (section: Section, path: string): boolean =>
  section.parts.some((part) => path === part.name || path.startsWith(`${part.name}.`));

function Counts({ changed, wrong }: { changed: number; wrong: number }) {
  return (
    <>
      {wrong > 0 && (
        <span className="text-[0.8125rem] font-medium text-danger">
          {wrong} {wrong === 1 ? "problem" : "problems"}
        </span>
      )}
      {changed > 0 && (
        <span className="text-[0.8125rem] text-ink-soft">
          {changed} changed
          <ChangedDot />
        </span>
      )}
    </>
  );
}

type SectionViewProps = { section: Section; editor: Editor; open: boolean; onToggle: () => void };

function SectionView({ section, editor, open, onToggle }: SectionViewProps) {
  const { draft, schema, changes, problems } = editor;
  const id = `section-${section.name || "general"}`;
  const count = (paths: Iterable<string>) =>
    [...paths].filter((path) => belongs(section, path)).length;
  const [first] = section.parts;
  const group = first !== undefined && fieldOf(first.schema, first.name, schema).kind === "group";
  return (
    <section aria-labelledby={id} className="border-b border-line">
      <h2 id={id}>
        <button
          type="button"
          aria-expanded={open}
          aria-controls={`${id}-fields`}
          onClick={onToggle}
          className="group flex w-full items-center gap-3 py-4 text-start"
        >
          <span
            className={cx(
              "text-ink-faint transition-transform duration-150 group-hover:text-ink",
              open && "rotate-90",
            )}
          >
            <Icon name="chevron" size={18} />
          </span>
          <span className="min-w-0 flex-1">
            <span className="font-semibold group-hover:text-accent">{section.label}</span>
            {section.help !== null && (
              <span className="ms-2.5 text-sm text-ink-faint max-sm:block max-sm:ms-0">
                {section.help}
              </span>
            )}
          </span>
          <Counts
            changed={count(changes.map((change: Change) => change.path))}
            wrong={count(problems.keys())}
          />
        </button>
      </h2>
      <div id={`${id}-fields`} hidden={!open} className="pt-1 pb-7 sm:ps-7.5">
        {group ? (
          <FieldView
            bare
            schema={first.schema}
            name={first.name}
            path={[first.name]}
            value={draft[first.name]}
          />
        ) : (
          <Parts parts={section.parts} path={[]} value={draft} />
        )}
      </div>
    </section>
  );
}

/** A section with a problem is open, whatever else was chosen. */
const wrongIn = (section: Section, problems: Problems): boolean =>
  [...problems.keys()].some((path) => belongs(section, path));

/** The contract as a form, made from the schema: a section for each part. */
export function ContractForm({ editor, disabled }: { editor: Editor; disabled: boolean }) {
  const { schema, saved, draft, problems, set } = editor;
  const sections = useMemo(() => sectionsOf(schema, HIDDEN), [schema]);
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set(OPEN_AT_FIRST));
  const form = useMemo(
    () => ({ root: schema, saved, problems, disabled, hidden: HIDDEN, onChange: set }),
    [schema, saved, problems, disabled, set],
  );
  const toggle = (name: string) => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  if (!isObject(draft)) return null;
  return (
    <FormProvider value={form}>
      <form
        aria-label="Contract"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
        }}
      >
        {sections.map((section) => (
          <SectionView
            key={section.name}
            section={section}
            editor={editor}
            open={open.has(section.name) || wrongIn(section, problems)}
            onToggle={() => {
              toggle(section.name);
            }}
          />
        ))}
      </form>
    </FormProvider>
  );
}
