import { Tooltip } from "../../../design/Tooltip";
import { absoluteTime, relativeTime, useNow } from "../time";

/** When something was said: roughly in sight, exactly on hover. */
export function TimeStamp({ iso }: { iso: string }) {
  const now = useNow();
  return (
    <Tooltip text={absoluteTime(iso)}>
      <time dateTime={iso} className="text-xs text-ink-faint">
        {relativeTime(iso, now)}
      </time>
    </Tooltip>
  );
}
