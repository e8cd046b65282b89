import { useState } from "react";
import { Link } from "react-router";

import type { TimelineItem } from "../../api/crm";
import { Section } from "../../console/Section";
import { useStaff } from "../../console/staff";
import { Failed } from "../../console/states";
import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { cx } from "../../design/cx";
import { choiceText } from "../../form/words";
import { useTimeline } from "./queries";
import { actorText, KIND_WORDS, timelineLines } from "./words";

const DOTS: Record<string, string> = {
  note: "bg-marker-line",
  event: "bg-accent",
  change: "bg-line-strong",
  message: "bg-bubble",
};

function Marks({ item }: { item: TimelineItem }) {
  const { category, priority } = item.data;
  if (item.kind !== "event") return null;
  const pressing = priority === "high" || priority === "urgent";
  return (
    <span className="ms-2 text-[0.8125rem] font-normal text-ink-faint">
      {typeof category === "string" && choiceText(category)}
      {pressing && <span className="text-danger"> · {choiceText(priority)}</span>}
    </span>
  );
}

/** What was said stands in its conversation. */
function Conversation({ item }: { item: TimelineItem }) {
  const { thread_id: thread } = item.data;
  if (item.kind !== "message" || typeof thread !== "string") return null;
  return (
    <>
      {" · "}
      <Link
        to={`/console/conversations/${encodeURIComponent(thread)}`}
        className="text-accent underline-offset-4 hover:underline"
      >
        Conversation
      </Link>
    </>
  );
}

function Item({ item }: { item: TimelineItem }) {
  const { nameOf } = useStaff();
  const lines = timelineLines(item);
  return (
    <li className="relative ps-5 text-sm">
      <span
        aria-hidden="true"
        className={cx(
          "absolute top-1.75 -left-1 size-2 rounded-full ring-4 ring-paper",
          DOTS[item.kind] ?? "bg-line-strong",
        )}
      />
      <p className="font-medium [overflow-wrap:anywhere]">
        {item.title}
        <Marks item={item} />
      </p>
      {item.text !== null && (
        <p
          dir="auto"
          className="mt-0.5 line-clamp-4 leading-snug whitespace-pre-wrap text-ink-soft [overflow-wrap:anywhere]"
        >
          {item.text}
        </p>
      )}
      {lines.map((line) => (
        <p key={line} className="leading-snug text-ink-soft [overflow-wrap:anywhere]">
          {line}
        </p>
      ))}
      <p className="mt-0.5 text-[0.8125rem] text-ink-faint">
        {item.kind !== "message" && `${actorText(item.by, nameOf)} · `}
        <When at={item.at} />
        <Conversation item={item} />
      </p>
    </li>
  );
}

type KindsProps = { kind: string; onKind: (kind: string) => void };

function Kinds({ kind, onKind }: KindsProps) {
  const choices = [["", "All"], ...Object.entries(KIND_WORDS)] as [string, string][];
  return (
    <div role="group" aria-label="Show" className="flex flex-wrap justify-end gap-1">
      {choices.map(([value, label]) => (
        <button
          key={value}
          type="button"
          aria-pressed={kind === value}
          onClick={() => {
            onKind(value);
          }}
          className="rounded-full px-2.5 py-1 text-[0.8125rem] text-ink-soft hover:bg-sunken aria-pressed:bg-accent-soft aria-pressed:text-accent-soft-ink"
        >
          {label}
        </button>
      ))}
    </div>
  );
}

/** Everything that happened with the customer beside what was said, the newest first. */
export function Timeline({ contactId }: { contactId: string }) {
  const [kind, setKind] = useState("");
  const timeline = useTimeline(contactId, kind);
  const items = timeline.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Section title="Timeline" aside={<Kinds kind={kind} onKind={setKind} />}>
      {timeline.isError && (
        <Failed what="The timeline" error={timeline.error} onRetry={() => void timeline.refetch()} />
      )}
      {timeline.isSuccess && items.length === 0 && (
        <p className="text-sm text-ink-faint">
          Nothing yet. Notes, events that agents and programs report, and changes appear here.
        </p>
      )}
      <ol
        aria-label="Timeline"
        className={cx("ms-1 space-y-4 empty:hidden", items.length > 0 && "border-s border-line")}
      >
        {items.map((item) => (
          <Item key={item.id} item={item} />
        ))}
      </ol>
      {timeline.hasNextPage && (
        <Button
          small
          className="mt-4"
          aria-disabled={timeline.isFetchingNextPage}
          onClick={() => void timeline.fetchNextPage()}
        >
          {timeline.isFetchingNextPage ? "Loading…" : "Show earlier"}
        </Button>
      )}
    </Section>
  );
}
