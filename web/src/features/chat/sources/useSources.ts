import { useCallback, useRef, useState } from "react";

import type { OpenCitation } from "../messages/MessageList";
import type { ChatState } from "../state/model";

/** The citations of one answer, wherever it stands. */
export const citationsOf = (state: ChatState, messageId: string) => {
  for (const item of [...state.past, ...state.items]) {
    if (item.kind === "reply" && item.message.id === messageId) return item.message.citations;
  }
  return [];
};

/** Which citation is open; the focus goes back to what opened it. */
export function useSources() {
  const [open, setOpen] = useState<OpenCitation | null>(null);
  const opener = useRef<HTMLElement | null>(null);
  const show = useCallback((messageId: string, number: number) => {
    opener.current = document.activeElement as HTMLElement | null;
    setOpen({ messageId, number });
  }, []);
  const close = useCallback(() => {
    setOpen(null);
    // The sheet must be gone first: while it is modal, nothing outside can take the focus.
    requestAnimationFrame(() => opener.current?.focus());
  }, []);
  return { open, show, close };
}
