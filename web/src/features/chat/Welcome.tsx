import { Fragment } from "react";

import type { ChatConfig } from "../../api/types";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";

/** A longer welcome is set smaller. */
const LONG_WELCOME = 60;

const escaped = (words: string): string => words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

/** Where one of the names stands in a text, as a word of its own; the first name counts more. */
export function findName(text: string, names: string[]): [number, number] | null {
  for (const name of names.filter(Boolean)) {
    const match = new RegExp(`(?<![\\p{L}\\p{N}])${escaped(name)}(?![\\p{L}\\p{N}])`, "u").exec(
      text,
    );
    if (match !== null) return [match.index, match.index + name.length];
  }
  return null;
}

/** Plain words; a compound such as "e-bike" is not broken at its hyphen. */
function Words({ text }: { text: string }) {
  return text.split(/(\S{1,8}-\S{1,12})/).map((part, index) =>
    index % 2 === 0 ? (
      part
    ) : (
      <span key={index} className="whitespace-nowrap">
        {part}
      </span>
    ),
  );
}

/** A sentence, with the agent's or the company's name under the marker where it occurs. */
function Sentence({ text, names }: { text: string; names: string[] }) {
  const found = findName(text, names);
  if (found === null) return <Words text={text} />;
  const [from, to] = found;
  return (
    <>
      <Words text={text.slice(0, from)} />
      <span className="marker">{text.slice(from, to)}</span>
      <Words text={text.slice(to)} />
    </>
  );
}

/** The welcome line; where there is room, no line breaks within a sentence. One name is marked. */
function WelcomeLine({ welcome, names }: { welcome: string; names: string[] }) {
  const sentences = welcome.split(/(?<=[.!?])\s+/);
  const marked = sentences.findIndex((sentence) => findName(sentence, names) !== null);
  return sentences.map((sentence, index) => (
    <Fragment key={index}>
      <span className="inline-block">
        <Sentence text={sentence} names={index === marked ? names : []} />
      </span>{" "}
    </Fragment>
  ));
}

type WelcomeProps = { config: ChatConfig; onAsk: (text: string) => void };

export function Welcome({ config, onAsk }: WelcomeProps) {
  return (
    <section
      aria-label="Welcome"
      className="mx-auto flex w-full max-w-3xl flex-1 animate-rise flex-col justify-center px-5 py-10 @2xl:px-6"
    >
      <h2
        className={cx(
          "leading-[1.18] font-semibold tracking-[-0.022em] text-balance",
          config.welcome.length > LONG_WELCOME
            ? "text-[1.5rem] @2xl:text-[2rem]"
            : "text-[1.75rem] @2xl:text-[2.375rem]",
        )}
      >
        <WelcomeLine welcome={config.welcome} names={[config.agent_name, config.company]} />
      </h2>
      <p className="mt-4 max-w-[52ch] leading-relaxed text-pretty text-ink-soft">
        Answers come from the {config.company} help centre, with the passage they rest on.
      </p>
      {config.suggestions.length > 0 && (
        <ul aria-label="Suggestions" className="mt-9 border-t border-line">
          {config.suggestions.map((suggestion) => (
            <li key={suggestion} className="border-b border-line">
              <button
                type="button"
                onClick={() => {
                  onAsk(suggestion);
                }}
                className="group -mx-3 flex min-h-13 w-[calc(100%+1.5rem)] items-center gap-4 rounded-lg px-3 py-3 text-start transition-colors duration-150 hover:bg-accent-soft hover:text-accent-soft-ink"
              >
                <span className="flex-1">{suggestion}</span>
                <span className="text-ink-faint transition-transform duration-200 group-hover:translate-x-1 group-hover:text-accent">
                  <Icon name="arrowRight" />
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
