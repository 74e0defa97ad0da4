/** What is refused in a secure sum: of a coordinator that is not honest, or of a client that lies. */
import type { Saying } from "../sayings/saying.ts";

/** After what too few are left. */
export type SumPart = "keys" | "phase" | "agreeing";
const PARTS: Readonly<Record<SumPart, string>> = { keys: "keys", phase: "a phase", agreeing: "agreeing" };

/** What comes once in an attempt. */
export type SumList = "keys" | "clients" | "survivors";
const LISTS: Readonly<Record<SumList, string>> = {
  keys: "list of keys",
  clients: "set of clients",
  survivors: "set of survivors",
};

export const SECURE_SENTENCES = {
  strangerInSum: (client: string) => `Nobody here knows a client ${client}`,
  keysNotSigned: (client: string) => `The keys of ${client} for this attempt are not signed by it`,
  keyRepeated: (client: string, owner: string) => `${client} has a key that ${owner} has already`,
  sumTooLarge: (clients: number, most: number) => `${clients} clients are too many for a sum of ${most}, which could overflow`,
  tooFewLeft: (part: SumPart, have: number, needed: number) =>
    `Only ${have} clients are left after ${PARTS[part]}, ${needed} are needed`,
  notInPhaseBefore: (client: string) => `${client} was not in the phase before`,
  notInPhase: (client: string) => `${client} is not in this phase`,
  survivorsNotSigned: (client: string) => `${client} did not sign these survivors`,
  notAmongSurvivors: (client: string) => `${client} is not among the survivors`,
  sharesAltered: (from: string) => `The shares from ${from} are not what it sent for this attempt`,
  sharesNotCommitted: (from: string) => `${from} sent other shares than it committed itself to`,
  sharesToOthers: (client: string) => `${client} sent shares to others than its neighbours`,
  sharesOfOthers: () => "The shares that came are not those of this client's neighbours",
  shareNotGiven: (holder: string) => `${holder} sent another share than it was given`,
  bothSecrets: (holder: string, of: string) => `${holder} sent shares of both secrets of ${of}`,
  sharesNotAsked: (holder: string) => `${holder} sent shares of others than it was asked for`,
  weakKey: (client: string) => `The key of ${client} would make no secret`,
  notItsTurn: (step: string) => `It is not the turn of "${step}"`,
  stepNotItsTurn: () => "The coordinator asked for a step whose turn it is not",
  twoMessages: (client: string) => `${client} sent two different messages in one phase`,
  secondList: (list: SumList) => `The coordinator sent a second ${LISTS[list]} in one attempt`,
  inSumAlready: (round: number) => `This client's update is in a sum of round ${round} already`,
  attemptOver: (attempt: number, round: number) => `Attempt ${attempt} of round ${round} was made before, or is over`,
  leftOutOfKeys: () => "The coordinator left this client out of the list of keys",
  ownKeysAltered: () => "The coordinator altered this client's own keys",
  goesOnWithout: () => "The coordinator goes on without this client",
  sumMessageUnread: (cause: string) => `A message of the secure sum could not be read: ${cause}`,
} as const;

export type SecureSaying = Saying<typeof SECURE_SENTENCES>;
