import { Button, Group } from "@mantine/core";
import type { AccountHandle } from "../hooks/useAccount.ts";
import { useTask } from "../hooks/useTask.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { words } from "./words.ts";

/** As whom a federation is created, and the way out. */
export function SignedInAs({ account, name }: { readonly account: AccountHandle; readonly name: string }) {
  const [signingOut, start] = useTask();
  return (
    <>
      <Group gap="sm" mb="md">
        <span className="muted">{words.signedInAs.signedInAs(name)}</span>
        <Button size="xs" variant="default" loading={signingOut.kind === "busy"} onClick={() => start(() => account.signOut())}>
          {words.signedInAs.signOut}
        </Button>
      </Group>
      {signingOut.kind === "failed" && <FailureAlert failure={signingOut.failure} />}
    </>
  );
}
