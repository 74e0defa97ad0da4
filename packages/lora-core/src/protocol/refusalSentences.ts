/** Why a coordinator does not do what it was asked for. Of choices, models and fields that do not fit it says what their own tables say. */

import type { Saying } from "../sayings/saying.ts";
import { EXITS, type Exit } from "./exits.ts";
import type { LinkRole } from "./organiserView.ts";

/** What fails where a stranger tries too many. */
export type WrongSecrets = "operatorKey" | "organiserKey" | "link" | "resumeToken";

const WRONG: Readonly<Record<WrongSecrets, string>> = {
  operatorKey: "operator keys",
  organiserKey: "organiser keys",
  link: "links",
  resumeToken: "clients' secrets",
};

/** What an address or an account may do so often. */
export type Counted = "federation" | "handshake" | "join" | "message" | "upload" | "refusalLogged" | "signIn";

const COUNTED: Readonly<Record<Counted, string>> = {
  federation: "New federations",
  handshake: "New connections",
  join: "Joins",
  message: "Messages",
  upload: "Uploads",
  refusalLogged: "Refusals",
  signIn: "Tries to sign in",
};

/** What a method is not made for. */
export type Unfit = "task" | "robust" | "sum";

export const REFUSAL_SENTENCES = {
  // Whatever is asked for.
  wentWrong: () => "Something went wrong on the coordinator",
  otherProtocol: (client: number, coordinator: number) =>
    `This client speaks version ${client}, the coordinator ${coordinator}; reload the page`,
  noSuchMessage: () => "There is no such message",
  helloFirst: () => "The first message must be session:hello",
  tooManyMessages: () => "Too many messages; slow down",
  messagesFromAddress: () => "Too many messages come from this address",
  tooFast: (counted: Counted) => `${COUNTED[counted]} from this address or account come too fast`,
  connectionsOpen: (limit: number) => `This address has ${limit} connections open already; --sockets-per-address allows more`,

  pageElsewhere: (page: string, reached: string, next: string) =>
    `This page was opened at ${page}, but the coordinator was reached as ${reached} and takes no other page. ${next}`,
  openThere: () => "Open it from the coordinator itself.",
  trustProxy: (proxy: string, page: string) =>
    `Whoever runs it starts it with --trust-proxy ${proxy} (the proxy there names the right address), or with --origin ${page}.`,
  allowOrigin: (page: string) => `Whoever runs it starts it with --origin ${page}, or lets the proxy pass the Host header on.`,

  // Who may do it.
  wrongLink: () => "This link opens no federation here",
  noClientCode: () => "This is not the code of a client",
  needsLink: (role: LinkRole) => `This needs the ${role} link`,
  linkWithdrawn: () => "This link was withdrawn; ask the organiser for a new one",
  linkReplaced: () => "This link was replaced; ask the organiser for the new one",
  linkTooOld: () => "This link is too old; ask the organiser for a new one",
  lockedForMinutes: (wrong: WrongSecrets, minutes: number) =>
    `Too many wrong ${WRONG[wrong]} came from this address; it may try again in ${minutes} minutes`,
  lockedForSeconds: (wrong: WrongSecrets, seconds: number) =>
    `Too many wrong ${WRONG[wrong]} came from this address; it may try again in ${seconds} seconds`,
  keyAsked: () => "Signing in takes the operator key",
  wrongOperatorKey: () => "This is not the operator key of this coordinator",
  providerFailed: (cause: string) => `Signing in with the provider failed (${cause})`,
  accountRefused: () => "This account may not create federations here",
  createsOnlyHere: () =>
    "Only a browser or program on the coordinator's own machine may create federations here, and this request came through a proxy",
  createsSignedIn: () => "Only who is signed in may create federations here",
  figuresForOperator: () => "Figures are for the operator: ask with Authorization: Bearer and the operator key",

  // Federations.
  noFederation: () => "There is no such federation here",
  federationMoved: () => "This federation has just moved to another node of the coordinator; try again",
  federationsFull: (most: number) => `This coordinator already holds ${most} federations`,
  draftsFull: () => "Too many federations wait for their adapters; try later",
  stillRunning: () => "This federation is still running",
  hasEnded: () => "This federation has ended",
  notOpened: (reason: string) => `This federation cannot be opened any more: ${reason}`,
  otherVersionOrDamaged: () => "it was stored by another version of Duet, or its files are damaged",
  storedOtherwise: (where: string, problem: string) =>
    `${where} was stored by another version of Duet, or it is damaged (${problem})`,
  noFormatVersion: (where: string) => `${where} has no format version that Duet knows`,
  newerFormat: (where: string, version: number, current: number) =>
    `${where} was made by a newer Duet (it has format ${version}, this one reads up to ${current}): start with that version, or choose another data folder`,
  newerDatabase: (step: string) =>
    `The database was made by a newer Duet (step ${step}): start with that version, or choose another database`,
  storedNotJson: (where: string) => `${where} is damaged: it is not JSON`,
  storedDamaged: (where: string, problem: string) => `${where} is damaged: ${problem}`,
  otherRecord: (federation: string) => `its federation.json is that of ${federation}`,
  eventMissing: (number: number) => `event ${number} of its journal is missing`,
  artifactNotStored: (name: string) => `${name} is not stored`,
  artifactUnusable: (name: string, how: string) => `${name} ${how}`,
  couldNotStore: () => "The coordinator could not store this; please try again",
  federationNotStored: () => "The coordinator could not store or read the federation; please try again",
  noClient: () => "There is no such client",
  notAwaited: () => "Nobody waits for this client now",
  stillNeeded: () => "Too few others have answered for the round to go on without this client",
  noClientInFederation: () => "There is no such client in this federation",
  waitsNoMore: () => "This client does not wait any more",

  // What a federation is created with.
  noServedModel: (id: string) => `This coordinator does not serve a model "${id}"`,
  otherServedModel: (id: string) => `The files or the config given for ${id} are not those of the model served here`,
  tooLargeAdapter: (bytes: number, most: number) => `This adapter has ${bytes} bytes, at most ${most} can be exchanged`,
  /** What no form lets anybody choose, in the words of whoever looked at it. */
  unfitSettings: (problem: string) => problem,
  /** `sentence` is the method's own; a page has the same in its language, by the method's id. */
  methodUnfit: (_id: string, _unfit: Unfit, sentence: string) => sentence,
  twoModules: (method: string) => `${method} needs an adapter on at least two modules; choose more target modules`,

  // Joining.
  alreadyAnother: () => "This connection is already another client",
  notJoinedHere: () => "This connection has not joined a federation",
  clientOut: (why: Exit): string => EXITS[why],
  clientLeft: () => "This client has left the federation; join again",
  otherBase: () => "This client has another base model than the federation",
  federationFull: (clients: number) => `This federation is full: it takes ${clients} client${clients === 1 ? "" : "s"}`,
  nameTaken: (name: string, free: string) => `Somebody here is called "${name}" already; "${free}" is free`,
  joiningClosed: () => "The organiser has closed this federation to new clients",
  awaitsOrganiser: () => "The organiser has to admit this client",
  notAdmitted: () => "The organiser did not admit this client",
  tooManyWait: () => "Too many wait to be admitted already",
  tooManyJoin: () => "Too many clients join this coordinator at the same time",
  rowsToldHere: () => "Updates are weighed by training rows here, so that their number has to be told; reload the page",
  oneRank: (rank: number, asked: number) => `All clients have rank ${rank} here, not ${asked}`,
  highestRank: (rank: number, asked: number) => `No client has a higher rank than the federation's ${rank}: ${asked} is one`,
  cameWithRank: (rank: number, before: number) =>
    `This client came back with rank ${rank} and had ${before}; join as a new client`,
  needsKeys: () => "Updates are summed securely here, for which a client needs keys; reload the page",
  otherKeys: () => "This client came back with other keys than it had; join as a new client",
  noTeam: () => "This connection is in no team",
  otherTeam: () => "This team is another client",
  nobodyOfTeam: () => "No team is there under this link: the link is mistyped, or nobody of the team is connected",
  teamFull: (most: number) => `A team has at most ${most} members`,
  frameTooLarge: () => "This frame is too large",
  tooManyFrames: () => "Too many frames are on their way",

  // Rounds.
  noRoundOpen: () => "No round is open",
  roundNotOpen: (round: number) => `Round ${round} is not open`,
  otherRoundOpen: (round: number, open: number) => `Round ${round} is not open; round ${open} is`,
  roundClosed: (round: number) => `Round ${round} is already closed`,
  fromNextRound: (round: number) => `This client takes part from the round after ${round}`,
  stepNotOpen: () => "This step of the secure sum is not open, or not for this client",

  // Adapters, and whatever else travels as a blob.
  adapterNotArrived: () => "The adapter has not arrived yet; upload it and submit again",
  answerNotArrived: () => "The answer has not arrived yet; upload it and send this again",
  damagedOnItsWay: () => "The adapter was damaged on its way; upload it again",
  otherSha256: (sha256: string) => `What arrived does not have the SHA-256 ${sha256}; send it again`,
  needsAdapter: (round: number) => `Round ${round} needs an adapter`,
  takesNoAdapter: (round: number) => `Round ${round} takes no adapter`,
  otherAdapterSize: (round: number, wanted: number, bytes: number) =>
    `Round ${round} takes adapters of ${wanted} bytes, not of ${bytes}`,
  otherAnswerSize: (wanted: number, bytes: number) => `This step takes answers of ${wanted} bytes, not of ${bytes}`,
  answerTooLarge: (most: number, bytes: number) => `This step takes answers of at most ${most} bytes, not of ${bytes}`,
  normTooLarge: (norm: string, most: string) => `The adapter's norm is ${norm}, at most ${most} is accepted`,
  /** In the words of whoever tried to read it: no client of ours sends such a one. */
  unreadableAdapter: (problem: string) => problem,
  hasItsStart: () => "This federation has what it starts from",
  startsFrom: (sha256: string) => `This federation starts from the adapter ${sha256}`,
  otherStartSize: (wanted: number, bytes: number) => `Its adapters have ${wanted} bytes, not ${bytes}`,
  noAdapterNow: () => "There is no such adapter now",
  onePiece: () => "One piece at a time; wait for the last one's answer",
  blobByName: () => "A blob is named by its SHA-256",
  rangeNamesPiece: () => "Content-Range must name a piece of an adapter",
  otherLength: () => "The body is not as long as its Content-Range",
  bodyBrokeOff: () => "The body broke off",
} as const;

export type RefusalSaying = Saying<typeof REFUSAL_SENTENCES>;
