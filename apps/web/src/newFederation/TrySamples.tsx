import type { SampleId } from "@duet/lora-core/scenarios/samples";
import { Button, Group } from "@mantine/core";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useAccount } from "../hooks/useAccount.ts";
import { useGo } from "../hooks/useGo.ts";
import { useTask } from "../hooks/useTask.ts";
import { federationPath } from "../lib/links.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { startSampleFederation } from "./startSampleFederation.ts";

/** A federation at a click, for who may create one. */
export function TrySamples() {
  const services = useServices();
  const go = useGo();
  const { state } = useAccount();
  const [sample, startSample] = useTask();
  if (state?.mayCreate === false) return null;

  const trySample = (id: SampleId) =>
    startSample(async () => {
      const { federationId, inviteToken } = await startSampleFederation(services, id);
      go(federationPath(federationId, inviteToken));
    });
  return (
    <>
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
    </>
  );
}
