import { Button } from "../../design/Button";
import { Notice } from "../../design/Notice";
import type { Help } from "./state/model";
import { useChat } from "./useChat";

/** A person in the conversation: asked for, here, or gone again; and what that means for the reader. */
export function HelpBanner({ help, agentName }: { help: Help; agentName: string }) {
  const chat = useChat();
  const name = help.name ?? "A member of our team";
  switch (help.state) {
    case "none":
      return null;
    case "asked":
      return (
        <Notice icon="person" tone="help">
          <strong className="font-semibold">A person will join you here.</strong>{" "}
          {help.ticket !== null && (
            <>
              Your ticket is <span className="font-mono whitespace-nowrap">{help.ticket}</span>.{" "}
            </>
          )}
          They see the whole conversation, so you need not repeat anything. Until then you can go on
          writing to {agentName}.
        </Notice>
      );
    case "here":
      return (
        <Notice icon="person" tone="help">
          <strong className="font-semibold">{name} is with you now</strong> and answers in person.
          {help.ticket !== null && (
            <>
              {" "}
              Ticket <span className="font-mono whitespace-nowrap">{help.ticket}</span>.
            </>
          )}
        </Notice>
      );
    case "gone":
      return (
        <Notice
          icon="person"
          actions={
            <Button
              look="inline"
              onClick={() => {
                chat.helpRead();
              }}
            >
              Dismiss
            </Button>
          }
        >
          {name} has handed the conversation back. {agentName} answers again.
        </Notice>
      );
  }
}
