import type { Offer } from "@duet/client/coordinatorClient";
import { Button, Group } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { Shell } from "../app/Shell.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { type AccountHandle, useAccount } from "../hooks/useAccount.ts";
import { useGo } from "../hooks/useGo.ts";
import { useStore } from "../hooks/useStore.ts";
import { useTask } from "../hooks/useTask.ts";
import { createdPath } from "../lib/links.ts";
import { BasicFields, MethodFields, TaskFields } from "../newFederation/FederationFields.tsx";
import { type FederationForm, initialForm, toConfig } from "../newFederation/federationForm.ts";
import { InitialAdapter } from "../newFederation/InitialAdapter.tsx";
import { randomSeed } from "../newFederation/randomSeed.ts";
import { SignedInAs } from "../newFederation/SignedInAs.tsx";
import { SignIn } from "../newFederation/SignIn.tsx";
import { AccessFields } from "../ui/AccessFields.tsx";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Panel } from "../ui/Panel.tsx";

export function NewFederationPage() {
  const status = useStore(useServices().coordinator.status);
  const account = useAccount();
  return (
    <Shell title="New federation" narrow>
      <h1 style={{ marginTop: 0 }}>New federation</h1>
      <Content offer={status.kind === "ready" ? status.offer : null} account={account} />
    </Shell>
  );
}

function Content({ offer, account }: { readonly offer: Offer | null; readonly account: AccountHandle }) {
  const { state, failure } = account;
  if (failure !== null) return <FailureAlert failure={failure} />;
  if (state !== null && !state.mayCreate) return <SignIn account={account} ways={state.signIn} />;
  if (offer === null || state === null) return <p className="muted">Asking the coordinator for its base models.</p>;
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
  const [form, setForm] = useState(() => initialForm(offer.models));
  const [creating, create] = useTask();
  const [seed] = useState(randomSeed);
  const result = toConfig(form, seed);
  const change = (part: Partial<FederationForm>) => setForm((current) => ({ ...current, ...part }));

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
    <form onSubmit={submit} className="column">
      <BasicFields {...fields} offer={offer} />
      <TaskFields {...fields} offer={offer} />
      <MethodFields {...fields} />
      <Panel title="Who comes in" hint="All of it can be changed later.">
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
      {creating.kind === "failed" && <FailureAlert failure={creating.failure} />}
      <Group>
        <Button type="submit" size="md" disabled={!result.ok} loading={creating.kind === "busy"}>
          Create federation
        </Button>
        {!result.ok && <span className="muted small">{result.problem}</span>}
      </Group>
    </form>
  );
}
