/** Filters of a list. They stand in the address, so that a view can be kept and shared. */
import { useId } from "react";
import { useSearchParams } from "react-router";

import { Select, TextBox } from "../design/Control";
import { cx } from "../design/cx";
import { choiceText } from "../form/words";

export type View<Name extends string> = Record<Name, string> & { page: number };

const pageOf = (text: string | null): number => {
  const page = Number(text);
  return Number.isInteger(page) && page > 0 ? page : 1;
};

/** The view that an address names. Unknown names are left alone. */
export function readView<Name extends string>(
  search: URLSearchParams,
  names: readonly Name[],
): View<Name> {
  const values = Object.fromEntries(names.map((name) => [name, search.get(name) ?? ""]));
  return { ...(values as Record<Name, string>), page: pageOf(search.get("page")) };
}

/** The address of a view; what is not chosen is left out. */
export const writeView = (view: Record<string, string | number>): URLSearchParams =>
  new URLSearchParams(
    Object.entries(view)
      .filter(([name, value]) => value !== "" && !(name === "page" && value === 1))
      .map(([name, value]) => [name, String(value)]),
  );

export function useView<Name extends string>(names: readonly Name[]) {
  const [search, setSearch] = useSearchParams();
  const view = readView(search, names);
  const change = (part: Partial<View<Name>>) => {
    setSearch(writeView({ ...view, page: 1, ...part }), { replace: true });
  };
  const clear = () => {
    setSearch(new URLSearchParams(), { replace: true });
  };
  const filtered = names.some((name) => (view as Record<string, string | number>)[name] !== "");
  return { view, change, clear, filtered };
}

type ChooseProps = {
  label: string;
  any: string;
  value: string;
  options: readonly string[];
  words?: Record<string, string>;
  onChange: (value: string) => void;
};

/** One of some values, or any. */
export function Choose({ label, any, value, options, words = {}, onChange }: ChooseProps) {
  const all = value === "" || options.includes(value) ? options : [value, ...options];
  return (
    <Select
      aria-label={label}
      value={value}
      className="max-sm:flex-1 max-sm:basis-[calc(50%-0.5rem)] sm:w-40"
      onChange={(event) => {
        onChange(event.target.value);
      }}
    >
      <option value="">{any}</option>
      {all.map((option) => (
        <option key={option} value={option}>
          {words[option] ?? choiceText(option)}
        </option>
      ))}
    </Select>
  );
}

type WordsProps = {
  label: string;
  value: string;
  type?: "search" | "date";
  onChange: (value: string) => void;
};

/** Words to filter by; they count when one leaves the box or presses Enter. */
export function Words({ label, value, type = "search", onChange }: WordsProps) {
  const id = useId();
  return (
    <div
      className={cx(
        "max-sm:flex-1",
        type === "date"
          ? "flex items-center gap-2 max-sm:basis-full"
          : "max-sm:basis-[calc(50%-0.5rem)] sm:w-44",
      )}
    >
      <label
        htmlFor={id}
        className={type === "date" ? "w-9 shrink-0 text-sm text-ink-faint" : "sr-only"}
      >
        {label}
      </label>
      <TextBox
        key={value}
        id={id}
        type={type}
        placeholder={label}
        title={label}
        defaultValue={value}
        onBlur={(event) => {
          if (event.target.value.trim() !== value) onChange(event.target.value.trim());
        }}
        onChange={(event) => {
          if (type === "date") onChange(event.target.value);
        }}
        onKeyDown={(event) => {
          if (event.key === "Enter") onChange(event.currentTarget.value.trim());
        }}
      />
    </div>
  );
}
