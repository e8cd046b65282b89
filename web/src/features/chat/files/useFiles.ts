import { useMemo, useSyncExternalStore } from "react";

import type { ChatConfig } from "../../../api/types";
import { useChat } from "../useChat";
import { type DraftFile, type Limits, limitsOf } from "./model";

export type Files = {
  drafts: DraftFile[];
  limits: Limits;
  add: (files: readonly File[]) => void;
  remove: (key: string) => void;
  retry: (key: string) => void;
  canRetry: (key: string) => boolean;
};

/** The files that are to go with the next message. */
export function useFiles(config: ChatConfig): Files {
  const { files } = useChat();
  const drafts = useSyncExternalStore(files.subscribe, files.get);
  return useMemo(() => {
    const limits = limitsOf(config);
    return {
      drafts,
      limits,
      add: (chosen) => {
        files.add(chosen, limits);
      },
      remove: (key) => {
        files.remove(key);
      },
      retry: (key) => {
        files.retry(key);
      },
      canRetry: files.canRetry,
    };
  }, [config, drafts, files]);
}
