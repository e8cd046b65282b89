import { type Agent, agentsApi } from "../../api/console";
import { ProblemError } from "../../api/problem";
import { useToast } from "../../console/toasts";
import { useAuthStore } from "../account/useAuth";
import { useAgentsChanged } from "./queries";

type Named = Pick<Agent, "id" | "name">;

/** Puts agents into the archive and takes them out; each can be undone at once. */
export function useArchive(onDone: () => void = () => undefined) {
  const auth = useAuthStore();
  const tell = useToast();
  const changed = useAgentsChanged();
  const attempt = async (work: (token: string) => Promise<unknown>, done: () => void) => {
    try {
      await auth.with(work);
      changed();
      onDone();
      done();
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      tell({ text: error.message });
    }
  };
  const restore = (agent: Named, undoable = true): Promise<void> =>
    attempt(
      (token) => agentsApi.restore(token, agent.id),
      () => {
        tell({
          text: `${agent.name} is restored.`,
          ...(undoable && { action: { label: "Undo", run: () => void archive(agent, false) } }),
        });
      },
    );
  const archive = (agent: Named, undoable = true): Promise<void> =>
    attempt(
      (token) => agentsApi.archive(token, agent.id),
      () => {
        tell({
          text: `${agent.name} is archived.`,
          ...(undoable && { action: { label: "Undo", run: () => void restore(agent, false) } }),
        });
      },
    );
  return { archive, restore };
}
