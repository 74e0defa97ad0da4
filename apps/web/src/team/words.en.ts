import { plural } from "../lib/plural.ts";

export const en = {
  teamView: {
    step: (step: number, steps: number) => `step ${step} of ${steps}`,
    joinsNext: "joins at the next step",
    waits: "waits for a training",
  },
  teamPanel: {
    title: "My team",
    hint: "Several devices that are one client. Each keeps its rows; nobody outside sees who is in it.",
    size: (members: number, rows: string) => `${plural(members, "member")}, ${rows} rows`,
    members: "Members of this team",
    thisTab: (name: string) => `${name} (this tab)`,
    leads: "leads",
    ofRows: (rows: number, doing: string) => `${plural(rows, "row")}, ${doing}`,
    training: (name: string) => `Training of ${name}`,
    add: "Add a member",
    whoHasIt:
      "Whoever has this link can become this client. Give it to members alone. A program joins by duet join with the same link.",
    code: "Code of the team link, to scan with a camera",
    link: "Team link",
  },
  makeTeam: {
    title: "More devices",
    summary: "Train as one client with other tabs or laptops",
    refused: {
      private: "Not in a federation with differential privacy: there, every device takes part by itself.",
      secure: "Not in a federation with secure sums: there, every device takes part by itself.",
    },
    what: "Members train together and keep their rows. What they tell each other passes the coordinator sealed. Others see one client.",
    every: "Steps between two averagings",
    everyHint: "1 computes what one device with all rows would; more sends less.",
    tellsSize: "Tell the others how many members there are",
    make: "Make this tab a team",
  },
  teamPage: {
    title: (federation: string | null) => (federation === null ? "Team" : `Team in ${federation}`),
    asking: "Asking for the team.",
    role: "in a team",
    hasFinished: "The team has finished",
    hasEnded: "The team has ended",
    helpIn: (federation: string) => `Help a team in ${federation}`,
    what: "This tab trains with the team's other members, as one client. Your rows stay in this tab; the members see your name, how many rows there are, and what was learned from them.",
    you: "You here",
    name: "Your name",
    nameHint: "The team's members see it.",
    help: "Help the team",
    myTab: "My tab",
    canClose: "You can close this tab at any time; the others go on.",
    missing: {
      files: "Choose the base model's files first.",
      data: "Connect your data first.",
      name: "Your name is missing.",
    },
    doing: {
      absent: "The team is not there; it is tried again by itself.",
      loads: "Loads the base model.",
      prepares: "Prepares its rows and the base model.",
      trains: "Trains along.",
      waits: "Waits for the team's next training.",
    },
  },
};
