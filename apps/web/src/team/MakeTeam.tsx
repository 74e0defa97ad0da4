import { whyNoTeam } from "@duet/client/team/teamRefusal";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { Button, Checkbox, NumberInput } from "@mantine/core";
import { useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { words } from "./words.ts";

export interface MakeTeamProps {
  readonly federationId: string;
  readonly config: FederationConfig;
}

/** Lets several devices be the client that this tab is. */
export function MakeTeam({ federationId, config }: MakeTeamProps) {
  const services = useServices();
  const [every, setEvery] = useState(1);
  const [tellsSize, setTellsSize] = useState(false);
  const [making, make] = useTask();
  const refused = whyNoTeam(config);
  return (
    <details className="quiet">
      <summary>{words.makeTeam.summary}</summary>
      {refused !== null ? (
        <p className="small">{words.makeTeam.refused[refused]}</p>
      ) : (
        <>
          <p className="small">{words.makeTeam.what}</p>
          <NumberInput
            label={words.makeTeam.every}
            description={words.makeTeam.everyHint}
            value={every}
            onChange={(value) => setEvery(Number(value))}
            min={1}
            max={1000}
            allowDecimal={false}
          />
          <Checkbox
            mt="sm"
            label={words.makeTeam.tellsSize}
            checked={tellsSize}
            onChange={(event) => setTellsSize(event.currentTarget.checked)}
          />
          <Button
            mt="sm"
            size="xs"
            loading={making.kind === "busy"}
            disabled={!(every >= 1)}
            onClick={() => make(() => services.makeTeam(federationId, { every, tellsSize }))}
          >
            {words.makeTeam.make}
          </Button>
          {making.kind === "failed" && <FailureAlert failure={making.failure} />}
        </>
      )}
    </details>
  );
}
