import { type ReactNode, useEffect, useLayoutEffect, useRef, useState } from "react";
import { createPortal } from "react-dom";

const EDGE = 8;

/** Where the words go: above what they describe, inside the window. */
function useSpot(anchor: DOMRect | null) {
  const tip = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const node = tip.current;
    if (node === null || anchor === null) return;
    const { width, height } = node.getBoundingClientRect();
    const middle = anchor.left + anchor.width / 2 - width / 2;
    const left = Math.min(Math.max(EDGE, middle), Math.max(EDGE, innerWidth - width - EDGE));
    const above = anchor.top - height - 6;
    node.style.left = `${left}px`;
    node.style.top = `${above >= EDGE ? above : anchor.bottom + 6}px`;
  }, [anchor]);
  return tip;
}

/**
 * Shows words on hover and keyboard focus; Escape and scrolling hide them. They are for the eye:
 * whatever is inside must have its own accessible name.
 */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  const [anchor, setAnchor] = useState<DOMRect | null>(null);
  const holder = useRef<HTMLSpanElement>(null);
  const tip = useSpot(anchor);

  const show = () => {
    setAnchor(holder.current?.firstElementChild?.getBoundingClientRect() ?? null);
  };
  const hide = () => {
    setAnchor(null);
  };

  useEffect(() => {
    if (anchor === null) return;
    const escape = (event: KeyboardEvent) => {
      if (event.key === "Escape") setAnchor(null);
    };
    addEventListener("keydown", escape);
    addEventListener("scroll", hide, { capture: true, passive: true });
    return () => {
      removeEventListener("keydown", escape);
      removeEventListener("scroll", hide, { capture: true });
    };
  }, [anchor]);

  return (
    <span
      ref={holder}
      role="presentation"
      className="contents"
      onPointerEnter={(event) => {
        if (event.pointerType === "mouse") show();
      }}
      onPointerLeave={hide}
      onPointerDown={hide}
      onFocus={(event) => {
        if (event.target.matches(":focus-visible")) show();
      }}
      onBlur={hide}
    >
      {children}
      {anchor !== null &&
        createPortal(
          <div
            ref={tip}
            aria-hidden="true"
            className="pointer-events-none fixed top-0 left-0 z-50 max-w-64 animate-rise rounded-lg bg-ink px-2.5 py-1.5 text-[0.8125rem] leading-snug text-paper shadow-float"
          >
            {text}
          </div>,
          document.body,
        )}
    </span>
  );
}
