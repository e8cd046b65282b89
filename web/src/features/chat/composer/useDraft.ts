import { type Dispatch, type SetStateAction, useEffect, useState } from "react";

import { perTab } from "../../../api/storage";

/** Text that is being written, kept over a reload of the tab. */
export function useDraft(tenant: string): [string, Dispatch<SetStateAction<string>>] {
  const key = `deskhand.draft.${tenant}`;
  const [text, setText] = useState(() => perTab.get(key) ?? "");
  useEffect(() => {
    if (text === "") perTab.remove(key);
    else perTab.set(key, text);
  }, [key, text]);
  return [text, setText];
}
