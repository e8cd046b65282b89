import { When } from "../../console/When";
import { Button } from "../../design/Button";
import { useRecentThreads } from "./queries";

/** A few customers to begin with, by what they wrote last. */
export function RecentContacts({ onChoose }: { onChoose: (contact: string) => void }) {
  const threads = useRecentThreads();
  const seen = new Set<string>();
  const newest = (threads.data?.items ?? []).filter(({ contact_id: contact }) => {
    if (seen.has(contact)) return false;
    seen.add(contact);
    return true;
  });
  if (newest.length === 0) return null;
  return (
    <div className="mb-6">
      <p className="mb-2 text-sm text-ink-faint">Customers who wrote last</p>
      <ul aria-label="Customers who wrote last" className="flex flex-wrap gap-2">
        {newest.slice(0, 6).map((thread) => (
          <li key={thread.contact_id} className="max-w-full">
            <Button
              small
              className="max-w-full"
              onClick={() => {
                onChoose(thread.contact_id);
              }}
            >
              <span className="max-w-56 truncate">{thread.title || "Untitled conversation"}</span>
              <span className="shrink-0 text-ink-faint max-sm:hidden">
                <When at={thread.last_message_at ?? thread.created_at} />
              </span>
            </Button>
          </li>
        ))}
      </ul>
    </div>
  );
}
