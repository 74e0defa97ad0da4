import { DuetError, explain, type FailureText } from "@duet/lora-core/errors/duetError";
import type { ErrorCode } from "@duet/lora-core/errors/errorTable";
import { OPENID_PATH, type SessionState } from "@duet/lora-core/protocol/session";
import { Button, Group, PasswordInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import type { AccountHandle } from "../hooks/useAccount.ts";
import { useTask } from "../hooks/useTask.ts";
import { addressOf } from "../lib/baseUrl.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";
import { words } from "./words.ts";

/** What somebody sees who may not create federations yet: every way to sign in that this coordinator has. */
export function SignIn({ account, ways }: { readonly account: AccountHandle; readonly ways: SessionState["signIn"] }) {
  const refused = refusedBecause();
  const hasWay = ways.key || ways.openId !== null;
  return (
    <Panel title={hasWay ? words.signIn.signInToCreateA : words.signIn.notFromHere}>
      <div className="column">
        <p className="muted" style={{ margin: 0 }}>
          {hasWay ? words.signIn.notEverybody : words.signIn.ownMachineOnly}
        </p>
        {refused && <FailureAlert failure={refused} />}
        {ways.openId !== null && (
          <Group>
            <Button component="a" href={addressOf(OPENID_PATH)} variant={ways.key ? "default" : "filled"}>
              {words.signIn.signInWith(ways.openId)}
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
          visibilityToggleButtonProps={{ "aria-label": words.signIn.showIt }}
          label={words.signIn.operatorKey}
          autoComplete="current-password"
          value={key}
          maxLength={200}
          onChange={(event) => setKey(event.currentTarget.value)}
          style={{ flex: "1 1 240px", maxWidth: 420 }}
        />
        <Button type="submit" disabled={key.trim() === ""} loading={signingIn.kind === "busy"}>
          {words.signIn.signIn}
        </Button>
      </Group>
      <span className="muted small">{words.signIn.keyNote}</span>
      {signingIn.kind === "failed" && <FailureAlert failure={signingIn.failure} />}
    </form>
  );
}

function refusedBecause(): FailureText | null {
  const code = new URLSearchParams(location.search).get("refused");
  const sentences: Readonly<Partial<Record<ErrorCode, string>>> = words.signIn.failures;
  const known = Object.keys(sentences).find((name): name is ErrorCode => name === code);
  return known ? explain(new DuetError(known, sentences[known] ?? "")) : null;
}
