export const en = {
  accessFields: {
    joining: {
      open: { label: "Open", note: "Whoever has the invite link joins." },
      approval: { label: "Ask me", note: "Whoever has the invite link asks; you let each one in, or not." },
      closed: { label: "Closed", note: "Nobody new joins. Those who are in can come back." },
    },
    whoMayJoin: "Who may join",
    list: "List it on the front page",
    listNote:
      "Name, phase, round and number of clients, for everyone who reaches this coordinator. Watching still needs the link.",
    contact: "How to ask for an invitation",
    contactNote: "Shown beside the name; may be empty.",
  },
  chartFigure: {
    saveAs: (kind: string, name: string) => `${kind} of ${name}`,
  },
  confirmButton: {
    asking: (label: string) => `${label}?`,
    keep: "Keep things as they are",
  },
  copyText: {
    byHand: "This browser does not let the page copy: copy it from here.",
  },
  crosshair: {
    roundToLookAt: "Round to look at",
    noneChosen: "none chosen",
    atRound: (round: string, said: string) => `${round}: ${said}`,
  },
  figuresChoice: {
    whoSees: "Who sees your figures",
    whoSeesNote:
      "Loss, accuracy, F1, fusion weights and speed of this tab, how many rows you have, what it computes with, and how much memory that takes.",
  },
  linkField: {
    none: "There is none now; make a new one below.",
    copyNamed: (label: string) => `Copy ${label}`,
    copied: "Copied",
    copy: "Copy",
  },
  methodEvidence: {
    proposed: (method: string, preset: string, labels: "shared" | "personal") =>
      `Proposed: ${method} (${preset}), with labels as vectors that ${labels === "shared" ? "travel" : "stay with each client"}.`,
  },
  roundChart: {
    along: (name: string) => `What ${name} is shown by`,
    by: "by",
    showAlone: "Line to show alone",
    smoothed: "smoothed",
    figures: "Figures",
    byRound: "Figures by round",
    round: "Round",
  },
  roundPlot: {
    atStep: (step: string) => `step ${step}`,
    axes: { round: "round", step: "training step", time: "time" },
    guessing: "guessing",
    toCome: "to come",
    noFigures: "no figures",
  },
  tooManyFiles: {
    oneAtATime: (count: number) =>
      `${count} files were dropped, and none of them was read: one at a time. Drop the one that is meant.`,
  },
  missingPart: {
    title: "This part of the page could not be loaded",
    away: "The network or the coordinator was away.",
    stillAway: "The coordinator does not answer: check the network. What this browser keeps is not lost.",
    tryAgain: "Try again",
  },
  otherVersion: {
    text: "The coordinator serves another version of this page by now. A reload brings it; a tab that takes part goes on where it was.",
    reload: "Reload the page",
  },
};
