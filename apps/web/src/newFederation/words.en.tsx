import type { Likeness } from "@duet/lora-core/federation/methodProposal";
import { MIN_CLIENTS } from "@duet/lora-core/secureAggregation/minClients";
import { strategies } from "@duet/lora-core/strategies/registry";
import type { ReactNode } from "react";
import { plural } from "../lib/plural.ts";

export interface Agreed {
  readonly method: string;
  readonly rounds: number;
  readonly clients: number;
  readonly deadline: string;
}

export interface TrainedByAll {
  readonly rank: number;
  /** On queries and values alone. */
  readonly isPart: boolean;
  readonly rows: number;
  readonly tokens: number;
  readonly memory: string;
  /** For phones and old laptops; docs/performance.md has what that costs. */
  readonly isSmall: boolean;
}

/** What each method does, by its id. */
type MethodSummaries = Readonly<Record<string, string>>;

export const en = {
  methods: Object.fromEntries(strategies.map(({ id, summary }) => [id, summary])) as MethodSummaries,
  baseModelField: {
    families: { encoder: "encoder", "causal-lm": "decoder" },
    atCommit: (commit: string) => `, at commit ${commit}`,
    size: (bytes: string, files: number) => `${bytes} in ${plural(files, "file")}`,
    sources: { coordinator: "Served here", hub: "On a hub", files: "My files" },
    baseModel: "Base model",
    baseModelServedHere: "Base model served here",
    address: "Address",
    addressNote: (host: string) =>
      `owner/name on ${host}; @revision and :FILE.gguf where needed. Every participant downloads it from there.`,
    lookItUp: "Look it up",
    filesNote:
      "A .gguf file, or config.json, tokenizer.json and model.safetensors together. Every participant picks the same files; they never leave this device.",
    parameters: (parameters: string) => `${parameters} parameters`,
  },
  federationFields: {
    nameAndBaseModel: "Name and base model",
    name: "Name",
    devicesThatTakePart: "Devices that take part",
    task: "Task",
    whatTheAnswersAre: "What the answers are",
    answersHint: "Every row has an input and an answer. The answer is one of this closed list.",
    labels: "Labels",
    labelsNote: "One per line; rows with another answer are left out by everyone.",
    method: "Method",
    whoGetsWhich: "Who gets which model",
    howExactly: "How exactly",
    rounds: "Rounds",
    roundsNote: (round: ReactNode) => <>Each {round} exchanges the shared adapter once.</>,
    clientsAtLeast: "Clients at least",
    clientsAtMost: "Clients at most",
    mostNote: "Later ones are turned away.",
    whatRowsAreLike: "What the rows are like",
    tellRows: "Before training, told as one secure sum",
    roundDeadlineMinutes: "Round deadline, minutes",
    deadlineNote: "A round ends then, even if someone has not answered.",
    stepsAlone: "Steps alone",
    aloneNote: "Optimiser steps before the first exchange.",
    stepsPerRound: "Steps per round",
    stepsNote: "Optimiser steps between two exchanges.",
    protectionAgainstBadUpdates: "Protection against bad updates",
    howLargeUploadsAre: "How large uploads are",
    whatLabelsAre: "What labels are",
    clientsARound: "Clients a round",
    lateAnswers: "Rounds for which late answers are taken",
    workOfSlowerClients: "Work of slower clients",
    ranksOfSmallerClients: "Ranks of smaller clients",
    whenARoundCloses: "When a round closes without the rest",
    whatAveragingDoes: "What averaging does",
    learningAlone: "Learning alone",
    all: "all",
    differentialPrivacyOfRowsEpsilon: "Differential privacy of rows, epsilon",
    none: "none",
    differentialPrivacyOfClientsEpsilon: "Differential privacy of clients, epsilon",
  },
  initialAdapter: {
    startFrom: (span: ReactNode) => <>Start from an adapter {span}</>,
    optional: "optional",
    explanation:
      "Everyone then starts from it instead of a fresh one, with its rank, alpha and targets. It is stored by the coordinator, and whoever has a link can download it.",
    fits: (rank: number, alpha: number, value: string) => `rank ${rank}, alpha ${alpha}, on ${value}.`,
  },
  labelsFromFile: {
    fileToReadLabelsFrom: "File to read labels from",
    readFromFile: "Read them from a file",
    labelColumn: (fileName: string) => `Label column of ${fileName}`,
    chooseAColumn: "Choose a column",
    staysNote: "The file stays in this tab; only the names of the labels are shared with everyone in the federation.",
  },
  privacyChoice: {
    levels: {
      plain: { title: "Plain", text: "It sees each shared adapter. From 2 clients, with every method." },
      secure: { title: "Secure sum", text: `It sees only the sum. From ${MIN_CLIENTS} clients.` },
      budget: {
        title: "With a budget",
        text: "Only the sum, of steps with noise: what one row adds is bounded. Costs accuracy; nobody sends figures.",
      },
    },
    whatTheCoordinatorMaySee: "What the coordinator may see",
    terms: (secureSum: ReactNode, epsilon: ReactNode) => (
      <>
        What these are, in a sentence: {secureSum}, {epsilon}.
      </>
    ),
  },
  signIn: {
    showIt: "Show what is typed",
    signInToCreateA: "Sign in to create a federation",
    notFromHere: "Not from here",
    notEverybody: "On this coordinator not everybody may create federations. Joining one needs only its invite link.",
    ownMachineOnly: "This coordinator takes new federations only from its own machine. Joining one needs only its invite link.",
    signInWith: (openId: string) => `Sign in with ${openId}`,
    operatorKey: "Operator key",
    signIn: "Sign in",
    keyNote: "Whoever runs this coordinator has it. You stay signed in for twelve hours.",
    failures: {
      ACCOUNT_REFUSED: "This account may not create federations here",
      SIGN_IN_FAILED: "Signing in with the provider failed",
      QUOTA_USED_UP: "Too many tries to sign in came from this address",
    },
  },
  signedInAs: {
    signedInAs: (name: string) => `Signed in as ${name}`,
    signOut: "Sign out",
  },
  whatItTakes: {
    eachClientLater: "Bytes of each client, once the choices are made.",
    eachClient: "Each client",
    downloadsTheBaseOnce: "downloads the base once",
    sends: (exchanges: number) => `sends, in ${plural(exchanges, "exchange")}`,
    memory: "memory in the tab, about",
    wholeModel: (bytes: string) => `Exchanging the whole model each time would be ${bytes}.`,
    assumes: (rows: string) =>
      `of computing for a client with about ${rows} rows, on two threads without a GPU. A round waits for the slowest.`,
    works: {
      personal: "each on its own rows",
      shared: "learning together",
      alone: "learning alone, to compare",
      measuring: "measuring, also of mixtures",
    },
  },
  choiceNotes: {
    everybodyTrains: ({ rank, isPart, rows, tokens, memory, isSmall }: TrainedByAll) =>
      `Everybody trains rank ${rank}${isPart ? " on queries and values" : ""}, ${rows} rows of ${tokens} tokens at a time: about ${memory} in a tab.${isSmall ? " Smaller steps teach less: with three times as many it comes closer to the usual." : ""}`,
    clientEpsilonCost: (clients: number, ratio: string, drowns: boolean) =>
      `With ${clients} clients the noise in their mean is ${ratio} times as long as the longest update of one, ${drowns ? "so it drowns what they learned: this is for crowds" : "so something of what they learned is left"}. Nobody sends accuracies or losses.`,
    devices: "What everybody trains, so that the smallest device can hold it.",
    plain: "Whoever runs the coordinator can read every client's update, and guess words of its rows where a round has few.",
    secure:
      "The coordinator sees only the sum: updates leave under masks that nothing but the sum of all takes off. A sum of three still tells something of each.",
    nobodyBounds: "A secure sum hides single updates, so nobody can bound them: one client can decide alone what everyone gets.",
    noVectors: "Only a base that compares texts has vectors of labels: let labels be as they are written.",
    texts: "A row is compared with the words of each label: for labels that say what they mean.",
    sharedLabels:
      "A label is the mean of everybody's rows that have it, and learns. Where it has one row at a client, updates tell that row's embedding.",
    ownLabels:
      "A label is the mean of a client's own rows that have it, and learns; it never leaves the client: for clients whose answers are unlike.",
    underMasks:
      "Under masks a value has 16 bits, half of the bytes: up to 32 clients, where a method sends differences; 32 bits otherwise.",
    minClients: "The first round opens when so many are ready.",
    fixedDeadline: "Every round is open until its deadline for those who have not answered.",
    deadlineBySpeed:
      "After three times what the slowest client whose speed is known should need, a minute at least, and at the deadline at the latest.",
    noStatistics: "How many rows have which label or length stays at each client.",
    statistics:
      "Before the first round the clients sum how many training rows they have of each label and length, so that nobody sees one's own; each sees how unlike the rest it is.",
    equalWork: "Everybody does all steps of a round; the fast ones wait for the slow ones until the deadline.",
    workBySpeed:
      "Who is slower than the middle one does fewer steps, and its update counts as if it had done them all. The coordinator measures how long answers take; everybody sees who does less. Rounds are sooner over, and accuracy is lower: by six points with FedAvg where devices were 1, 4 and 16 times as slow.",
    measuredBefore:
      "Clients measure the shared adapter as they trained it, too, and not only what came of it: the dashboard shows both. It takes an evaluation more of every round, which the expected time counts.",
    unmeasuredBefore: "Clients measure the shared adapter only as it comes to them, after averaging.",
    noFiguresBefore: "With an epsilon nobody tells figures, so clients measure the shared adapter only as it comes to them.",
    aloneCompared:
      "Beside the federation every client trains an adapter on its own rows only, for as many steps: the result says whether taking part paid. That adapter never leaves, and training takes twice as long.",
    aloneNot: "Whether taking part pays nobody is told: each client would have to train alone as well.",
    aloneAnyway: "With this method clients learn alone anyway.",
    noFiguresAlone: "With an epsilon nobody compares: what learning alone makes is measured without noise.",
    equalRanks: "All have the adapter's ranks, as many as the smallest device must hold.",
    ownRanks: {
      padded:
        "A client may have fewer: as its memory allows, or as it chooses. What it does not have counts as not changed; nobody's alpha over rank differs.",
      weighted:
        "A client may have fewer. What it does not have counts as not changed, and who has learned little, as small adapters do, counts for less.",
      svd: "A client may have fewer. What adapters do is averaged, and everybody gets the best of it that its own ranks can hold.",
    },
    nothingLate: "Empty: what a round did not wait for is lost; its client begins the next one.",
    late: (rounds: number) =>
      `Who misses a deadline goes on, and its answer still counts ${rounds === 1 ? "one round" : `up to ${rounds} rounds`} later, for less: 0.71 of one in time after a round, 0.5 after three. The rounds in between do not wait for it.`,
    noSampling: "Empty: every round asks all that are here. For crowds: some, drawn anew.",
    sampling: (clients: number, clients2: number) =>
      `Each round draws ${clients}, those first who were asked least, and closes once ${clients2} have answered; the last one asks everybody.`,
    noEpsilon:
      "Empty: rows are trained on as they are, and nothing bounds what an update or a sum tells of one. 1 is a strong promise for every single row, 3 a fair one, 8 a weak one.",
    epsilonCost:
      "With a hundred rows a client, epsilon 1 and 3 make the model useless, and 8 keeps less than half of what training gains; nobody sends accuracies or losses.",
    noClientEpsilon:
      "Empty: the sum is exact, and shows what all contributed. For crowds: noise in the sum hides what any single client put in.",
    personalStays: " The personal adapter is never uploaded, in any form.",
    personalInSum: " The personal adapter is part of the secure sum.",
    personalSeen: " The coordinator sees the personal adapter too.",
  },
  proposedMethod: {
    whatIsProposed: "What the clients' data suggests",
    howAlike: "How alike is the data of the clients?",
    howAlikeNote: "By how their labels are mixed. A federation with secure sums can measure it before it trains.",
    notKnown: "I do not know",
    alike: "Alike: every client has all kinds, in somewhat other shares",
    between: "In between: some kinds of their own, others in common",
    unlike: "Unlike: systems, wards or sites with kinds of their own",
    takeIt: "Choose this",
    labelsFirst: "Type the labels first: what is proposed depends on how many there are.",
    noVectors:
      "“Choose this” takes the method alone: with the base or the epsilon that is chosen, labels cannot be the vectors that this was measured with.",
  },
  samplesOfClients: {
    files: "Files of the clients",
    connect: "Find out from files",
    note: "A file with some rows of each client, two or more at once. They are read in this tab alone, and only their labels are counted.",
    oneClient: (_clients: number, _rows: number) =>
      "One file tells nothing of how alike clients are: choose those of two or more at once.",
    noLabel: (clients: number, _rows: number) =>
      `No row of these ${clients} files has one of the labels above: correct the labels, or choose other files.`,
    oneLabel: (clients: number, rows: number) =>
      `${clients} files with ${plural(rows, "row")} of these labels, all of one and the same: how alike clients are shows only where there are two or more. Correct the labels, or choose other files.`,
    tooFew: (clients: number, rows: number) =>
      `${clients} files with ${plural(rows, "row")} of these labels: too few to tell. It takes one for each label and client.`,
    found: (clients: number, rows: number, unlikeness: string, likeness: Likeness) =>
      `${clients} files with ${plural(rows, "row")} of these labels: unlikeness ${unlikeness}, of 0 (one mix everywhere) to 1 (no label at two clients). They are ${{ alike: "alike", between: "somewhat unlike", unlike: "unlike" }[likeness]}.`,
    noAnswers: (names: string) => `No column of ${names} looks like labels: name it "label".`,
  },
  methodGroups: {
    own: { title: "One's own, helped by the others", text: "Each client ends with a model of its own, which all began." },
    mixed: {
      title: "One's own and a common one, together",
      text: "Each client mixes the two, by weights that some of its rows choose.",
    },
    common: { title: "One common model", text: "When everybody's rows look alike." },
    alone: { title: "No exchange", text: "When clients have little in common, and to see what learning alone gives." },
  },
  methodIsProposed: (text: string) => `${text} Proposed.`,
  formChoices: {
    devices: { usual: "Laptops and desktops", small: "Phones and old laptops too" },
    labelVectors: {
      texts: "As they are written",
      shared: "As everybody's rows, learned together",
      personal: "As the own rows, kept by each client",
    },
    alone: { compared: "Compared with, by every client", not: "Not compared with" },
    beforeAggregation: { measured: "Measured in every round", unmeasured: "Not measured" },
    deadline: { fixed: "At its deadline", bySpeed: "Sooner, where clients are fast" },
    ranks: {
      equal: "The same as everybody's",
      padded: "Their own, filled up with zeros",
      weighted: "Their own, filled up and weighed by size",
      svd: "Their own, by SVD",
    },
    statistics: {
      none: "Nobody is asked",
      goOn: "Shown to everybody, then the first round begins",
      pause: "Shown to everybody, then it waits for me",
    },
    work: { equal: "The same as everybody's", bySpeed: "As many steps as their speed allows" },
  },
  startSampleFederation: {
    /** A client of a sample, by its name there. */
    client: (name: string) => name,
    simulated: (name: string) => `${name} (simulated)`,
  },
  whatTheModelReads: {
    title: "What the model reads",
    input: "input",
    label: "label",
    answer: "answer",
    encoder: "The input as it stands, which becomes one vector; the label with the nearest vector is the answer.",
    decoder: "Only what is bold is learned. A base with a chat template of its own has the input as a message in it instead.",
  },
  taskTemplates: {
    own: { title: "My own labels", text: "text → one of your list" },
    triage: { title: "Triage", text: "note → urgency, 5 labels" },
    diagnosis: { title: "Symptom → diagnosis", text: "description → 24 labels" },
    terms: { title: "Medical terms", text: "term → kind, 8 labels; has sample data" },
    severity: { title: "Log severity", text: "message → info to critical; has sample data" },
    routing: { title: "Log routing", text: "message → component, 6 labels" },
    intents: { title: "Intents", text: "message → what is wanted, 6 labels" },
    text: { title: "Free text", text: "prompt → answer in words" },
  },
  formNames: {
    stepsAlone: "Steps alone",
    stepsPerRound: "Steps per round",
    epsilon: "Epsilon",
    lateAnswers: "Rounds for late answers",
    clientsARound: "Clients a round",
    clientsAtLeast: "Clients at least",
    clientsAtMost: "Clients at most",
    deadlineInSeconds: "The round deadline in seconds",
    rounds: "Rounds",
    name: "Name",
    labels: "Labels",
    seed: "Seed",
  },
  toConfig: {
    chooseBase: "Choose a base model.",
    giveName: "Give the federation a name.",
    twoLabels: "Give at least two labels, one per line.",
  },
  newFederationPage: {
    newFederation: "New federation",
    lead: "Four choices. Each has a proposal; change only what you must.",
    askingForModels: "Asking the coordinator for its base models.",
    whatShouldItLearn: "What should it learn?",
    whatMayTheCoordinatorSee: "What may the coordinator see?",
    privacyLead:
      "Rows never leave a tab, in any of the three. Words of a few rows can be guessed from an update, fewer from a sum, none so far through the noise of a budget.",
    whoGetsWhichModel: "Who gets which model?",
    howLongAndWithHow: "How long, and with how many?",
    roundsAndClients: "Rounds and clients",
    more: "Steps, protection, size of uploads, budgets",
    whoComesIn: "Who comes in",
    accessHint: "All of it can be changed later.",
    whatThisWillTake: "What this will take",
    createFederation: "Create federation",
    next: "Nothing starts yet: next comes the link.",
  },
  createdPage: {
    agreed: ({ method, rounds, clients, deadline }: Agreed) =>
      `${method}, ${plural(rounds, "round")}, at most ${plural(clients, "client")}. A round waits at most ${deadline}, then it goes on with those who have answered.`,
    unknownFederation: "Unknown federation",
    notYours: "This browser does not organise this federation",
    openOrganiserLink: (link: ReactNode) => <>Open its organiser link here. Without one, back to the {link}.</>,
    frontPage: "front page",
    lobbyOf: (configName: string) => `Lobby: ${configName}`,
    lobby: "Lobby",
    ready: "Your federation is ready",
    atTheDoor: "Waiting to be let in",
    takePart: "Take part with this tab",
    openTheDashboard: "Open the dashboard",
    invite: "Invite",
    inviteHint: "Scan it, or send the link. Whoever opens it sees what will leave the tab before anything does.",
    qrLabel: "Code of the invite link, to scan with a camera",
    inviteLink: "Invite link",
    askingForLinks: "Asking the coordinator for its links.",
    moreLinks: "Watch link, organiser link, and how long each is good",
    organiserNote:
      "Whoever has the organiser link can pause, stop, and remove clients. This browser keeps it; it opens the same on another device.",
    ofReady: (minClients: number) => `of ${minClients} ready`,
    startsBy: (clients: number) =>
      `Learning starts by itself once ${plural(clients, "client")} ${clients === 1 ? "is" : "are"} ready.`,
    startNow: "Start now",
    goOn: "Let it go on",
    onlySum: "The coordinator sees only the sum of updates.",
    eachUpdate: "The coordinator sees each update.",
    whatWasAgreed: "What was agreed",
    takes: (time: string) => `About ${time}`,
    mayClose: "You may close this tab",
    /** By who may join. */
    goesOn: {
      open: "The federation goes on by itself.",
      approval: "Who asks to be let in waits until you are back; all else goes on by itself.",
      closed: "Nobody joins until you let people in again, under “Who comes in” on the dashboard; all else goes on by itself.",
    },
    keepsLink: "This browser keeps the organiser link, which brings these controls back; it opens the same on any device.",
  },
};
