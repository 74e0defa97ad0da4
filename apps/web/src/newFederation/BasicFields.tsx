import { isFitFor } from "@duet/lora-core/federation/defaultBase";
import type { DeviceClass } from "@duet/lora-core/federation/federationDefaults";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { NativeSelect, TextInput } from "@mantine/core";
import { MemoryNote } from "../connect/MemoryNote.tsx";
import { Panel } from "../ui/Panel.tsx";
import { BaseModelField } from "./BaseModelField.tsx";
import { devicesNote } from "./choiceNotes.ts";
import { settingsFor } from "./federationForm.ts";
import { chosenDevices, deviceChoices } from "./formChoices.ts";
import { type FieldsOfOfferProps, said } from "./formFields.tsx";
import { words } from "./words.ts";

/** What it is called, on which base, and for which devices. */
export function BasicFields({ form, offer, onChange }: FieldsOfOfferProps) {
  const changeModel = (model: BaseModel | null) => {
    const kind = !model || isFitFor(form.kind, model) ? form.kind : "label";
    onChange({ model, kind, initial: null });
  };
  const settings = settingsFor(form);
  const unlessChosen = (devices: DeviceClass) => (form.devices === devices ? null : settingsFor({ ...form, devices }));
  return (
    <Panel title={words.federationFields.nameAndBaseModel}>
      <div className="fields">
        <TextInput
          label={words.federationFields.name}
          value={form.name}
          maxLength={60}
          required
          onChange={(event) => onChange({ name: event.currentTarget.value })}
        />
        <NativeSelect
          label={words.federationFields.devicesThatTakePart}
          {...said(devicesNote(form))}
          value={form.devices}
          data={deviceChoices()}
          onChange={(event) => onChange({ devices: chosenDevices(event.currentTarget.value) })}
        />
      </div>
      <BaseModelField model={form.model} task={form.kind} offer={offer} onChange={changeModel} />
      {settings && (
        <MemoryNote settings={settings} place={{ kind: "form", smaller: unlessChosen("small"), usual: unlessChosen("usual") }} />
      )}
    </Panel>
  );
}
