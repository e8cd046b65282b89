/** Files that are about to be sent along: what each is up to, and what keeps one from being sent. Pure. */
import type { Attachment, ChatConfig } from "../../../api/types";

export type FileState = "uploading" | "reading" | "ready" | "refused" | "failed";

export type DraftFile = {
  key: string;
  /** The server's; null until it is there. */
  id: string | null;
  sessionId: string | null;
  name: string;
  bytes: number;
  state: FileState;
  /** How much of it is there, 0 to 1. */
  progress: number;
  /** Why it was refused or failed, or what of it was not read. */
  reason: string | null;
};

export type Limits = { bytes: number; types: readonly string[] };

const MEBIBYTE = 1024 * 1024;
export const MOST_FILES = 10;

export const limitsOf = (config: ChatConfig): Limits => ({
  bytes: config.max_file_bytes,
  types: config.allowed_file_types,
});

const number = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });

export function sizeText(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`;
  if (bytes < MEBIBYTE) return `${Math.ceil(bytes / 1024)} KB`;
  return `${number.format(bytes / MEBIBYTE)} MB`;
}

export const hintText = ({ bytes, types }: Limits): string =>
  `${types.map((type) => type.replace(/^\./, "")).join(", ")}; up to ${sizeText(bytes)} each`;

const endingOf = (name: string): string => /\.[^.\s]+$/.exec(name)?.[0].toLowerCase() ?? "";

/** What is wrong with a file before it is sent anywhere; null when nothing is. The server looks closer. */
export function objection(file: { name: string; size: number }, limits: Limits): string | null {
  if (!limits.types.includes(endingOf(file.name))) {
    return `Files of this type cannot be read. Choose one of: ${limits.types.join(" ")}`;
  }
  if (file.size === 0) return "The file is empty.";
  if (file.size > limits.bytes) {
    return `It is too large: ${sizeText(file.size)}, where at most ${sizeText(limits.bytes)} can be sent.`;
  }
  return null;
}

const FROM_SERVER: Record<Attachment["status"], FileState> = {
  processing: "reading",
  ready: "ready",
  refused: "refused",
};

/** A file as the server has it. */
export const withAttachment = (draft: DraftFile, attachment: Attachment): DraftFile => ({
  ...draft,
  id: attachment.id,
  sessionId: attachment.session_id,
  name: attachment.name,
  progress: 1,
  state: FROM_SERVER[attachment.status],
  reason: attachment.reason,
});

export type Told = { id: string; state: string; reason: string | null };

/** What the session's events tell of its files. States that this client does not know change nothing. */
export function withNews(draft: DraftFile, told: Told): DraftFile {
  if (draft.id !== told.id) return draft;
  if (told.state !== "ready" && told.state !== "refused") return draft;
  return { ...draft, state: told.state, reason: told.reason };
}

const named = ({ name }: DraftFile): string => `“${name}”`;

/** What keeps a message with these files from being sent, in words; null when nothing does. */
export function fileComplaint(files: readonly DraftFile[]): string | null {
  const bad = files.find((file) => file.state === "refused" || file.state === "failed");
  if (bad !== undefined) return `${named(bad)} cannot be sent along. Remove it first.`;
  const late = files.find((file) => file.state === "uploading");
  return late === undefined ? null : `${named(late)} is still on its way. Wait a moment.`;
}

/** The state in a few words, beside the name. */
export function stateText({ state, progress, reason }: DraftFile): string {
  switch (state) {
    case "uploading":
      return progress < 1 ? `Uploading, ${Math.floor(progress * 100)} %` : "Checking…";
    case "reading":
      return "Reading…";
    case "ready":
      return reason ?? "Ready";
    case "refused":
      return reason ?? "This file cannot be read.";
    case "failed":
      return reason ?? "Not sent.";
  }
}

/** For screen readers: what has changed since, without every percent of the way. */
export function newsOf(before: readonly DraftFile[], after: readonly DraftFile[]): string {
  const told = after.flatMap((file) => {
    const old = before.find((one) => one.key === file.key);
    if (old?.state === file.state) return [];
    if (file.state === "uploading") return [`Uploading ${file.name}.`];
    return [`${file.name}: ${stateText(file)}`];
  });
  const gone = before.filter((file) => !after.some((one) => one.key === file.key));
  return [...told, ...gone.map((file) => `${file.name} removed.`)].join(" ");
}
