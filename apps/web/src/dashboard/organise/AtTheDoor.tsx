import type { OrganiserView } from "@duet/lora-core/protocol/organiserView";
import { Group } from "@mantine/core";
import type { Organiser } from "../../hooks/useOrganiser.ts";
import { formatClock } from "../../lib/format.ts";
import { tightText } from "../../lib/tightDevices.ts";
import { RowAction } from "../../ui/RowAction.tsx";
import { words } from "./words.ts";

export interface AtTheDoorProps {
  readonly waiting: OrganiserView["waiting"];
  readonly organiser: Organiser;
}

/** Who waits to be let in, for the organiser to answer. Nothing while nobody does. */
export function AtTheDoor({ waiting, organiser }: AtTheDoorProps) {
  if (waiting.length === 0) return null;
  const { task, send } = organiser;
  const button = (text: string, name: string, onClick: () => void) => (
    <RowAction label={text} name={words.accessPanel.named(text, name)} isBusy={task.kind === "busy"} onClick={onClick} />
  );
  return (
    <table className="plain cards" aria-label={words.accessPanel.waitingToBeLetIn}>
      <thead>
        <tr>
          <th>{words.accessPanel.waiting}</th>
          <th>{words.accessPanel.device}</th>
          <th>{words.accessPanel.since}</th>
          <th>
            <span className="visuallyHidden">{words.accessPanel.answer}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {waiting.map(({ id, name, device, askedAt }) => (
          <tr key={id}>
            <td data-label={words.accessPanel.waiting}>{name}</td>
            <td data-label={words.accessPanel.device}>
              {device ? `${device.description || device.backend}${tightText(device)}` : words.accessPanel.notTold}
            </td>
            <td data-label={words.accessPanel.since}>{formatClock(askedAt)}</td>
            <td className="wide">
              <Group gap="xs">
                {button(words.accessPanel.letIn, name, () => send({ kind: "admit", waitingId: id }))}
                {button(words.accessPanel.decline, name, () => send({ kind: "decline", waitingId: id }))}
              </Group>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
