import { Fragment } from "react";

import type { ChatConfig } from "../../api/types";
import { Icon } from "../../design/Icon";

/** A sentence, with the agent's name under the marker where it occurs. */
function Sentence({ text, name }: { text: string; name: string }) {
  const at = name === "" ? -1 : text.indexOf(name);
  if (at < 0) return <>{text}</>;
  return (
    <>
      {text.slice(0, at)}
      <span className="marker">{name}</span>
      {text.slice(at + name.length)}
    </>
  );
}

/** The welcome line; where there is room, no line breaks within a sentence. */
function WelcomeLine({ welcome, name }: { welcome: string; name: string }) {
  return welcome.split(/(?<=[.!?])\s+/).map((sentence, index) => (
    <Fragment key={index}>
      <span className="inline-block">
        <Sentence text={sentence} name={name} />
      </span>{" "}
    </Fragment>
  ));
}

type WelcomeProps = { config: ChatConfig; onAsk: (text: string) => void };

export function Welcome({ config, onAsk }: WelcomeProps) {
  return (
    <section
      aria-label="Welcome"
      className="mx-auto flex w-full max-w-3xl flex-1 animate-rise flex-col justify-center px-5 py-10 sm:px-6"
    >
      <h2 className="text-[1.75rem] leading-[1.18] font-semibold tracking-[-0.022em] text-balance sm:text-[2.375rem]">
        <WelcomeLine welcome={config.welcome} name={config.agent_name} />
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
