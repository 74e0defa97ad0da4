import type { Offer } from "@duet/client/typedSocket";
import type { DeviceClass } from "@duet/lora-core/federation/federationDefaults";
import { Button } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { useLocation } from "react-router";
import { Shell } from "../app/Shell.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { type AccountHandle, useAccount } from "../hooks/useAccount.ts";
import { useDeviceLimits } from "../hooks/useDeviceLimits.ts";
import { useGo } from "../hooks/useGo.ts";
import { useStore } from "../hooks/useStore.ts";
import { useTask } from "../hooks/useTask.ts";
import type { AgainState } from "../lib/federation/again.ts";
import { createdPath } from "../lib/links.ts";
import { BasicFields } from "../newFederation/BasicFields.tsx";
import { FineFields } from "../newFederation/FineFields.tsx";
import type { FederationForm } from "../newFederation/federationForm.ts";
import { formAgain } from "../newFederation/formAgain.ts";
import { InitialAdapter } from "../newFederation/InitialAdapter.tsx";
import { initialForm } from "../newFederation/initialForm.ts";
import { MethodField } from "../newFederation/MethodField.tsx";
import { PrivacyField } from "../newFederation/PrivacyField.tsx";
import { proposedDevices } from "../newFederation/proposedDevices.ts";
import { randomSeed } from "../newFederation/randomSeed.ts";
import { SignedInAs } from "../newFederation/SignedInAs.tsx";
import { SignIn } from "../newFederation/SignIn.tsx";
import { SizeFields } from "../newFederation/SizeFields.tsx";
import { TaskFields } from "../newFederation/TaskFields.tsx";
import { toConfig } from "../newFederation/toConfig.ts";
import { WhatItTakes } from "../newFederation/WhatItTakes.tsx";
import { words } from "../newFederation/words.ts";
import { AccessFields } from "../ui/AccessFields.tsx";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";

export function NewFederationPage() {
  const status = useStore(useServices().coordinator.status);
  const account = useAccount();
  return (
    <Shell title={words.newFederationPage.newFederation}>
      <h1>{words.newFederationPage.newFederation}</h1>
      <p className="lead" style={{ margin: "8px 0 32px" }}>
        {words.newFederationPage.lead}
      </p>
      <Content offer={status.kind === "ready" ? status.offer : null} account={account} />
    </Shell>
  );
}

function Content({ offer, account }: { readonly offer: Offer | null; readonly account: AccountHandle }) {
  const { state, failure } = account;
  if (failure !== null) return <FailureAlert failure={failure} />;
  if (state !== null && !state.mayCreate) return <SignIn account={account} ways={state.signIn} />;
  if (offer === null || state === null) return <p className="muted">{words.newFederationPage.askingForModels}</p>;
  return (
    <>
      {state.account && <SignedInAs account={account} name={state.account.name} />}
      <NewFederationForm offer={offer} />
    </>
  );
}

function NewFederationForm({ offer }: { readonly offer: Offer }) {
  const { coordinator, storage } = useServices();
  const go = useGo();
  const { state } = useLocation();
  const [filled, setFilled] = useState(() => filledAgain(state) ?? initialForm(offer.models));
  const [devices, setDevices] = useState<DeviceClass | null>(() => filledAgain(state)?.devices ?? null);
  const limits = useDeviceLimits();
  const [creating, create] = useTask();
  const [seed] = useState(randomSeed);
  const form = { ...filled, devices: devices ?? proposedDevices(filled, limits) };
  const result = toConfig(form, seed);
  const change = (part: Partial<FederationForm>) => {
    if (part.devices) setDevices(part.devices);
    setFilled((current) => ({ ...current, ...part }));
  };

  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!result.ok) return;
    create(async () => {
      const { config } = result;
      const { joining, listing } = form;
      const created = await coordinator.createFederation({ config, joining, listing }, form.initial?.blob ?? null);
      const { federationId, organiserKey } = created;
      storage.saveOrganiser(federationId, { name: config.name, organiserKey });
      go(createdPath(federationId));
    });
  };
  const fields = { form, onChange: change };
  return (
    <form onSubmit={submit} className="joining">
      <div className="column choicesColumn">
        <Step number={1} title={words.newFederationPage.whatShouldItLearn}>
          <TaskFields {...fields} offer={offer} />
          <BasicFields {...fields} offer={offer} />
        </Step>
        <Step number={2} title={words.newFederationPage.whatMayTheCoordinatorSee}>
          <p className="soft">{words.newFederationPage.privacyLead}</p>
          <PrivacyField {...fields} />
        </Step>
        <Step number={3} title={words.newFederationPage.whoGetsWhichModel}>
          <MethodField {...fields} />
        </Step>
        <Step number={4} title={words.newFederationPage.howLongAndWithHow}>
          <Panel title={words.newFederationPage.roundsAndClients}>
            <SizeFields {...fields} />
            <details className="more">
              <summary>{words.newFederationPage.more}</summary>
              <FineFields {...fields} />
            </details>
          </Panel>
          <Panel title={words.newFederationPage.whoComesIn} hint={words.newFederationPage.accessHint}>
            <AccessFields
              joining={form.joining}
              listing={form.listing}
              onJoining={(joining) => change({ joining })}
              onListing={(listing) => change({ listing })}
            />
          </Panel>
          {form.model && (
            <InitialAdapter
              key={form.model.name}
              model={form.model}
              initial={form.initial}
              onChange={(initial) => change({ initial })}
            />
          )}
        </Step>
      </div>
      <div className="column sticky">
        <Panel title={words.newFederationPage.whatThisWillTake}>
          <WhatItTakes config={result.ok ? result.config : null} />
          {creating.kind === "failed" && <FailureAlert failure={creating.failure} />}
          <Button type="submit" size="md" fullWidth disabled={!result.ok} loading={creating.kind === "busy"}>
            {words.newFederationPage.createFederation}
          </Button>
          <p className="muted small" role="status">
            {result.ok ? words.newFederationPage.next : result.problem}
          </p>
        </Panel>
      </div>
    </form>
  );
}

/** As the federation was that its organiser creates again; null for one of its own. */
function filledAgain(state: unknown): FederationForm | null {
  const { again } = (state ?? {}) as Partial<AgainState>;
  return again ? formAgain(again) : null;
}

interface StepProps {
  readonly number: number;
  readonly title: string;
  readonly children: ReactNode;
}

/** One of the choices that make a federation. */
function Step({ number, title, children }: StepProps) {
  return (
    <section className="column" aria-labelledby={`choice-${number}`}>
      <h2 className="large" id={`choice-${number}`}>
        <span className="stepNumber" aria-hidden="true">
          {number}
        </span>
        {title}
      </h2>
      {children}
    </section>
  );
}
