import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useMemo,
  useRef,
  useState,
} from "react";

import { Button, IconButton } from "../design/Button";

export type Toast = { text: string; action?: { label: string; run: () => void } };
type Shown = Toast & { id: number };

const PLAIN_MS = 5_000;
/** Long enough to read, find the button and change one's mind. */
const ACTION_MS = 12_000;

const ToastContext = createContext<((toast: Toast) => void) | null>(null);

/** Says in passing what was done, and offers to take it back. */
export function useToast(): (toast: Toast) => void {
  const tell = useContext(ToastContext);
  if (tell === null) throw new Error("useToast needs a ToastProvider above it.");
  return tell;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const [shown, setShown] = useState<Shown | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const last = useRef(0);
  const tell = useCallback((toast: Toast) => {
    clearTimeout(timer.current);
    last.current += 1;
    setShown({ ...toast, id: last.current });
    timer.current = setTimeout(
      () => {
        setShown(null);
      },
      toast.action === undefined ? PLAIN_MS : ACTION_MS,
    );
  }, []);
  const close = useCallback(() => {
    clearTimeout(timer.current);
    setShown(null);
  }, []);
  const region = useMemo(
    () => (
      <div
        role="status"
        aria-label="Notices"
        className="pointer-events-none fixed inset-x-0 top-0 z-50 flex justify-center p-3 pt-[max(0.5rem,env(safe-area-inset-top))] sm:top-auto sm:bottom-0 sm:p-5"
      >
        {shown !== null && (
          <div
            key={shown.id}
            className="pointer-events-auto flex max-w-lg animate-rise items-center gap-2 rounded-full bg-ink py-1.5 ps-5 pe-1.5 text-[0.9375rem] text-paper shadow-float"
          >
            <span className="min-w-0 py-1.5">{shown.text}</span>
            {shown.action !== undefined && (
              <Button
                look="inline"
                className="min-h-8 px-3 font-semibold"
                onClick={() => {
                  shown.action?.run();
                  close();
                }}
              >
                {shown.action.label}
              </Button>
            )}
            <IconButton
              small
              label="Dismiss"
              icon="close"
              className="text-paper! hover:bg-paper/15!"
              onClick={close}
            />
          </div>
        )}
      </div>
    ),
    [shown, close],
  );
  return (
    <ToastContext value={tell}>
      {children}
      {region}
    </ToastContext>
  );
}
