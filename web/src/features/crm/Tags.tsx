import { useState } from "react";

import { type Contact, contactsApi, type TagMode } from "../../api/crm";
import { Section } from "../../console/Section";
import { useToast } from "../../console/toasts";
import { useAct } from "../../console/useAct";
import { Below, TextBox } from "../../design/Control";
import { Icon } from "../../design/Icon";
import { useContactChanged } from "./queries";

type TagProps = { tag: string; onRemove: (() => void) | null };

function Tag({ tag, onRemove }: TagProps) {
  return (
    <li className="flex max-w-full items-center rounded-lg bg-accent-soft ps-2.5 text-sm leading-7 text-accent-soft-ink">
      <span className="min-w-0 break-words">{tag}</span>
      {onRemove === null ? (
        <span className="pe-2.5" />
      ) : (
        <button
          type="button"
          aria-label={`Remove the tag ${tag}`}
          onClick={onRemove}
          className="ms-0.5 grid size-7 shrink-0 place-items-center rounded-lg hover:bg-surface"
        >
          <Icon name="close" size={13} />
        </button>
      )}
    </li>
  );
}

type TagsProps = { contact: Contact; mayWrite: boolean };

/** The words a customer is marked with: for finding them, and for agents. */
export function Tags({ contact, mayWrite }: TagsProps) {
  const [text, setText] = useState("");
  const { act, failure } = useAct();
  const changed = useContactChanged();
  const tell = useToast();
  const change = (mode: TagMode, tags: string[], done: () => void = () => undefined) =>
    void act(
      (token) => contactsApi.tags(token, contact.id, mode, tags),
      (next) => {
        changed(next);
        done();
      },
    );
  const remove = (tag: string) => () => {
    change("remove", [tag], () => {
      tell({
        text: `The tag “${tag}” is removed.`,
        action: {
          label: "Undo",
          run: () => {
            change("add", [tag]);
          },
        },
      });
    });
  };
  const add = () => {
    const words = text.split(",").map((word) => word.trim());
    const given = words.filter((word) => word !== "");
    if (given.length > 0) {
      change("add", given, () => {
        setText("");
      });
    }
  };
  return (
    <Section title="Tags">
      {contact.tags.length === 0 ? (
        <p className="text-sm text-ink-faint">No tags yet.</p>
      ) : (
        <ul aria-label="Tags" className="flex flex-wrap gap-1.5">
          {contact.tags.map((tag) => (
            <Tag key={tag} tag={tag} onRemove={mayWrite ? remove(tag) : null} />
          ))}
        </ul>
      )}
      {mayWrite && (
        <form
          aria-label="Add a tag"
          noValidate
          className="mt-3"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextBox
            id="new-tag"
            aria-label="New tag"
            placeholder="Add a tag, then press Enter"
            autoComplete="off"
            aria-invalid={failure !== null}
            aria-describedby={failure === null ? undefined : "new-tag-error"}
            value={text}
            onChange={(event) => {
              setText(event.target.value);
            }}
          />
          <div role="alert">{failure !== null && <Below id="new-tag" error={failure} />}</div>
        </form>
      )}
    </Section>
  );
}
