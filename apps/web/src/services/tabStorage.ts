/**
 * What the page itself keeps in this browser, no rows among it: who this tab is (sessionStorage: this tab alone), which federations this
 * browser organises or has joined, and what came of those that are over (localStorage: any tab of this browser). What it has sent is in ledgerStore.ts; rows and adapters
 * are the worker's to keep (worker/clientStore.ts).
 */
import { type AskingClient, askingClient, clientIdentity, type IdentityStore } from "@duet/client/clientIdentity";
import { type Snapshot, snapshot } from "@duet/lora-core/protocol/snapshot";
import { z } from "zod";
import { type PastFederation, partingOf, pastFederation } from "./pastFederation.ts";

/** Records of version 1 had the other links too, which can be replaced elsewhere; they are asked for. */
const organiser = z.object({
  version: z.number().int().min(1).max(2).default(1),
  name: z.string().default(""),
  organiserKey: z.string(),
});
/** A federation that this browser organises: the code of its organiser link. */
export type OrganiserSecrets = z.output<typeof organiser>;

const joined = z.object({
  version: z.literal(1),
  name: z.string(),
  inviteToken: z.string(),
  /** Under which rows and adapters are kept; unknown before it was admitted, and of records from before it was noted. */
  clientId: z.string().nullable().default(null),
});

/** The team that this tab's client is: the secret of its link, and what was chosen. */
const team = z.object({ version: z.literal(1), secret: z.string(), every: z.number().int().min(1), tellsSize: z.boolean() });
export type KeptTeam = Omit<z.output<typeof team>, "version">;

/** A team that this tab helps: under which id its rows are kept. */
const helper = z.object({ version: z.literal(1), secret: z.string(), name: z.string(), rowsId: z.string() });
export type KeptHelper = Omit<z.output<typeof helper>, "version">;

/** A federation that this browser knows its way back to. */
export interface KnownFederation {
  readonly federationId: string;
  readonly name: string;
  readonly role: "organiser" | "client";
  /** The code after the # of the way back. */
  readonly token: string;
}

export interface TabStorage extends IdentityStore {
  organiser(federationId: string): OrganiserSecrets | null;
  saveOrganiser(federationId: string, secrets: Omit<OrganiserSecrets, "version">): void;
  forgetOrganiser(federationId: string): void;
  saveJoined(federationId: string, joined: { readonly name: string; readonly inviteToken: string }): void;
  /** Newest first. */
  past(): readonly PastFederation[];
  savePast(past: PastFederation): void;
  forgetPast(federationId: string): void;
  /** Whether the person uses what this client learned alone in place of what it serves. */
  usesAlone(federationId: string): boolean;
  saveUsesAlone(federationId: string, usesAlone: boolean): void;
  /** The client that this browser was or is in it, in whichever tab; null where it is not known. */
  clientOf(federationId: string): string | null;
  /** By name; one that this browser both organises and joined is there once, as the organiser's. */
  known(): readonly KnownFederation[];
  /** Of this tab alone, as its identity; null where its client is none. */
  team(federationId: string): KeptTeam | null;
  saveTeam(federationId: string, team: KeptTeam): void;
  helper(federationId: string): KeptHelper | null;
  saveHelper(federationId: string, helper: KeptHelper): void;
  forgetHelper(federationId: string): void;
  asking(federationId: string): AskingClient | null;
  /** What can be shown of it without the coordinator, to who is out of it or was in it to the end. */
  parting(federationId: string): Snapshot | null;
  /** The address of the coordinator that links are made of, as it was chosen in this tab; null where none was. */
  linkAddress(): string | null;
  saveLinkAddress(address: string): void;
}

export function createTabStorage(): TabStorage {
  return {
    // What is over can be come back to in any tab: nothing is trained that two of them could do at once.
    identity: (federationId) =>
      readStored(sessionStorage, identityKey(federationId), clientIdentity) ?? pastOf(federationId)?.identity ?? null,
    saveIdentity(value) {
      const { federationId, clientId } = value;
      sessionStorage.removeItem(askingKey(federationId));
      sessionStorage.setItem(identityKey(federationId), JSON.stringify(value));
      const known = readStored(localStorage, joinedKey(federationId), joined);
      if (known) localStorage.setItem(joinedKey(federationId), JSON.stringify({ ...known, clientId }));
    },
    forgetIdentity(federationId) {
      for (const key of [identityKey, askingKey, partingKey, teamKey]) sessionStorage.removeItem(key(federationId));
      localStorage.removeItem(joinedKey(federationId));
      const past = pastOf(federationId);
      if (past) savePast({ ...past, identity: null });
    },
    past: () =>
      idsOf(PAST)
        .flatMap((federationId) => pastOf(federationId) ?? [])
        .sort((a, b) => b.endedAt - a.endedAt),
    savePast,
    forgetPast: (federationId) => localStorage.removeItem(pastKey(federationId)),
    usesAlone: (federationId) => pastOf(federationId)?.usesAlone ?? false,
    saveUsesAlone(federationId, usesAlone) {
      const past = pastOf(federationId);
      if (past) savePast({ ...past, usesAlone });
    },
    clientOf: (federationId) =>
      readStored(sessionStorage, identityKey(federationId), clientIdentity)?.clientId ??
      pastOf(federationId)?.clientId ??
      readStored(localStorage, joinedKey(federationId), joined)?.clientId ??
      null,
    team: (federationId) => readStored(sessionStorage, teamKey(federationId), team),
    saveTeam: (federationId, value) => sessionStorage.setItem(teamKey(federationId), JSON.stringify({ version: 1, ...value })),
    helper: (federationId) => readStored(sessionStorage, helperKey(federationId), helper),
    saveHelper: (federationId, value) =>
      sessionStorage.setItem(helperKey(federationId), JSON.stringify({ version: 1, ...value })),
    forgetHelper: (federationId) => sessionStorage.removeItem(helperKey(federationId)),
    asking: (federationId) => readStored(sessionStorage, askingKey(federationId), askingClient),
    saveAsking: (asking) => sessionStorage.setItem(askingKey(asking.federationId), JSON.stringify(asking)),
    parting(federationId) {
      const past = pastOf(federationId);
      return readStored(sessionStorage, partingKey(federationId), snapshot) ?? (past?.identity ? partingOf(past) : null);
    },
    saveParting: (last) =>
      sessionStorage.setItem(
        partingKey(last.federationId),
        JSON.stringify({ ...last, clients: [], rounds: [], events: [], openRound: null }),
      ),
    organiser: (federationId) => readStored(localStorage, organiserKey(federationId), organiser),
    saveOrganiser: (federationId, secrets) =>
      localStorage.setItem(organiserKey(federationId), JSON.stringify({ version: 2, ...secrets })),
    forgetOrganiser: (federationId) => localStorage.removeItem(organiserKey(federationId)),
    saveJoined: (federationId, value) => localStorage.setItem(joinedKey(federationId), JSON.stringify({ version: 1, ...value })),
    known: knownFederations,
    linkAddress: () => readStored(sessionStorage, LINK_ADDRESS, z.string()),
    saveLinkAddress: (address) => sessionStorage.setItem(LINK_ADDRESS, JSON.stringify(address)),
  };
}

function knownFederations(): readonly KnownFederation[] {
  const known = new Map<string, KnownFederation>();
  for (const federationId of idsOf(JOINED)) {
    const found = readStored(localStorage, joinedKey(federationId), joined);
    if (found) known.set(federationId, { federationId, name: found.name, role: "client", token: found.inviteToken });
  }
  for (const federationId of idsOf(ORGANISER)) {
    const found = readStored(localStorage, organiserKey(federationId), organiser);
    if (found) known.set(federationId, { federationId, name: found.name, role: "organiser", token: found.organiserKey });
  }
  return [...known.values()].sort((a, b) => a.name.localeCompare(b.name));
}

const ORGANISER = "duet:organiser:";
const JOINED = "duet:joined:";
const PAST = "duet:past:";
const LINK_ADDRESS = "duet:link-address";
const identityKey = (federationId: string) => `duet:member:${federationId}`;
const askingKey = (federationId: string) => `duet:asking:${federationId}`;
const teamKey = (federationId: string) => `duet:team:${federationId}`;
const helperKey = (federationId: string) => `duet:helper:${federationId}`;
const partingKey = (federationId: string) => `duet:parting:${federationId}`;
const organiserKey = (federationId: string) => `${ORGANISER}${federationId}`;
const joinedKey = (federationId: string) => `${JOINED}${federationId}`;
const pastKey = (federationId: string) => `${PAST}${federationId}`;

const pastOf = (federationId: string): PastFederation | null => readStored(localStorage, pastKey(federationId), pastFederation);
const savePast = (past: PastFederation): void => localStorage.setItem(pastKey(past.federationId), JSON.stringify(past));

const idsOf = (prefix: string): readonly string[] =>
  Object.keys(localStorage).flatMap((key) => (key.startsWith(prefix) ? [key.slice(prefix.length)] : []));

/** What is stored there, where it is of this form; null otherwise. */
export function readStored<S extends z.ZodType>(storage: Storage, key: string, schema: S): z.output<S> | null {
  try {
    return schema.parse(JSON.parse(storage.getItem(key) ?? "null"));
  } catch {
    return null;
  }
}
