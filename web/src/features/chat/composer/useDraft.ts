import { useState } from "react";

import { perTab } from "../../../api/storage";

/** Text that is being written, kept over a reload of the tab. */
export function useDraft(tenant: string): [string, (text: string) => void] {
  const key = `deskhand.draft.${tenant}`;
  const [text, setText] = useState(() => perTab.get(key) ?? "");
  const change = (next: string) => {
    setText(next);
    if (next === "") perTab.remove(key);
    else perTab.set(key, next);
  };
  return [text, change];
}
