import { type Action, reduce } from "./reducer";
import { type ChatState, initialState } from "./model";

/** Holds the chat's state and tells who listens; shaped for `useSyncExternalStore`. */
export class ChatStore {
  private listeners = new Set<() => void>();

  constructor(private current: ChatState = initialState) {}

  get = (): ChatState => this.current;

  subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  };

  dispatch(action: Action): void {
    const next = reduce(this.current, action);
    if (next === this.current) return;
    this.current = next;
    for (const listener of this.listeners) listener();
  }
}
