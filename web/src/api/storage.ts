/** A string store that never throws: private windows and full disks must not break the chat. */
export type Store = {
  get(key: string): string | null;
  set(key: string, value: string): void;
  remove(key: string): void;
};

export function safeStore(open: () => Storage): Store {
  // Used only where the browser refuses storage, and gone with the page.
  const memory = new Map<string, string>();
  const attempt = <T>(work: (storage: Storage) => T, instead: () => T): T => {
    try {
      return work(open());
    } catch {
      return instead();
    }
  };
  return {
    get: (key) =>
      attempt(
        (storage) => storage.getItem(key),
        () => memory.get(key) ?? null,
      ),
    set: (key, value) => {
      attempt<unknown>(
        (storage) => {
          storage.setItem(key, value);
        },
        () => memory.set(key, value),
      );
    },
    remove: (key) => {
      attempt<unknown>(
        (storage) => {
          storage.removeItem(key);
        },
        () => memory.delete(key),
      );
    },
  };
}

/** Kept over visits: token, session, theme. */
export const lasting = safeStore(() => localStorage);
/** Kept for this tab only: draft, unsent messages, place in the event stream. */
export const perTab = safeStore(() => sessionStorage);

/** Reads a stored JSON value; anything unreadable counts as absent. */
export function readJson(store: Store, key: string): unknown {
  const text = store.get(key);
  if (text === null) return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return null;
  }
}
