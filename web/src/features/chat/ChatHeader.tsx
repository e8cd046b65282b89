import type { ChatConfig } from "../../api/types";
import { BellMark } from "../../design/BellMark";
import { Button, IconButton } from "../../design/Button";
import { cx } from "../../design/cx";
import type { Connection } from "./state/model";
import { ThemeMenu } from "./ThemeMenu";

const WORDS: Record<Connection, { label: string; dot: string }> = {
  connecting: { label: "Connecting…", dot: "bg-ink-faint" },
  connected: { label: "Online", dot: "bg-good" },
  limited: { label: "Online, without live updates", dot: "bg-warn" },
  reconnecting: { label: "Reconnecting…", dot: "bg-warn" },
  offline: { label: "Offline", dot: "bg-danger" },
};

function ConnectionState({ connection }: { connection: Connection }) {
  const { label, dot } = WORDS[connection];
  return (
    <span role="status" aria-label="Connection" className="flex min-w-0 items-center gap-1.5">
      <span aria-hidden="true" className={cx("size-1.75 shrink-0 rounded-full", dot)} />
      <span className="truncate">{label}</span>
    </span>
  );
}

type ChatHeaderProps = {
  config: ChatConfig;
  connection: Connection;
  canStartFresh: boolean;
  onStartFresh: () => void;
};

export function ChatHeader({ config, connection, canStartFresh, onStartFresh }: ChatHeaderProps) {
  return (
    <header className="flex h-16 items-center gap-3 border-b border-line px-4 sm:px-6">
      <BellMark className="size-9" />
      <div className="min-w-0 flex-1 leading-tight">
        <h1 className="truncate text-[0.9375rem] font-semibold">
          {config.agent_name}
          <span className="font-normal text-ink-soft">
            <span aria-hidden="true"> · </span>
            {config.company}
          </span>
        </h1>
        <div className="mt-0.5 text-[0.8125rem] text-ink-soft">
          <ConnectionState connection={connection} />
        </div>
      </div>
      {canStartFresh && (
        <>
          <Button
            small
            look="plain"
            icon="compose"
            className="max-sm:hidden"
            onClick={onStartFresh}
          >
            New conversation
          </Button>
          <span className="sm:hidden">
            <IconButton label="New conversation" icon="compose" onClick={onStartFresh} />
          </span>
        </>
      )}
      <ThemeMenu />
    </header>
  );
}
