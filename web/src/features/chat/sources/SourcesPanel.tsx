import { type ReactNode, useEffect, useRef, useState } from "react";

import type { Citation } from "../../../api/types";
import { IconButton } from "../../../design/Button";
import { useMediaQuery } from "../../../design/useMediaQuery";
import { Article } from "./Article";
import { CitationCard } from "./CitationCard";
import { inOrder } from "./words";

type FrameProps = { onClose: () => void; children: ReactNode };

function useEscape(onClose: () => void): void {
  useEffect(() => {
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape" && !event.defaultPrevented) onClose();
    };
    addEventListener("keydown", escape);
    return () => {
      removeEventListener("keydown", escape);
    };
  }, [onClose]);
}

/** In the place of the conversation, where there is no room beside it. */
function OverPanel({ onClose, children }: FrameProps) {
  useEscape(onClose);
  return (
    <section
      aria-label="Sources"
      data-testid="sources-panel"
      className="absolute inset-0 z-10 flex animate-aside flex-col bg-paper"
    >
      {children}
    </section>
  );
}

/** Beside the conversation on a wide screen; the conversation stays usable. */
function SidePanel({ onClose, children }: FrameProps) {
  useEscape(onClose);
  return (
    <aside
      aria-label="Sources"
      data-testid="sources-panel"
      className="flex w-[26rem] shrink-0 animate-aside flex-col border-s border-line bg-paper xl:w-[29rem]"
    >
      {children}
    </aside>
  );
}

/** A sheet from below on a phone. The browser's own modal dialog keeps the focus inside. */
function BottomSheet({ onClose, children }: FrameProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const node = dialog.current;
    node?.showModal();
    return () => {
      node?.close();
    };
  }, []);
  return (
    // A click on the dialog itself is a click beside its content: on the backdrop.
    // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/no-noninteractive-element-interactions
    <dialog
      ref={dialog}
      aria-label="Sources"
      data-testid="sources-panel"
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose();
      }}
      className="mx-auto mt-auto mb-0 h-[min(86dvh,46rem)] max-h-none w-full max-w-2xl animate-sheet overflow-hidden rounded-t-3xl bg-paper p-0 text-ink shadow-float backdrop:bg-scrim"
    >
      <div className="flex h-full flex-col">{children}</div>
    </dialog>
  );
}

type SourcesPanelProps = {
  citations: Citation[];
  active: number;
  /** The conversation is itself a panel: its sources take its place. */
  inside?: boolean;
  onClose: () => void;
};

/** The passages an answer rests on. Takes the focus, and gives it back to whatever had it. */
export function SourcesPanel({ citations, active, inside, onClose }: SourcesPanelProps) {
  const wide = useMediaQuery("(min-width: 64rem)");
  const [reading, setReading] = useState<Citation | null>(null);
  const [shown, setShown] = useState(active);
  if (shown !== active) {
    // Another citation was chosen in the answer: its passage comes first again.
    setShown(active);
    setReading(null);
  }
  const Frame = inside === true ? OverPanel : wide ? SidePanel : BottomSheet;
  return (
    <Frame onClose={onClose}>
      <div className="flex h-16 shrink-0 items-center gap-2 border-b border-line ps-5 pe-3">
        <h2 className="flex-1 font-semibold">
          Sources{" "}
          <span className="ms-1 text-sm font-normal text-ink-faint tabular-nums">
            {citations.length}
          </span>
        </h2>
        <IconButton label="Close sources" icon="close" onClick={onClose} />
      </div>
      <div className="flex-1 overflow-y-auto overscroll-contain p-5 pb-[max(1.25rem,env(safe-area-inset-bottom))]">
        {reading === null ? (
          <ol className="space-y-3.5">
            {inOrder(citations).map((citation) => (
              <CitationCard
                key={citation.number}
                citation={citation}
                active={citation.number === active}
                onRead={() => {
                  setReading(citation);
                }}
              />
            ))}
          </ol>
        ) : (
          <Article
            citation={reading}
            onBack={() => {
              setReading(null);
            }}
          />
        )}
      </div>
    </Frame>
  );
}
