import { useMutation } from "@tanstack/react-query";

import { chatApi } from "../../../api/chat";
import type { Feedback, Message } from "../../../api/types";
import { useChat } from "../useChat";

/** Feedback shows at once, and goes back to what it was when the server does not take it. */
export function useFeedback(message: Message) {
  const chat = useChat();
  return useMutation({
    // One change of a message after the other, so that the last one wins on the server too.
    scope: { id: `feedback:${message.id}` },
    mutationFn: (feedback: Feedback | null) =>
      chat.identity.with((token) =>
        feedback === null
          ? chatApi.takeFeedbackBack(token, message.id)
          : chatApi.giveFeedback(token, message.id, feedback.score, feedback.reason ?? undefined),
      ),
    onMutate: (feedback) => {
      const before = message.feedback;
      chat.store.dispatch({ type: "feedback", messageId: message.id, feedback });
      return { before };
    },
    onError: (_error, _feedback, context) => {
      const before = context?.before ?? null;
      chat.store.dispatch({ type: "feedback", messageId: message.id, feedback: before });
    },
  });
}
