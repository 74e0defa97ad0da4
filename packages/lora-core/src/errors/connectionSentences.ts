/** What fails between a client and its coordinator, and on the way to it. */
import type { Saying } from "../sayings/saying.ts";

export const CONNECTION_SENTENCES = {
  signInUnread: () => "The coordinator's answer about who is signed in could not be read",
  answerUnread: () => "The coordinator's answer could not be read",
  noBaseModel: () => "The coordinator offers no base model",
  coordinatorAway: () => "The coordinator cannot be reached",
  noAnswer: () => "The coordinator did not answer",
  answerToUnread: (name: string) => `The coordinator's answer to ${name} could not be read`,
  uploadBroke: () => "The connection to the coordinator broke off during an upload",
  pieceTooLong: () => "A piece of an upload took too long to arrive",
  coordinatorAwayWith: (status: number) => `The coordinator cannot be reached (HTTP ${status})`,
  uploadUnread: (status: number) => `The coordinator's answer to an upload could not be read (HTTP ${status})`,
  unknownClient: () => "The coordinator does not know this client at the moment",
  roundMoved: () => "The round moved on while its adapter was fetched",
  downloadBroke: () => "The connection to the coordinator broke off during a download",
  notJoined: () => "This connection has not joined a federation",
  connectionLost: () => "The connection was lost",
  stateNotSent: () => "The coordinator did not send the federation's state",
  partNotFetched: () => "A part of this page could not be fetched",
  linkCutOff: () => "This link is cut off: the code after its # is missing.",
  codeMistyped: () => "The code after the # of this link is cut off or mistyped.",
  linkMistyped: () => "This link is mistyped before its #.",
  hubUnreachable: (hub: string) => `The hub ${hub} cannot be reached`,
  noPublicModel: (hub: string, owner: string, name: string, revision: string) =>
    `${hub} has no public model ${owner}/${name} at ${revision}`,
  hubAnswers: (hub: string, status: number) => `${hub} answers with HTTP ${status}`,
  cannotBeHad: (url: string) => `${url} cannot be had`,
  brokeOff: (url: string) => `The download of ${url} broke off`,
  otherFile: (url: string) => `${url} is not the file this federation agreed on`,
  refusedWith: (url: string, status: number) => `${url} cannot be had (HTTP ${status})`,
  otherPart: (url: string) => `${url} answers with another part than asked for`,
  sentMore: () => "The server sent more than it said",
} as const;

export type ConnectionSaying = Saying<typeof CONNECTION_SENTENCES>;
