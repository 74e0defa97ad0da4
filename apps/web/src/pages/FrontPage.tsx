import type { SampleId } from "@duet/lora-core/scenarios/samples";
import { Button, Group, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Link } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { FederationList } from "../front/FederationList.tsx";
import { KnownFederations } from "../front/KnownFederations.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useGo } from "../hooks/useGo.ts";
import { useTask } from "../hooks/useTask.ts";
import { federationPath, readLink } from "../lib/links.ts";
import { startSampleFederation } from "../newFederation/startSampleFederation.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";

export function FrontPage() {
  const services = useServices();
  const go = useGo();
  const [hasLink, setHasLink] = useState(false);
  const [sample, startSample] = useTask();

  const trySample = (id: SampleId) =>
    startSample(async () => {
      const { federationId, inviteToken } = await startSampleFederation(services, id);
      go(federationPath(federationId, inviteToken));
    });

  return (
    <Shell title={null}>
      <div className="hero">
        <h1>Fine-tune a language model together.</h1>
        <p className="muted" style={{ fontSize: 18, margin: "0 0 24px" }}>
          Your data stays in this tab.
        </p>
        <Group gap="sm">
          <Button component={Link} to="/new" size="md">
            Start a federation
          </Button>
          <Button size="md" variant="default" onClick={() => setHasLink(true)} aria-expanded={hasLink}>
            I have a link
          </Button>
        </Group>
        {hasLink && <LinkForm />}
        <Group gap="sm" mt={28} align="center">
          <span className="muted">Try it now</span>
          <Button variant="default" loading={sample.kind === "busy"} onClick={() => trySample("medical")}>
            Medical terms
          </Button>
          <Button variant="default" loading={sample.kind === "busy"} onClick={() => trySample("logs")}>
            System logs
          </Button>
          <span className="muted small">opens a federation on sample data, and this tab joins it</span>
        </Group>
        {sample.kind === "failed" && <FailureAlert failure={sample.failure} />}
      </div>
      <div className="column">
        <KnownFederations />
        <FederationList />
      </div>
    </Shell>
  );
}

function LinkForm() {
  const go = useGo();
  const [text, setText] = useState("");
  const [error, setError] = useState<string | null>(null);
  const open = (event: FormEvent) => {
    event.preventDefault();
    const link = readLink(text);
    if ("path" in link) go(link.path);
    else setError(link.problem);
  };
  return (
    <form onSubmit={open}>
      <Group gap="sm" mt="md" align="flex-end">
        <TextInput
          label="Invite, watch or organiser link"
          value={text}
          onChange={(event) => setText(event.currentTarget.value)}
          error={error}
          autoFocus
          style={{ flex: "1 1 280px", maxWidth: 560 }}
        />
        <Button type="submit" variant="default">
          Open
        </Button>
      </Group>
    </form>
  );
}
