import { plural } from "../../lib/plural.ts";

export const en = {
  figuresWords: {
    everybody: "Everybody",
    everybodyNote:
      "Whoever has a link to this federation sees them on its dashboard. Where the organiser lists it, the coordinator's front page has the mean of all at the end.",
    organiser: "The organiser",
    organiserNote: "They are stored by the coordinator; whoever has the organiser link sees them, and nobody else.",
    nobody: "Nobody",
    nobodySecure:
      "They stay in this tab. Means over all clients' rows come from the secure sums, out of which nobody can read yours.",
    nobodyPlain:
      "They stay in this tab, and no mean counts them. How many rows you train on is told to the coordinator all the same: it weighs your changes by it.",
    fixed: "Nobody but you sees them: with differential privacy no figure leaves that was computed from your rows without noise.",
    untold: { everybody: "not told", organiser: "told to the organiser", nobody: "told to nobody" },
    names: { accuracies: "accuracies", losses: "losses", figures: "figures" },
    privateNone: (what: string) => `With differential privacy nobody sends ${what}: they are computed from rows without noise.`,
    noneTold: (what: string) => `No client tells its ${what} here: that is each participant's own choice.`,
    meansFromSums: (none: string) => `${none} Their means come with the secure sums.`,
    noMeans: (none: string) => `${none} Where updates are not summed securely there is no mean of what nobody tells.`,
    tellers: (count: number, clients: number) =>
      `${count} of ${plural(clients, "client")} ${count === 1 ? "tells its" : "tell their"} figures here`,
    everybodySees: "everybody sees them too",
    organiserSees: "the organiser sees them too",
    nobodySees: "nobody else sees them",
  },
  tightDevices: {
    tight: "may be too small",
    warning: (whose: string, devices: number) =>
      `Training may take more memory than the ${devices === 1 ? "device" : "devices"} of ${whose} allow${devices === 1 ? "s" : ""}: one row at a time is computed there, which is slower, and may still fail. What a federation trains is fixed; a new one for phones and old laptops takes less.`,
  },
  startHeldBy: {
    fewInSum: (needed: number, missing: number) =>
      `A secure sum takes ${needed} clients: ${missing} more ${missing === 1 ? "has" : "have"} to come before a round can open.`,
  },
  phases: {
    load: "load",
    tokenise: "tokenise",
    steps: "steps",
    evaluation: "evaluation",
    fusion: "fusion",
    encode: "encode",
    wait: "wait",
  },
  reach: {
    machineTitle: (hostname: string) => `These links say ${hostname}, which only this machine can reach`,
    machineText: "Other tabs of this machine can join by them; nobody else can.",
    openedTitle: (hostname: string) => `This page is open at ${hostname}, which only this machine can reach`,
    instead: (host: string) => `The links here say ${host} instead.`,
    anybody: "Anybody can open them.",
    networkOnly: "They work only in the same network.",
    silent: "Nothing answered the coordinator there: open one from another device before you pass it on.",
    httpText: (isNetworkOnly: boolean) =>
      `They ${isNetworkOnly ? "work only in the same network, and " : ""}open a page that browsers give neither WebGPU nor threads, so that it learns several times as slowly; whoever is in between can read along. Serve it by https.`,
    httpTitle: "These links begin with http",
  },
};
