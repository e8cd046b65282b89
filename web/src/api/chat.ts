import { download, type Download } from "./download";
import { request } from "./http";
import type {
  Answer,
  Attachment,
  AttachmentPage,
  ChatConfig,
  ContactToken,
  Message,
  MessagePage,
  Session,
  SourceArticle,
} from "./types";
import { sendFile, type Sending } from "./upload";

const API = "/api/v1";
const segment = encodeURIComponent;

/** What lets one in. It may come with a session to go on in. */
export type Pass = Pick<ContactToken, "token" | "expires_at"> & { session_id?: string };

/** The server's chat API as the chat page needs it. A port: tests hand in their own. */
export type ChatApi = {
  config(tenant: string | null): Promise<ChatConfig>;
  createToken(tenant: string | null): Promise<Pass>;
  openSession(token: string): Promise<Session>;
  closeSession(token: string, sessionId: string, leaving?: boolean): Promise<void>;
  messages(token: string, sessionId: string, limit: number, offset: number): Promise<MessagePage>;
  /** `attachments` are ids of files sent to the session before. */
  send(
    token: string,
    sessionId: string,
    message: string,
    key: string,
    ...attachments: string[]
  ): Promise<Answer>;
  attach(token: string, sessionId: string, file: File, sending: Sending): Promise<Attachment>;
  attachment(token: string, id: string): Promise<Attachment>;
  attachments(token: string, sessionId: string): Promise<AttachmentPage>;
  attachmentContent(token: string, id: string): Promise<Download>;
  removeAttachment(token: string, id: string): Promise<void>;
  giveFeedback(token: string, messageId: string, score: number, reason?: string): Promise<Message>;
  takeFeedbackBack(token: string, messageId: string): Promise<Message>;
  source(token: string, sourceId: string): Promise<SourceArticle>;
};

export const chatApi: ChatApi = {
  config: (tenant) =>
    request(`${API}/chat/config${tenant === null ? "" : `?tenant=${segment(tenant)}`}`),

  createToken: (tenant) =>
    request(`${API}/chat/tokens`, { method: "POST", body: tenant === null ? {} : { tenant } }),

  openSession: (token) => request(`${API}/sessions`, { method: "POST", token, body: {} }),

  closeSession: async (token, sessionId, leaving = false) => {
    await request(`${API}/sessions/${segment(sessionId)}/close`, {
      method: "POST",
      token,
      keepalive: leaving,
    });
  },

  messages: (token, sessionId, limit, offset) =>
    request(`${API}/chat/sessions/${segment(sessionId)}/messages?limit=${limit}&offset=${offset}`, {
      token,
    }),

  send: (token, sessionId, message, key, ...attachments) =>
    request(`${API}/chat/sessions/${segment(sessionId)}/messages`, {
      method: "POST",
      token,
      body: {
        message,
        idempotency_key: key,
        ...(attachments.length > 0 && { attachments }),
      },
    }),

  attach: (token, sessionId, file, sending) =>
    sendFile(`${API}/sessions/${segment(sessionId)}/attachments`, token, file, sending),

  attachment: (token, id) => request(`${API}/attachments/${segment(id)}`, { token }),

  attachments: (token, sessionId) =>
    request(`${API}/sessions/${segment(sessionId)}/attachments?limit=100`, { token }),

  attachmentContent: (token, id) => download(`${API}/attachments/${segment(id)}/content`, token),

  removeAttachment: async (token, id) => {
    await request(`${API}/attachments/${segment(id)}`, { method: "DELETE", token });
  },

  giveFeedback: (token, messageId, score, reason) =>
    request(`${API}/messages/${segment(messageId)}/feedback`, {
      method: "PUT",
      token,
      body: reason === undefined ? { score } : { score, reason },
    }),

  takeFeedbackBack: (token, messageId) =>
    request(`${API}/messages/${segment(messageId)}/feedback`, { method: "DELETE", token }),

  source: (token, sourceId) => request(`${API}/chat/sources/${segment(sourceId)}`, { token }),
};
