import { DuetError, explain, type FailureText } from "@duet/lora-core/errors/duetError";
import { OPENID_PATH, type SessionState } from "@duet/lora-core/protocol/session";
import { Button, Group, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { AccountHandle } from "../hooks/useAccount.ts";
import { useTask } from "../hooks/useTask.ts";
import { addressOf } from "../lib/baseUrl.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";

/** What somebody sees who may not create federations yet: every way to sign in that this coordinator has. */
export function SignIn({ account, ways }: { readonly account: AccountHandle; readonly ways: SessionState["signIn"] }) {
  const refused = refusedBecause();
  const hasWay = ways.key || ways.openId !== null;
  return (
    <Panel title={hasWay ? "Sign in to create a federation" : "Not from here"}>
      <div className="column">
        <p className="muted" style={{ margin: 0 }}>
          {hasWay
            ? "On this coordinator not everybody may create federations. Joining one needs only its invite link."
            : "This coordinator takes new federations only from its own machine. Joining one needs only its invite link."}
        </p>
        {refused && <FailureAlert failure={refused} />}
        {ways.openId !== null && (
          <Group>
            <Button component="a" href={addressOf(OPENID_PATH)} variant={ways.key ? "default" : "filled"}>
              Sign in with {ways.openId}
            </Button>
          </Group>
        )}
        {ways.key && <KeyForm signIn={account.signIn} />}
      </div>
    </Panel>
  );
}

function KeyForm({ signIn }: Pick<AccountHandle, "signIn">) {
  const [key, setKey] = useState("");
  const [signingIn, start] = useTask();
  const submit = (event: FormEvent) => {
    event.preventDefault();
    start(() => signIn(key.trim()));
  };
  return (
    <form onSubmit={submit} className="column">
      <Group gap="sm" align="flex-end">
        <PasswordInput
          label="Operator key"
          autoComplete="current-password"
          value={key}
          maxLength={200}
          onChange={(event) => setKey(event.currentTarget.value)}
          style={{ flex: "1 1 240px", maxWidth: 420 }}
        />
        <Button type="submit" disabled={key.trim() === ""} loading={signingIn.kind === "busy"}>
          Sign in
        </Button>
      </Group>
      <span className="muted small">Whoever runs this coordinator has it. You stay signed in for twelve hours.</span>
      {signingIn.kind === "failed" && <FailureAlert failure={signingIn.failure} />}
    </form>
  );
}

/** What a person is told who comes back from the provider without being signed in; the coordinator names it in the address. */
const SENTENCES = {
  ACCOUNT_REFUSED: "This account may not create federations here",
  SIGN_IN_FAILED: "Signing in with the provider failed",
  QUOTA_USED_UP: "Too many tries to sign in came from this address",
} as const;

function refusedBecause(): FailureText | null {
  const code = new URLSearchParams(location.search).get("refused");
  const known = Object.entries(SENTENCES).find(([name]) => name === code);
  return known ? explain(new DuetError(known[0] as keyof typeof SENTENCES, known[1])) : null;
}
