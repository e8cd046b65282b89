import type { Agent } from "../../api/console";
import { Button } from "../../design/Button";
import { BOX, Select } from "../../design/Control";
import { cx } from "../../design/cx";
import { Icon } from "../../design/Icon";
import { choiceText } from "../../form/words";
import type { ListView } from "./AgentsPage";

const STATUSES = ["active", "inactive", "archived"];
const TYPES = ["conversational", "voice", "workflow", "autonomous"];

type ChooseProps = {
  label: string;
  any: string;
  value: string;
  options: string[];
  onChange: (value: string) => void;
};

function Choose({ label, any, value, options, onChange }: ChooseProps) {
  const all = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <Select
      aria-label={label}
      value={value}
      className="max-sm:flex-1 max-sm:basis-[calc(50%-0.5rem)] sm:w-38"
      onChange={(event) => {
        onChange(event.target.value);
      }}
    >
      <option value="">{any}</option>
      {all.map((option) => (
        <option key={option} value={option}>
          {label === "Tag" ? option : choiceText(option)}
        </option>
      ))}
    </Select>
  );
}

type AgentFiltersProps = {
  view: ListView;
  words: string;
  shown: Agent[];
  onView: (change: Partial<ListView>) => void;
  onWords: (words: string) => void;
};

export function AgentFilters({ view, words, shown, onView, onWords }: AgentFiltersProps) {
  const tags = [...new Set(shown.flatMap((agent) => agent.metadata.tags))].sort();
  const filtered = [view.status, view.type, view.tag].some(Boolean);
  return (
    <div role="search" aria-label="Agents" className="mb-5 flex flex-wrap items-center gap-2.5">
      <div className="relative min-w-0 flex-1 basis-60 max-sm:basis-full">
        <span className="pointer-events-none absolute inset-y-0 start-3 grid place-items-center text-ink-faint">
          <Icon name="search" size={18} />
        </span>
        <input
          type="search"
          aria-label="Search in this page"
          placeholder="Search in this page"
          value={words}
          onChange={(event) => {
            onWords(event.target.value);
          }}
          className={cx(BOX, "h-10.5 ps-10")}
        />
      </div>
      <Choose
        label="Status"
        any="Any status"
        value={view.status}
        options={STATUSES}
        onChange={(status) => {
          onView({ status });
        }}
      />
      <Choose
        label="Type"
        any="Any type"
        value={view.type}
        options={TYPES}
        onChange={(type) => {
          onView({ type });
        }}
      />
      <Choose
        label="Tag"
        any="Any tag"
        value={view.tag}
        options={tags}
        onChange={(tag) => {
          onView({ tag });
        }}
      />
      {filtered && (
        <Button
          look="link"
          onClick={() => {
            onView({ status: "", type: "", tag: "" });
          }}
        >
          Clear
        </Button>
      )}
    </div>
  );
}
