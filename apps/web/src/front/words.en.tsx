import type { ReactNode } from "react";
import { plural } from "../lib/format.ts";

export const en = {
  compareChart: {
    summary: (runs: string) => `Accuracy on your own test rows: ${runs}`,
    shareOfTestRows: "share of your test rows right",
    learningAlone: "| learning alone",
    runFigures: (name: string, figures: string) => `${name}: ${figures}.`,
    alone: (alone: string) => `alone ${alone}`,
  },
  exchange: {
    wardA: "Ward A",
    wardB: "Ward B",
    wardC: "Ward C",
    summary:
      "Three tabs send their shared adapters to a coordinator and get the mean of them back; rows and personal adapters stay in the tabs.",
    coordinator: "Coordinator",
    averages: "averages,",
    seesNoRow: "sees no row",
    rows: "rows",
    adapters: "adapters",
    onlySharedCross: "Only shared adapters cross",
    restStays: "rows and personal ones stay",
  },
  federationList: {
    unreadable: (federations: number) =>
      `${plural(federations, "federation")} more cannot be opened: stored by another version of Duet, or damaged. The files are kept.`,
    hereNow: "Here now",
    federation: "Federation",
    standing: "Where it stands",
    clients: "Clients",
    howToAsk: "How to ask",
    finishedHere: "Finished on this coordinator",
    figure: "mean accuracy on the clients' own test rows, before and after",
    ask: (contact: string) => `Ask: ${contact}`,
    behindItsLink: "What came of it is behind its link.",
    asking: "Asking the coordinator which federations there are.",
    noneListed: "None is listed. Organisers choose whether their federations are; joining and watching need a link.",
    notSaid: "not said",
    paused: (where: string) => `paused, ${where.toLowerCase()}`,
    phases: {
      starting: "starting",
      waiting: "waiting",
      paused: "paused",
      finished: "finished",
      stopped: "stopped",
      failed: "failed",
    },
  },
  forgetData: {
    forgetMyData: "Forget my data…",
    forgetMyDataOf: (name: string) => `Forget my data of ${name}`,
  },
  forgetDialog: {
    title: (name: string) => `Forget my data of ${name}?`,
    lead: "It is deleted from this browser and cannot be brought back. Choose what:",
    keepEverything: "Keep everything",
    forgetThese: "Forget these",
  },
  knownFederations: {
    youOrganise: "you organise it",
    youJoined: "you joined it",
    nameless: "a federation without a known name",
    yours: "Yours",
    hint: "Kept in this browser, with their links.",
    federation: "Federation",
    yourPart: "Your part",
    open: "Open",
    openNamed: (name: string) => `Open ${name}`,
  },
  pastFederations: {
    title: "Finished, with you in it",
    compareThese: (compared: number) => `Compare these ${compared}`,
    archived: (archived: number) => `Archived (${archived})`,
    open: "Open",
    openNamed: (name: string) => `Open ${name}`,
    takeBackNamed: (name: string) => `Take back ${name}`,
    archiveNamed: (name: string) => `Archive ${name}`,
    takeBack: "Take back",
    archive: "Archive",
    compare: "Compare",
    compareNamed: (name: string) => `Compare ${name}`,
  },
  threeSteps: {
    learnAlone: "Learn alone",
    learnAloneText: (term: ReactNode) => <>Your tab trains a {term} on your rows. By default it never leaves.</>,
    learnTogether: "Learn together",
    learnTogetherText: (adapter: ReactNode, coordinator: ReactNode) => (
      <>
        Each round, a {adapter} goes to the {coordinator}, which averages all of them and sends one back.
      </>
    ),
    fuse: "Fuse",
    fuseText: (term: ReactNode) => (
      <>Your tab mixes both into a {term}, weighed on a few of your own rows, and says which one serves you best.</>
    ),
  },
  forgetView: {
    rows: "Your rows",
    rowsLost:
      "The copies that this browser made to train on. Your file stays where it is. Without them the adapters can no longer be tried here, nor measured.",
    adapters: "Your adapters",
    adaptersLost:
      "What you learned: personal, shared and fused. Nobody else has your personal and fused ones; download them first if you want to keep them.",
    ledger: "The list of what left",
    ledgerLost: "With it nobody can check any more what this browser sent.",
    identity: "Who you were, the way back and the figures",
    identityLost: "This browser finds the federation no more, and cannot come back as this client.",
    ledgerEntries: (entries: number) => `the list of what left, ${entries === 1 ? "1 entry" : `${entries} entries`}`,
    yourAdapters: "your adapters",
    whoYouWere: "who you were, and the way back",
    nothing: "There was nothing of it here",
    forgotten: (parts: string) => `Forgotten in this browser: ${parts}`,
    forgottenOf: (name: string, what: string) =>
      `${name}: ${what}. What was sent before is with the others, and what these rows have spent of an epsilon stays counted.`,
  },
  pastView: {
    alone: "alone",
    epsilon: (epsilon: number) => `epsilon ${epsilon}`,
    untouchedBase: "the untouched base",
    noAccuracies: "a task without accuracies",
    ofYourTestRows: (testRows: number, before: string) =>
      `of your ${plural(testRows, "test row")} right: ${before}, with the federation`,
    summedSecurely: "summed securely",
    asTheyAre: "updates as they are",
    method: "Method",
    baseModel: "Base model",
    privacy: "Privacy",
    clients: "Clients",
    rounds: "Rounds",
    yourRows: "Your rows: train, fusion, test",
    accuracyOfBase: "Accuracy of the untouched base",
    learningAlone: "Learning alone",
    personalAdapter: "Personal adapter",
    sharedAdapter: "Shared adapter",
    fusedAdapter: "Fused adapter",
    sent: "Sent by you",
    received: "Received by you",
    duration: "From its creation to its end",
    ended: "Ended",
    otherRows:
      "These runs were tested on other rows: a seed of their own splits each, or other rows were connected. Differences of a few rows may be that.",
  },
  comparePage: {
    compare: "Compare",
    takesTwo: "It takes two finished federations that this browser took part in.",
    frontPage: "Front page",
    accuracyTitle: "Accuracy on your own test rows",
    accuracyHint: "Of this browser's client, from the untouched base to the best that came of it.",
    sideBySide: "Side by side",
    sideBySideHint: "From what this browser remembers of each; your rows and adapters are not needed for it.",
    tableLabel: "Federations side by side",
    ofEach: "Of each",
  },
  frontPage: {
    headline: "Fine-tune a language model together.",
    lead: (term: ReactNode) => (
      <>
        Everyone opens one link in a browser tab and connects their own rows. Your data stays in this tab. Only a small {term}{" "}
        travels.
      </>
    ),
    start: "Start a federation",
    haveLink: "I have a link",
    linkLabel: "Invite, watch or organiser link",
    open: "Open",
  },
  notFoundPage: {
    title: "No such page",
    heading: "There is no such page",
    back: (link: ReactNode) => <>Check the link, or go back to the {link}.</>,
    frontPage: "front page",
  },
};
