import { Button } from "../design/Button";

type PagerProps = { page: number; size: number; total: number; onPage: (page: number) => void };

/** Which part of a list is shown, and the way to the next; nothing when all of it is. */
export function Pager({ page, size, total, onPage }: PagerProps) {
  const pages = Math.max(1, Math.ceil(total / size));
  if (pages === 1 && page === 1) return null;
  const first = (page - 1) * size + 1;
  return (
    <nav aria-label="Pages" className="mt-5 flex items-center gap-3 text-sm text-ink-soft">
      <span role="status" className="flex-1 tabular-nums">
        {first > total
          ? `Nothing here; ${total} in all`
          : `${first}–${Math.min(total, page * size)} of ${total}`}
      </span>
      <Button
        small
        disabled={page <= 1}
        className="disabled:cursor-default disabled:opacity-40"
        onClick={() => {
          onPage(Math.min(page - 1, pages));
        }}
      >
        Previous
      </Button>
      <Button
        small
        disabled={page >= pages}
        className="disabled:cursor-default disabled:opacity-40"
        onClick={() => {
          onPage(page + 1);
        }}
      >
        Next
      </Button>
    </nav>
  );
}
