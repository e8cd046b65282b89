import { request } from "./http";
import type {
  Answer,
  ChatConfig,
  ContactToken,
  Message,
  MessagePage,
  Session,
  SourceArticle,
} from "./types";

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
  send(token: string, sessionId: string, message: string, key: string): Promise<Answer>;
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

  send: (token, sessionId, message, key) =>
    request(`${API}/chat/sessions/${segment(sessionId)}/messages`, {
      method: "POST",
      token,
      body: { message, idempotency_key: key },
    }),

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
