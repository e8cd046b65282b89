import { type ComponentProps, useState } from "react";

import { IconButton } from "../../design/Button";
import { TextBox } from "../../design/Control";

/** A password, hidden until one asks to see it. */
export function PasswordBox(props: Omit<ComponentProps<"input">, "type">) {
  const [shown, setShown] = useState(false);
  return (
    <div className="relative">
      <TextBox {...props} type={shown ? "text" : "password"} className="pe-12" />
      <IconButton
        small
        label={shown ? "Hide password" : "Show password"}
        icon={shown ? "eyeOff" : "eye"}
        className="absolute end-1.5 top-1.25"
        onClick={() => {
          setShown(!shown);
        }}
      />
    </div>
  );
}
