import { type ReactNode, useEffect, useId, useRef } from "react";

import { IconButton } from "./Button";
import { cx } from "./cx";

type DialogProps = {
  title: string;
  onClose: () => void;
  children: ReactNode;
  /** Buttons at the foot; they stay in view while the rest scrolls. */
  actions?: ReactNode;
  wide?: boolean;
  /** A dialog to fill in is a form: Enter sends it. */
  onSubmit?: () => void;
};

/** A window above the page. The browser's own modal dialog keeps the focus inside and closes on Escape. */
export function Dialog({ title, onClose, children, actions, wide = false, onSubmit }: DialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const node = dialog.current;
    const opener = document.activeElement;
    node?.showModal();
    return () => {
      node?.close();
      if (opener instanceof HTMLElement) opener.focus();
    };
  }, []);
  const Body = onSubmit === undefined ? "div" : "form";
  return (
    // A click on the dialog itself is a click beside its content: on the backdrop.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onMouseDown={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className={cx(
        "m-auto max-h-[min(90dvh,52rem)] w-[calc(100%-1.5rem)] animate-rise overflow-hidden rounded-3xl border border-line bg-surface p-0 text-ink shadow-float backdrop:bg-scrim",
        wide ? "max-w-3xl" : "max-w-lg",
      )}
    >
      <Body
        className="flex max-h-[min(90dvh,52rem)] flex-col"
        {...(onSubmit === undefined
          ? {}
          : {
              noValidate: true,
              onSubmit: (event: { preventDefault: () => void }) => {
                event.preventDefault();
                onSubmit();
              },
            })}
      >
        <header className="flex shrink-0 items-center gap-3 ps-6 pe-3 pt-4 pb-2">
          <h2 id={id} className="min-w-0 flex-1 text-lg font-semibold tracking-tight">
            {title}
          </h2>
          <IconButton label="Close" icon="close" onClick={onClose} />
        </header>
        <div className="relative min-h-0 flex-1 overflow-y-auto overscroll-contain px-6 pb-5">
          {children}
        </div>
        {actions !== undefined && (
          <footer className="flex shrink-0 flex-wrap items-center justify-end gap-2.5 border-t border-line px-6 py-4">
            {actions}
          </footer>
        )}
      </Body>
    </dialog>
  );
}
