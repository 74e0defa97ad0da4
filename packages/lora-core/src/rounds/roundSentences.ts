/** What the rounds of a federation say to everybody who looks on. */

import type { Saying } from "../sayings/saying.ts";
import type { ExchangeStep } from "../secureAggregation/exchangeStep.ts";

const counted = (count: number, noun: string) => `${count} ${noun}${count === 1 ? "" : "s"}`;
const begun = (clients: number, attempt: number) =>
  `for ${counted(clients, "client")}${attempt > 1 ? `, attempt ${attempt}` : ""}`;

/** What each step of a secure sum is. */
const STEPS: Readonly<Record<ExchangeStep, string>> = {
  keys: "keys are exchanged",
  shares: "shares of the keys are exchanged",
  input: "they are sent under masks",
  agree: "the clients agree on who is in the sum",
  unmask: "the sum is unmasked",
};

/** What is summed. */
export type Summed = "figures" | "updates" | "statistics";

const SUMMED: Readonly<Record<Summed, string>> = {
  figures: "figures",
  updates: "updates",
  statistics: "numbers of rows, by label and length,",
};

export const ROUND_SENTENCES = {
  created: () => "The federation was created",
  joined: (name: string) => `${name} joined`,
  back: (name: string) => `${name} is back`,
  connectionLost: (name: string) => `${name} lost the connection`,
  goneForGood: (name: string) => `${name} did not come back`,
  /** A client and what is said of it, which may also stand beside its name. */
  of: (name: string, what: string) => `${name} ${what}`,
  opened: (round: number, clients: number, attempt: number) => `Round ${round} opened ${begun(clients, attempt)}`,
  // The first and the last one are not among the rounds that people count.
  aloneOpened: (clients: number, attempt: number) => `Learning alone began ${begun(clients, attempt)}`,
  fusingOpened: (clients: number, attempt: number) => `The finish began ${begun(clients, attempt)}`,
  cameLate: (name: string, round: number, counts: number, weight: number) =>
    `${name}'s answer of round ${round} came late and is kept for round ${counts}: it counts there for ${weight} of one in time, unless ${name} answers that round too`,
  caughtUp: (name: string) => `${name} has caught up, and takes part from the next round on`,
  closed: (round: number, clients: number, asked: number) => `Round ${round} closed with ${clients} of ${asked}`,
  aloneClosed: (clients: number, asked: number) => `Learning alone ended with ${clients} of ${asked}`,
  fusingClosed: (clients: number, asked: number) => `The finish ended with ${clients} of ${asked}`,
  allDone: () => "All rounds are done",
  times: (why: string, failures: number) => `${why}, ${failures} times`,
  and: (what: string, then: string) => `${what}; ${then}`,
  startedEarly: () => "The organiser started without waiting for more clients",
  organiserPaused: () => "The organiser paused",
  pausedByOrganiser: () => "Paused by the organiser",
  goesOn: () => "The federation goes on",
  stoppedByOrganiser: () => "Stopped by the organiser",
  restarted: () => "The coordinator was restarted",
  allLeftRound: () => "Everyone in the round left before answering",
  nobodyAnswered: (round: number) => `Nobody answered round ${round} in time`,
  nothingLeft: (round: number) => `Nothing is left of round ${round}`,
  staysOpen: () => "The round stays open: nobody has answered yet",
  staysOpenForSum: (what: Summed) => `The round stays open: too few have answered for the ${SUMMED[what]} to be summed`,
  closedByOrganiser: () => "The organiser closed the round",
  restSkipped: () => "The organiser did not wait for the rest",
  allGone: () => "Everyone left and nobody came back",
  notStored: (round: number, reason: string) =>
    `Round ${round} could not be stored (${reason}). Resume once there is room on the coordinator's disk`,
  notAggregated: (round: number, reason: string) => `Round ${round} was not aggregated: ${reason}`,
  partDamaged: (name: string) => `${name}'s part was damaged on the coordinator's disk`,
  someClient: () => "A client",
  askedAgain: (name: string, round: number) =>
    `${name}: the adapter of round ${round} was damaged on the coordinator's disk; it is asked for again`,
  leftOut: (name: string, round: number) =>
    `${name}: the adapter of round ${round} was damaged on the coordinator's disk; it is left out`,
  tooFewReady: (round: number, ready: number, needed: number) =>
    `Round ${round} was not summed: ${ready} client${ready === 1 ? " was" : "s were"} ready, and a secure sum needs ${needed}`,
  tooFewAnswered: (round: number, answered: number, asked: number, step: ExchangeStep, needed: number) =>
    `Round ${round}: ${answered} of ${asked} answered (${step}), and ${needed} are needed`,
  sumFailed: (round: number, reason: string) => `Round ${round}: ${reason}`,
  tooFewToCount: (clients: number, needed: number) =>
    `What the rows are like was not asked for: ${counted(clients, "client")} could answer, and a secure sum needs ${needed}`,
  tooFewCounted: (answered: number, asked: number, step: ExchangeStep, needed: number) =>
    `What the rows are like: ${answered} of ${asked} answered (${step}), and ${needed} are needed`,
  notCounted: (reason: string) => `What the rows are like was not summed: ${reason}`,
  noStatistics: () => "it stays unknown what the rows are like",
  counted: (clients: number, rows: number) =>
    `What ${rows.toLocaleString("en")} rows of ${counted(clients, "client")} are like is known`,
  countedFirst: () => "What the rows of all are like is known. Look at it, then let the federation go on",
  counting: () => "The numbers of rows, by label and length, are being unmasked.",
  noMeans: () => "there are no means of it",
  adapterStays: () => "the shared adapter stays as it was",
  clipped: (name: string, times: number, bound: number) =>
    `${name}'s update was ${times.toLocaleString("en")} times the median and was clipped to ${bound} times`,
  sumAgain: () => "the sum is begun again",

  // Of one client, beside its name or after it.
  takesPartLater: () => "Joined during a round; takes part from the next one",
  catchesUp: () => "Joined late: learns alone first, and takes part then; no round waits for it",
  mayComeBack: () => "connection lost, may come back",
  lost: () => "connection lost",
  left: () => "left",
  removed: () => "was removed by the organiser",
  late: () => "did not answer in time",
  lateInSum: (what: Summed) => `did not answer in time while the ${SUMMED[what]} were summed`,
  skipped: () => "was skipped by the organiser",
  enoughOthers: () => "enough others had answered",
  damagedSentAgain: (round: number) => `its adapter of round ${round} was damaged on the coordinator's disk and is sent again`,
  damagedLeftOut: (round: number) => `its adapter of round ${round} was damaged on the coordinator's disk, so it was left out`,

  // Why it is in its phase, and what happens next: a sentence each.
  finished: () => "All rounds are done.",
  because: (reason: string) => `${reason}.`,
  nothingKept: () => "No shared adapter was made yet.",
  kept: (round: number) => `The shared adapter of round ${round} is kept.`,
  abandoned: () => "Everyone left; waiting for someone to come back.",
  waitingForMore: (missing: number) => `Waiting for ${counted(missing, "more client")} before the next round opens.`,
  waitingForCatchUp: (names: string) => `Waiting for ${names}, learning alone first, before the next round opens.`,
  collecting: (round: number, names: string) => `Round ${round} is open; waiting for ${names}.`,
  learningAlone: (names: string) => `Everyone learns alone first; waiting for ${names}.`,
  fusing: (names: string) => `Everyone makes what it serves; waiting for ${names}.`,
  summing: (what: Summed, step: ExchangeStep, names: string) =>
    `The ${SUMMED[what]} are summed so that nobody sees a single one: ${STEPS[step]}; waiting for ${names}.`,
  andMore: (names: string, more: number) => `${names} and ${more} more`,
  aggregating: (round: number) => `Round ${round} is being aggregated.`,
  diskFault: (code: string) => `The coordinator cannot write to its disk (${code}). Nothing confirmed is lost; it keeps trying.`,
} as const;

export type RoundSaying = Saying<typeof ROUND_SENTENCES>;
