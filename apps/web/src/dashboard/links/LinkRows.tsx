import type { LinkRole, LinkView, OrganiserView } from "@duet/lora-core/protocol/organiserView";
import { Group } from "@mantine/core";
import type { Organiser } from "../../hooks/useOrganiser.ts";
import { addressOf } from "../../lib/baseUrl.ts";
import { formatDay } from "../../lib/format.ts";
import { joinPath, organisePath, watchPath } from "../../lib/links.ts";
import { ConfirmButton } from "../../ui/ConfirmButton.tsx";
import { CopyText } from "../../ui/CopyText.tsx";
import { RowAction } from "../../ui/RowAction.tsx";
import { words } from "./words.ts";

const PATHS: Readonly<Record<LinkRole, (id: string, code: string) => string>> = {
  invite: joinPath,
  watch: watchPath,
  organiser: organisePath,
};
const ROLES: readonly LinkRole[] = ["invite", "watch", "organiser"];

export interface LinkRowsProps {
  readonly federationId: string;
  readonly links: OrganiserView["links"];
  readonly organiser: Organiser;
  /** Of the coordinator. */
  readonly base: string;
}

/** Every link of a federation: how long it is good, and what can be done with it. */
export function LinkRows({ federationId, links, organiser, base }: LinkRowsProps) {
  return (
    <table className="plain cards">
      <thead>
        <tr>
          <th>{words.linkRows.link}</th>
          <th>{words.linkRows.goodUntil}</th>
          <th>
            <span className="visuallyHidden">{words.linkRows.whatCanBeDoneWith}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {ROLES.map((role) => {
          const { token } = links[role];
          const address = token === null ? null : addressOf(PATHS[role](federationId, token), base);
          return (
            <LinkRow
              key={role}
              role={role}
              label={words.linkRows.roles[role]}
              link={links[role]}
              address={address}
              organiser={organiser}
            />
          );
        })}
      </tbody>
    </table>
  );
}

interface LinkRowProps {
  readonly role: LinkRole;
  readonly label: string;
  readonly link: LinkView;
  readonly address: string | null;
  readonly organiser: Organiser;
}

function LinkRow({ role, label, link, address, organiser }: LinkRowProps) {
  const { task, send } = organiser;
  const name = label.toLowerCase();
  const isHandedOut = link.token !== null || link.hasOlder;
  const button = (text: string, onClick: () => void) => (
    <RowAction label={text} name={words.linkRows.actionOn(text, name)} isBusy={task.kind === "busy"} onClick={onClick} />
  );
  const asking = (text: string, warning: string, onConfirm: () => void) => (
    <ConfirmButton
      label={text}
      name={words.linkRows.actionOn(text, name)}
      warning={warning}
      disabled={task.kind === "busy"}
      onConfirm={onConfirm}
    />
  );
  return (
    <tr>
      <td data-label={words.linkRows.link}>{label}</td>
      <td data-label={words.linkRows.goodUntil}>{untilWords(link)}</td>
      <td className="wide">
        <Group gap="xs">
          {address !== null && (
            <CopyText value={address}>
              {({ isCopied, copy }) => button(isCopied ? words.linkRows.copied : words.linkRows.copy, copy)}
            </CopyText>
          )}
          {isHandedOut
            ? asking(words.linkRows.newLink, words.linkRows.newLinkWarning[role], () => send({ kind: "rotateLink", role }))
            : button(words.linkRows.newLink, () => send({ kind: "rotateLink", role }))}
          {link.token !== null && button(words.linkRows.extend, () => send({ kind: "extendLink", role }))}
          {role !== "organiser" &&
            isHandedOut &&
            asking(words.linkRows.withdraw, words.linkRows.withdrawWarning[role], () => send({ kind: "revokeLink", role }))}
        </Group>
      </td>
    </tr>
  );
}

function untilWords({ token, expiresAt, hasOlder }: LinkView): string {
  if (token === null || expiresAt === null) return hasOlder ? words.linkRows.noEndMadeByAn : words.linkRows.withdrawn;
  return hasOlder ? words.linkRows.andOlder(formatDay(expiresAt)) : formatDay(expiresAt);
}
