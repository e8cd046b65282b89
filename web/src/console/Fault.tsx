import { Button } from "../design/Button";

/** A fault in the console itself, said plainly, with a way on. */
export function Fault() {
  return (
    <main className="grid h-dvh place-content-center justify-items-center gap-4 p-6 text-center">
      <h1 className="text-xl font-semibold">This page ran into a fault</h1>
      <p className="max-w-sm text-ink-soft">
        What was saved is safe on the server. Reload the page to go on.
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
