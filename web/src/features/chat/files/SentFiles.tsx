import { useMutation, useQuery } from "@tanstack/react-query";

import { chatApi } from "../../../api/chat";
import { saveFile } from "../../../api/download";
import { Icon } from "../../../design/Icon";
import type { SentFile } from "../state/model";
import { useChat } from "../useChat";

/** Names of what was sent in an earlier visit: the messages know the ids only. */
function useNames(files: SentFile[]): (file: SentFile) => string {
  const chat = useChat();
  const { sessionId } = chat.store.get();
  const page = useQuery({
    queryKey: ["session-files", sessionId, files.map((file) => file.id)],
    queryFn: () => chat.identity.with((token) => chatApi.attachments(token, sessionId ?? "")),
    enabled: sessionId !== null && files.some((file) => file.name === null),
    staleTime: Infinity,
  });
  return ({ id, name }) =>
    name ?? page.data?.items.find((attachment) => attachment.id === id)?.name ?? "File";
}

function Sent({ id, name }: { id: string; name: string }) {
  const chat = useChat();
  const fetched = useMutation({
    mutationFn: () => chat.identity.with((token) => chatApi.attachmentContent(token, id)),
    onSuccess: ({ blob }) => {
      saveFile({ blob, name });
    },
  });
  return (
    <>
      <button
        type="button"
        aria-label={`Download ${name}`}
        onClick={() => {
          fetched.mutate();
        }}
        className="flex max-w-full items-center gap-2 rounded-full border border-line bg-surface px-3 py-1 text-[0.8125rem] text-ink-soft transition-colors hover:border-accent hover:text-accent"
      >
        <Icon name="file" size={15} />
        <span className="max-w-56 truncate">{name}</span>
      </button>
      {fetched.isError && (
        <span role="alert" className="text-xs text-danger">
          {fetched.error.message}
        </span>
      )}
    </>
  );
}

/** What went along with a message. */
export function SentFiles({ files }: { files: SentFile[] }) {
  const nameOf = useNames(files);
  return (
    <ul aria-label="Files sent along" className="mt-1.5 flex max-w-full flex-wrap justify-end gap-1.5">
      {files.map((file) => (
        <li key={file.id} className="max-w-full">
          <Sent id={file.id} name={nameOf(file)} />
        </li>
      ))}
    </ul>
  );
}
