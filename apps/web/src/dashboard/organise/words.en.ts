export const en = {
  accessPanel: {
    linksAndList: "Links, and the list on the front page",
    whoComesIn: "Who comes in",
    hint: "Who was removed cannot come back by the same link: removing somebody makes a new invite link. Who is in needs no link to come back.",
    named: (text: string, name: string) => `${text} ${name}`,
    waitingToBeLetIn: "Waiting to be let in",
    waiting: "Waiting",
    device: "Device",
    since: "Since",
    answer: "Answer",
    notTold: "not told",
    letIn: "Let in",
    decline: "Decline",
  },
  organiserPanel: {
    organiser: "Organiser",
    allLinks: "all links",
    over: "This federation is over. What every round aggregated is kept by the coordinator.",
    startNow: "Start now",
    resume: "Resume",
    pause: "Pause",
    closeTheRoundNow: "Close the round now",
    goesOnWithout: (names: string) =>
      `Closed now, the round goes on without ${names}; whoever is still here takes part in the next.`,
    stopTheFederation: "Stop the federation",
    stopWarning:
      "Nobody trains on, and it cannot be started again. Everybody keeps the adapters they have; what was aggregated stays here.",
    oneClient: "Client to skip or remove",
    skipNamed: (name: string) => `Do not wait for ${name}`,
    chooseAClient: "Choose a client",
    left: (name: string) => `${name} (left)`,
    remove: "Remove",
    removeNamed: (name: string) => `Remove ${name}`,
    removeWarning:
      "It cannot come back by the link that it has, and the invite link is replaced by a new one. What it contributed stays in the shared adapter; it keeps its own adapters.",
  },
  wholeFederation: {
    download: "Download the federation",
    delete: "Delete the federation",
    deleteWarning:
      "The coordinator forgets it for everybody, for good: its rounds, figures and shared adapters, and all of its links. Nobody can look at it any more. What each browser has learned stays there. Download it first if you want to keep what the coordinator has.",
  },
};
