import type { ReactNode } from "react";
import { plural } from "../lib/plural.ts";

export const en = {
  exchange: {
    wards: { a: "Ward A", b: "Ward B", c: "Ward C" },
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
  knownFederations: {
    roles: { organiser: "you organise it", client: "you joined it" },
    nameless: "a federation without a known name",
    yours: "Yours",
    hint: "Kept in this browser, with their links.",
    federation: "Federation",
    standing: "Where it stands",
    asking: "Asking the coordinator…",
    open: "Open",
    openNamed: (name: string) => `Open ${name}`,
    made: (at: string) => `created ${at}`,
    takeOff: "Take off this list",
    takeOffNamed: (name: string) => `Take ${name} off this list`,
    takeOffWarning:
      "This browser forgets the organiser link. Without that link nobody can pause, stop or delete the federation; it goes on. Copy the link first if you have it nowhere else: it stands on the federation's page, under the links.",
    takenOff: (name: string) => `${name} was taken off this list. The federation itself goes on.`,
  },
  threeSteps: {
    learnTogether: "Learn together",
    learnTogetherText: (adapter: ReactNode, coordinator: ReactNode) => (
      <>
        Each round, your tab trains a {adapter} on your rows and sends it to the {coordinator}, which averages all of them and
        sends one back.
      </>
    ),
    makeItYours: "Make it yours",
    makeItYoursText: (adapter: ReactNode) => (
      <>At the end, your tab trains it once more on your rows: your {adapter}. By default it never leaves.</>
    ),
    choose: "Keep what serves you",
    chooseText: (term: ReactNode) => (
      <>
        Your tab may mix both into a {term}. It tests each on rows kept out of training, beside learning alone, and says which one
        serves you best.
      </>
    ),
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
