import type { ComponentProps } from "react";

import { cx } from "./cx";
import { Icon, type IconName } from "./Icon";
import { Tooltip } from "./Tooltip";

const LOOKS = {
  solid: "bg-accent text-accent-ink hover:bg-accent-strong",
  soft: "bg-accent-soft text-accent-soft-ink hover:bg-marker-soft hover:text-marker-ink",
  danger: "bg-danger text-surface hover:bg-danger/85",
  outline: "border border-line-strong text-ink hover:border-accent hover:text-accent",
  plain: "text-ink-soft hover:bg-sunken hover:text-ink",
  link: "text-accent underline decoration-1 underline-offset-4 hover:decoration-2",
  /** A link in the colour of the words around it. */
  inline: "underline decoration-1 underline-offset-4 hover:decoration-2",
};

type ButtonProps = ComponentProps<"button"> & {
  look?: keyof typeof LOOKS;
  icon?: IconName;
  small?: boolean;
};

const isText = (look: keyof typeof LOOKS): boolean => look === "link" || look === "inline";

export function Button({
  look = "outline",
  icon,
  small = false,
  className,
  children,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      className={cx(
        "inline-flex items-center justify-center gap-2 font-medium transition-colors duration-150",
        !isText(look) && "rounded-full",
        !isText(look) && (small ? "min-h-8 px-3 text-sm" : "min-h-10 px-4 text-[0.9375rem]"),
        isText(look) && "text-sm",
        LOOKS[look],
        className,
      )}
      {...rest}
    >
      {icon !== undefined && <Icon name={icon} size={small ? 16 : 18} />}
      {children}
    </button>
  );
}

type IconButtonProps = Omit<ComponentProps<"button">, "aria-label"> & {
  label: string;
  icon: IconName;
  small?: boolean;
};

/** A button whose name is said, and shown on hover, but not written. */
export function IconButton({ label, icon, small = false, className, ...rest }: IconButtonProps) {
  return (
    <Tooltip text={label}>
      <button
        type="button"
        aria-label={label}
        className={cx(
          "grid place-items-center rounded-full text-ink-faint transition-colors duration-150",
          "hover:bg-sunken hover:text-ink aria-pressed:bg-accent-soft aria-pressed:text-accent",
          small ? "size-8" : "size-10",
          className,
        )}
        {...rest}
      >
        <Icon name={icon} size={small ? 17 : 20} />
      </button>
    </Tooltip>
  );
}
