import type { LiveTurn, Phase } from "../state/model";
import { Speaker } from "./AgentMessage";
import { AnswerText } from "./AnswerText";
import { presentable } from "./streaming";

const WORDS: Record<Phase, string> = {
  thinking: "One moment…",
  searching: "Searching the help centre…",
  writing: "Writing…",
  checking: "Checking the sources…",
  falling_back: "Trying another way…",
  left_to_human: "A person is answering you…",
};

function wordsFor(turn: LiveTurn | undefined): string {
  if (turn === undefined) return WORDS.thinking;
  if (turn.tool !== null) return "Looking that up…";
  const asked = turn.waits === true && turn.phase !== "checking";
  return asked ? "A colleague has been asked. Writing…" : WORDS[turn.phase];
}

/**
 * An answer in the making. Kept out of the log: a screen reader hears the state words and then the
 * finished answer, not every syllable of it.
 */
export function LiveAnswer({ turn, agentName }: { turn: LiveTurn | undefined; agentName: string }) {
  const text = turn === undefined || turn.partial ? "" : presentable(turn.text);
  const words = wordsFor(turn);
  return (
    <div data-testid="live-answer" className="animate-rise">
      <Speaker name={agentName}>
        {text !== "" && (
          <div
            role="group"
            aria-label="Draft of the answer"
            aria-busy="true"
            data-testid="live-text"
          >
            <AnswerText text={text} citations={turn?.sources ?? []} />
          </div>
        )}
        <p
          role="status"
          aria-label="Progress"
          data-testid="live-state"
          className="py-1.5 text-[0.9375rem] text-ink-soft"
        >
          <span className="marker-sweep px-0.5">{words}</span>
        </p>
      </Speaker>
    </div>
  );
}
