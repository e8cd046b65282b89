import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { Navigate, useLocation } from "react-router";

import { chatApi } from "../../api/chat";
import { accountApi, type Credentials } from "../../api/console";
import { ProblemError } from "../../api/problem";
import { BellMark } from "../../design/BellMark";
import { Button } from "../../design/Button";
import { describedBy, Labelled, TextBox } from "../../design/Control";
import { Notice } from "../../design/Notice";
import { PasswordBox } from "./PasswordBox";
import { type Absence } from "./auth";
import { useAuth, useAuthStore } from "./useAuth";
import { useWait } from "./useWait";

export const HOME = "/console/agents";

type Blanks = Partial<Record<keyof Credentials, string>>;

/** What is still to be filled in, by field. */
export function blanks({ tenant, email, password }: Credentials): Blanks {
  return {
    ...(tenant.trim() === "" && { tenant: "Enter your organisation’s short name." }),
    ...(email.trim() === "" && { email: "Enter your e-mail address." }),
    ...(password === "" && { password: "Enter your password." }),
  };
}

function words(problem: ProblemError, wait: number | null): string {
  if (problem.status === 429) {
    const when = wait === null ? "a little later" : wait === 0 ? "now" : `in ${waitText(wait)}`;
    return `Too many attempts. Try again ${when}.`;
  }
  if (problem.status === 0 || problem.status >= 500) {
    return `The server does not answer. ${problem.status === 0 ? "Check your connection, then try again." : "Try again in a moment."}`;
  }
  if (problem.status === 401 || problem.status === 422) {
    return "Organisation, e-mail address or password do not match. Check them and try again.";
  }
  return problem.message;
}

const waitText = (seconds: number): string =>
  seconds < 90 ? `${seconds} s` : `${Math.ceil(seconds / 60)} minutes`;

const WHY: Partial<Record<Absence, string>> = {
  expired: "You have been signed out. Sign in again to go on where you were.",
  left: "You are signed out.",
};

/** On a new installation there is one organisation, and it is offered. */
function useTenant(): [string, (tenant: string) => void] {
  const auth = useAuthStore();
  const asked = new URLSearchParams(useLocation().search).get("tenant");
  const [typed, setTyped] = useState<string | null>(asked ?? (auth.lastTenant || null));
  const config = useQuery({
    queryKey: ["chat-config", null],
    queryFn: () => chatApi.config(null),
    enabled: typed === null,
    retry: false,
  });
  return [typed ?? config.data?.tenant ?? "", setTyped];
}

function useSignIn(credentials: Credentials, keep: boolean) {
  const auth = useAuthStore();
  const [missing, setMissing] = useState<Blanks>({});
  const [problem, setProblem] = useState<ProblemError | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = async (): Promise<void> => {
    const found = blanks(credentials);
    setMissing(found);
    setProblem(null);
    if (busy || Object.keys(found).length > 0) return;
    setBusy(true);
    try {
      const { tenant, email, password } = credentials;
      const body = { tenant: tenant.trim(), email: email.trim(), password };
      auth.signedIn(await accountApi.signIn(body), keep);
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error;
      setProblem(error);
    } finally {
      setBusy(false);
    }
  };
  return { missing, problem, busy, submit };
}

function SignInForm() {
  const [tenant, setTenant] = useTenant();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [keep, setKeep] = useState(false);
  const { missing, problem, busy, submit } = useSignIn({ tenant, email, password }, keep);
  const wait = useWait(problem);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    // The first thing to mend, or on a fresh page the first thing to fill in.
    const wrong = form.current?.querySelector<HTMLElement>("[aria-invalid=true]");
    wrong?.focus();
  }, [missing]);
  const box = (name: keyof Credentials, value: string, set: (value: string) => void) => ({
    id: `sign-in-${name}`,
    name,
    value,
    "aria-invalid": missing[name] !== undefined,
    "aria-describedby": describedBy(`sign-in-${name}`, {
      error: missing[name] !== undefined,
      help: false,
    }),
    onChange: (event: { target: { value: string } }) => {
      set(event.target.value);
    },
  });
  const plain = { autoCapitalize: "none", autoCorrect: "off", spellCheck: false };
  return (
    <form
      ref={form}
      noValidate
      aria-label="Sign in"
      className="space-y-5"
      onSubmit={(event) => {
        event.preventDefault();
        void submit();
      }}
    >
      <div role="alert" className="empty:hidden">
        {problem !== null && (
          <Notice tone={problem.status === 401 ? "danger" : "warn"} icon="alert">
            {words(problem, wait)}
          </Notice>
        )}
      </div>
      <Labelled label="Organisation" htmlFor="sign-in-tenant" error={missing.tenant ?? null}>
        <TextBox {...box("tenant", tenant, setTenant)} {...plain} autoComplete="organization" />
      </Labelled>
      <Labelled label="E-mail address" htmlFor="sign-in-email" error={missing.email ?? null}>
        <TextBox
          {...box("email", email, setEmail)}
          {...plain}
          type="email"
          autoComplete="username"
        />
      </Labelled>
      <Labelled label="Password" htmlFor="sign-in-password" error={missing.password ?? null}>
        <PasswordBox {...box("password", password, setPassword)} autoComplete="current-password" />
      </Labelled>
      <label className="flex min-h-10 items-center gap-3 text-[0.9375rem]">
        <input
          type="checkbox"
          checked={keep}
          onChange={(event) => {
            setKeep(event.target.checked);
          }}
          className="size-4.5 accent-accent"
        />
        Keep me signed in on this device
      </label>
      <Button type="submit" look="solid" className="w-full" aria-disabled={busy}>
        {busy ? "Signing in…" : "Sign in"}
      </Button>
    </form>
  );
}

/** The way into the console; whoever was sent here goes on where they were. */
export function SignInPage() {
  const { token, absence } = useAuth();
  const from = (useLocation().state as { from?: string } | null)?.from;
  useEffect(() => {
    document.title = "Sign in · Deskhand";
  }, []);
  if (token !== null) return <Navigate to={from ?? HOME} replace />;
  return (
    <div className="relative h-dvh overflow-y-auto bg-paper">
      <main className="mx-auto flex min-h-full w-full max-w-md flex-col justify-center px-5 py-10">
        <BellMark className="size-12" />
        <h1 className="mt-6 text-[1.75rem] leading-tight font-semibold tracking-[-0.022em]">
          Sign in to the console
        </h1>
        <p className="mt-2 mb-8 text-ink-soft">
          {WHY[absence] ?? "For the team that looks after the agents."}
        </p>
        <SignInForm />
      </main>
    </div>
  );
}
