import { type RefObject, useCallback, useEffect, useRef, useState } from "react";

const NEAR_PX = 56;

/**
 * Keeps a scroller at its end while the reader is there, and leaves it alone when they are not.
 * Returns whether they are, and how to get there.
 */
export function useStickToBottom(
  scrollerRef: RefObject<HTMLElement | null>,
  contentRef: RefObject<HTMLElement | null>,
) {
  const sticking = useRef(true);
  const [atBottom, setAtBottom] = useState(true);

  const toBottom = useCallback(() => {
    const node = scrollerRef.current;
    sticking.current = true;
    setAtBottom(true);
    if (node !== null) node.scrollTop = node.scrollHeight;
  }, [scrollerRef]);

  useEffect(() => {
    const node = scrollerRef.current;
    const inner = contentRef.current;
    if (node === null || inner === null) return;
    let top = node.scrollTop;
    const scrolled = () => {
      const near = node.scrollHeight - node.scrollTop - node.clientHeight < NEAR_PX;
      // Only a way up is the reader's wish: text that grows below moves the end away, too.
      if (near) sticking.current = true;
      else if (node.scrollTop < top - 1) sticking.current = false;
      top = node.scrollTop;
      setAtBottom(sticking.current);
    };
    const grown = new ResizeObserver(() => {
      if (sticking.current) node.scrollTop = node.scrollHeight;
      else scrolled();
    });
    grown.observe(inner);
    grown.observe(node);
    node.addEventListener("scroll", scrolled, { passive: true });
    return () => {
      grown.disconnect();
      node.removeEventListener("scroll", scrolled);
    };
  }, [scrollerRef, contentRef]);

  return { atBottom, toBottom };
}
