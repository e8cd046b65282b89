import { Component, type ReactNode } from "react";

import { Button } from "../design/Button";

type Props = { children: ReactNode };

/** The last net: a fault in the page itself is said plainly, with a way on. */
export class ErrorBoundary extends Component<Props, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError(): { failed: boolean } {
    return { failed: true };
  }

  override render(): ReactNode {
    if (!this.state.failed) return this.props.children;
    return (
      <main className="grid h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
        <h1 className="text-xl font-semibold">This page ran into a fault</h1>
        <p className="max-w-sm text-ink-soft">
          What is stored on the server is safe. Reload the page to go on with it.
        </p>
        <Button
          look="solid"
          icon="retry"
          onClick={() => {
            location.reload();
          }}
        >
          Reload
        </Button>
      </main>
    );
  }
}
