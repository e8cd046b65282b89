import { useState } from "react";

import { agoText, exactText } from "./times";

/** A moment, as long ago as it is; the exact time on hover. */
export function When({ at }: { at: string }) {
  const [now] = useState(() => Date.now());
  return (
    <time dateTime={at} title={exactText(at)}>
      {agoText(at, now)}
    </time>
  );
}
