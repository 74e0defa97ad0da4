import { loadPart } from "@duet/client/loadPart";
import type { SampleId } from "@duet/lora-core/scenarios/samples";
import { Button } from "@mantine/core";
import { IconPlayerPlay } from "@tabler/icons-react";
import { Link } from "react-router";
import { useServices } from "../../hooks/ServicesContext.tsx";
import { useAccount } from "../../hooks/useAccount.ts";
import { useGo } from "../../hooks/useGo.ts";
import { useTask } from "../../hooks/useTask.ts";
import { withWords } from "../../lib/language.ts";
import { federationPath, NEW_FEDERATION_PATH } from "../../lib/links.ts";
import { FailureAlert } from "../../ui/FailureAlert.tsx";
import { Term } from "../../ui/Term.tsx";
import { words } from "./words.ts";

/** A whole federation at a click, for who may create one: it waits for nobody. */
export function TrySamples() {
  const services = useServices();
  const go = useGo();
  const { state } = useAccount();
  const [sample, startSample] = useTask();
  if (state?.mayCreate === false) {
    return <p className="muted">{words.notSignedIn(<Link to={NEW_FEDERATION_PATH}>{words.signIn}</Link>)}</p>;
  }

  const isBusy = sample.kind === "busy";
  const trySample = (id: SampleId) =>
    startSample(async () => {
      // Its methods, models and words are no part of the first page.
      const { startSampleFederation } = await loadPart(() => withWords(() => import("../startSampleFederation.ts")));
      const { federationId, inviteToken } = await startSampleFederation(services, id);
      go(federationPath(federationId, inviteToken));
    });
  return (
    <div className="try">
      <Button size="md" leftSection={<IconPlayerPlay size={16} />} loading={isBusy} onClick={() => trySample("medical")}>
        {words.watchItLearn}
      </Button>
      <p className="muted small">
        {words.whatItIs(
          <Term term="federation" />,
          <button type="button" className="asLink" disabled={isBusy} onClick={() => trySample("logs")}>
            {words.systemLogs}
          </button>,
        )}
      </p>
      {sample.kind === "failed" && <FailureAlert failure={sample.failure} />}
    </div>
  );
}
