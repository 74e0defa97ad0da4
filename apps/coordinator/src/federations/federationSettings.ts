/** What the organiser may change about a federation at any time: its links, who may join, whether it is listed. On disk before it holds. */
import type { RequestOf } from "@duet/lora-core/protocol/messages";
import type { LinkRole, LinkView, OrganiserView } from "@duet/lora-core/protocol/organiserView";
import type { Clock } from "../ports/clock.ts";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { LinkCodes } from "./linkCodes.ts";
import { extended, revoked, rotated } from "./links.ts";

type Action = RequestOf<"federation:control">["action"];
const KINDS = ["rotateLink", "revokeLink", "extendLink", "setJoining", "setListing"] as const;
export type SettingsAction = Extract<Action, { kind: (typeof KINDS)[number] }>;

export const isSettingsAction = (action: Action): action is SettingsAction => KINDS.some((kind) => kind === action.kind);

export interface FederationSettings {
  /** As it is now. */
  readonly record: FederationRecord;
  change(action: SettingsAction): Promise<void>;
  links(): Promise<OrganiserView["links"]>;
}

export interface SettingsParts {
  readonly record: FederationRecord;
  readonly codes: LinkCodes;
  readonly clock: Clock;
  readonly save: (record: FederationRecord) => Promise<void>;
}

export function createFederationSettings({ record: first, codes, clock, save }: SettingsParts): FederationSettings {
  let record = first;

  async function link(role: LinkRole): Promise<LinkView> {
    const { generation, expiresAt, olderHash } = record.links[role];
    const { federationId } = record;
    const token = expiresAt === null ? null : await codes.sign({ federationId, role, generation, expiresAt });
    return { token, expiresAt, hasOlder: olderHash !== null };
  }

  return {
    get record() {
      return record;
    },
    async change(action) {
      const next = changed(record, action, clock.now());
      await save(next);
      record = next;
    },
    async links() {
      const [invite, watch, organiser] = await Promise.all([link("invite"), link("watch"), link("organiser")]);
      return { invite, watch, organiser };
    },
  };
}

function changed(record: FederationRecord, action: SettingsAction, now: number): FederationRecord {
  switch (action.kind) {
    case "rotateLink":
      return { ...record, links: rotated(record.links, action.role, now) };
    case "revokeLink":
      return { ...record, links: revoked(record.links, action.role) };
    case "extendLink":
      return { ...record, links: extended(record.links, action.role, now) };
    case "setJoining":
      return { ...record, joining: action.joining };
    case "setListing":
      return { ...record, listing: action.listing };
  }
}
