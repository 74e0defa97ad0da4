import type { Offer } from "@duet/client/typedSocket";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { Task } from "@duet/lora-core/data/task";
import { isFitFor, PROPOSED_ON_HUB, proposedBase } from "@duet/lora-core/federation/defaultBase";
import { type BaseModel, bytesOf } from "@duet/lora-core/protocol/baseModel";
import { Box, Button, NativeSelect, SegmentedControl, TextInput } from "@mantine/core";
import { useState } from "react";
import { ModelFilesDrop } from "../connect/ModelFilesDrop.tsx";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useTask } from "../hooks/useTask.ts";
import { formatBytes, formatCount } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { Term } from "../ui/Term.tsx";
import { pickedName } from "./pickedName.ts";
import { words } from "./words.ts";

export interface BaseModelFieldProps {
  readonly model: BaseModel | null;
  /** What the model is for. */
  readonly task: Task["kind"];
  readonly offer: Offer;
  readonly onChange: (model: BaseModel | null) => void;
}

type Source = BaseModel["source"]["kind"];

const SOURCES: readonly Source[] = ["coordinator", "hub", "files"];

/** The frozen base: one that the coordinator serves, one on a hub, or files that every participant has. */
export function BaseModelField({ model, task, offer, onChange }: BaseModelFieldProps) {
  const [chosen, setChosen] = useState<Source>("coordinator");
  const source = model?.source.kind ?? chosen;
  const choose = (next: string) => {
    setChosen(SOURCES.find((known) => known === next) ?? "coordinator");
    onChange(next === "coordinator" ? proposedBase(offer.models, task) : null);
  };
  return (
    <div style={{ marginTop: 14 }}>
      <div className="fieldLabel">
        <Term term="base model">{words.baseModelField.baseModel}</Term>
      </div>
      <SegmentedControl
        aria-label={words.baseModelField.baseModel}
        value={source}
        onChange={choose}
        data={SOURCES.map((value) => ({ value, label: words.baseModelField.sources[value] }))}
        mb="sm"
      />
      {source === "coordinator" && <ServedModel model={model} offer={offer} onChange={onChange} />}
      {source === "hub" && <HubModel task={task} hub={offer.hub} onChange={onChange} />}
      {source === "files" && <PickedModel onChange={onChange} />}
      {model && <ModelFacts model={model} />}
    </div>
  );
}

function ServedModel({ model, offer, onChange }: Omit<BaseModelFieldProps, "task">) {
  const models = offer.models.filter((served) => isFitFor("label", served));
  return (
    <NativeSelect
      aria-label={words.baseModelField.baseModelServedHere}
      value={model?.name ?? ""}
      onChange={(event) => onChange(models.find(({ name }) => name === event.currentTarget.value) ?? null)}
      data={models.map(({ name }) => name)}
    />
  );
}

function HubModel({ task, hub, onChange }: Pick<BaseModelFieldProps, "task" | "onChange"> & { readonly hub: string }) {
  const services = useServices();
  const [address, setAddress] = useState(PROPOSED_ON_HUB[task]);
  const [looking, look] = useTask();
  const find = () =>
    look(async () => {
      onChange(null);
      onChange(await services.engine().describeHubModel(address, hub));
    });
  return (
    <>
      <div className="inputWithButton">
        <TextInput
          label={words.baseModelField.address}
          description={words.baseModelField.addressNote(new URL(hub).host)}
          placeholder="owner/name"
          value={address}
          onChange={(event) => {
            setAddress(event.currentTarget.value);
            onChange(null);
          }}
          onKeyDown={(event) => {
            if (event.key !== "Enter") return;
            event.preventDefault();
            find();
          }}
        />
        <Button variant="default" onClick={find} disabled={address.trim() === ""} loading={looking.kind === "busy"}>
          {words.baseModelField.lookItUp}
        </Button>
      </div>
      {looking.kind === "failed" && (
        <Box mt="sm">
          <FailureAlert failure={looking.failure} />
        </Box>
      )}
    </>
  );
}

function PickedModel({ onChange }: { readonly onChange: BaseModelFieldProps["onChange"] }) {
  const services = useServices();
  const [progress, setProgress] = useState<DownloadProgress | null>(null);
  const [reading, read] = useTask();
  const take = (files: readonly File[]) =>
    read(async () => {
      onChange(null);
      setProgress(null);
      onChange(await services.engine().describePickedModel(files, pickedName(files), setProgress));
    });
  return (
    <>
      <ModelFilesDrop onFiles={take} progress={reading.kind === "busy" ? progress : null} isBusy={reading.kind === "busy"}>
        {words.baseModelField.filesNote}
      </ModelFilesDrop>
      {reading.kind === "failed" && (
        <Box mt="sm">
          <FailureAlert failure={reading.failure} />
        </Box>
      )}
    </>
  );
}

function ModelFacts({ model }: { readonly model: BaseModel }) {
  const { family, parameters } = parseArchitecture(model.config);
  const facts = [
    words.baseModelField.families[family],
    words.baseModelField.parameters(formatCount(parameters)),
    words.baseModelField.size(formatBytes(bytesOf(model)), model.files.length),
  ];
  const { source } = model;
  return (
    <p className="muted small" style={{ margin: "8px 0 0", overflowWrap: "anywhere" }} role="status">
      {model.name}: {facts.join(common.listing.comma)}
      {source.kind === "hub" && words.baseModelField.atCommit(source.address.split("@").at(-1)?.slice(0, 12) ?? "")}
    </p>
  );
}
