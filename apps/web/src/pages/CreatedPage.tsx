import { Button, CopyButton, Group, TextInput } from "@mantine/core";
import { Link, useParams } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { addressOf } from "../lib/baseUrl.ts";
import { joinPath, watchPath } from "../lib/links.ts";
import { Panel } from "../ui/Panel.tsx";

/** What the organiser passes on, and what the organiser keeps. */
export function CreatedPage() {
  const { federationId = "" } = useParams();
  const secrets = useServices().storage.organiser(federationId);
  if (!secrets) {
    return (
      <Shell title="Unknown federation" narrow>
        <h1>This browser did not create this federation</h1>
        <p>
          The links are kept only in the browser that created it. Back to the <Link to="/">front page</Link>.
        </p>
      </Shell>
    );
  }
  const { inviteToken, watchToken, organiserKey } = secrets;
  return (
    <Shell title="Links and key" narrow>
      <h1>Your federation is ready</h1>
      <div className="column">
        <Panel title="For participants">
          <Secret label="Invite link" value={addressOf(joinPath(federationId, inviteToken))} />
        </Panel>
        <Panel title="For spectators">
          <Secret label="Watch link" value={addressOf(watchPath(federationId, watchToken))} />
        </Panel>
        <Panel title="For you" hint="Whoever has this key can pause, stop, and remove clients. This browser keeps it for you.">
          <Secret label="Organiser key" value={organiserKey} />
        </Panel>
        <Group gap="sm">
          <Button component={Link} to={joinPath(federationId, inviteToken)}>
            Take part with this tab
          </Button>
          <Button component={Link} to={watchPath(federationId, watchToken)} variant="default">
            Open the dashboard
          </Button>
        </Group>
      </div>
    </Shell>
  );
}

function Secret({ label, value }: { readonly label: string; readonly value: string }) {
  return (
    <Group gap="sm" align="flex-end" wrap="nowrap">
      <TextInput label={label} value={value} readOnly style={{ flex: 1 }} onFocus={(event) => event.currentTarget.select()} />
      <CopyButton value={value}>
        {({ copied, copy }) => (
          <Button variant="default" onClick={copy} aria-label={`Copy ${label.toLowerCase()}`}>
            {copied ? "Copied" : "Copy"}
          </Button>
        )}
      </CopyButton>
    </Group>
  );
}
