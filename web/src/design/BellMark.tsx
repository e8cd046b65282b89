import { cx } from "./cx";

/** The bell on the desk: the mark of the agent. */
export function BellMark({ className }: { className?: string }) {
  return (
    <span
      aria-hidden="true"
      className={cx(
        "inline-grid shrink-0 place-items-center rounded-[28%] bg-bubble text-bubble-ink",
        className,
      )}
    >
      <svg viewBox="0 0 32 32" className="size-[78%]" strokeLinecap="round" strokeLinejoin="round">
        <path d="M6 23.8h20" fill="none" stroke="currentColor" strokeWidth="2.4" />
        <g className="text-bell" fill="currentColor" stroke="currentColor" strokeWidth="2">
          <path d="M8.2 19.6a7.8 7.8 0 0 1 15.6 0z" />
          <path d="M16 12V8.8M13.7 8.3h4.6" fill="none" />
        </g>
      </svg>
    </span>
  );
}
