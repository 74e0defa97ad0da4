import { nameOfCoding } from "@duet/lora-core/compression/uploadCoding";
import { UPLOAD_CHOICES } from "@duet/lora-core/compression/uploadWords";
import { DATA_SENTENCES } from "@duet/lora-core/data/dataSentences";
import type { SampleCounts } from "@duet/lora-core/protocol/metrics";
import { ROBUSTNESS_WORDS } from "@duet/lora-core/robustness/robustnessWords";
import { SAMPLES } from "@duet/lora-core/scenarios/samples";
import type { ReactNode } from "react";
import { formatNumber, formatWhole } from "../lib/numbers.ts";
import { plural } from "../lib/plural.ts";
import type { OthersRows } from "./labelBalance.ts";

export interface ChoiceWords {
  readonly label: string;
  /** What it does and costs. */
  readonly summary: string;
}

export const en = {
  samples: { medical: SAMPLES.medical.title, logs: SAMPLES.logs.title },
  sampleData: "sample data",
  data: DATA_SENTENCES,
  /** By kind. */
  protections: ROBUSTNESS_WORDS,
  /** By the names of nameOfCoding. */
  codings: Object.fromEntries(
    UPLOAD_CHOICES.map(({ coding, label, summary }): [string, ChoiceWords] => [nameOfCoding(coding), { label, summary }]),
  ),
  coding: {
    bits: {
      f32: "in full precision",
      f16: "rounded to 16 bits a value",
      int8: "rounded to 8 bits a value",
      int4: "rounded to 4 bits a value",
    },
    largest: (percent: number, bits: string) => `the largest ${percent} % of their values, ${bits}`,
  },
  rowsAsRead: {
    title: "As the model reads them",
    aside: (most: number) => `a box is a token; the first ${most} are read`,
    prompt: "In italics: the prompt around every row. It, and room for an answer, is taken off what is read of a row.",
    lengths: "Length of the rows",
    loseTheirEnd: (cut: number, rows: number, most: number) =>
      `${formatWhole(cut)} of ${plural(rows, "row")} ${cut === 1 ? "is" : "are"} longer than ${most} tokens${cut === 0 ? "." : cut === 1 ? " and loses its end." : " and lose their end."}`,
    unread: (unread: number, rows: number) => `The base model cannot read ${formatWhole(unread)} of ${plural(rows, "row")}`,
    unreadText:
      "It does not know most of their letters (�), so such rows look alike to it and nothing can be learned from them. Ask the organiser for a federation with a base model that knows their language.",
    line: (line: number) => `line ${line}`,
    shouldAnswer: (answer: ReactNode) => <>should answer {answer}</>,
    tokens: (tokens: number) => plural(tokens, "token"),
    cutOff: (tokens: number) => `${formatWhole(tokens)} cut off`,
    rowsOfStep: (step: number) => (step === 1 ? "rows" : `rows, in steps of ${step} tokens`),
    readUpToHere: "read up to here",
    tokensInARow: "tokens in a row",
  },
  columnMapping: {
    chooseOther: "Choose other data",
    inputColumn: "Input column",
    several: "several, joined by a template",
    answerColumn: "Answer column",
    chooseColumn: "Choose a column",
    template: "Template of the input",
    templateNote: "Columns stand in braces; what is empty in a row leaves no gap.",
    firstRowsOfFile: "First rows of the file",
    firstRows: "First rows",
  },
  connectDataPanel: {
    title: "Connect your data",
    hint: "The file is read in this tab. It is not sent anywhere.",
    noData: "No data at hand?",
    useSample: "Use sample data",
    reading: (fileName: string) => `Reading ${fileName} in this tab.`,
    splitting: (percent: number) => `Checking and splitting these rows, in this tab: ${percent} %`,
    sample: (title: string, share: string) => `${title}: the share of “${share}”.`,
    chooseOther: "Choose other data",
    exactLabels: "Take only labels that are written exactly as the federation's",
  },
  dataReport: {
    parts: (rows: ReactNode, { train, fusion, test }: SampleCounts, term: (text: string) => ReactNode) => (
      <>
        {rows}: {formatWhole(train)} to train, {formatWhole(fusion)} to weigh mixtures,{" "}
        {term(`${formatWhole(test)} only to test`)}.
      </>
    ),
    and: (entries: string, more: number) => `${entries} and ${plural(more, "more spelling")}`,
    otherSpelling: (shown: string) => `Labels read in another spelling: ${shown}.`,
    spread: "Labels are spread evenly over the three parts; texts that are nearly the same stay together.",
    few: (testRows: number, spread: string) =>
      `On ${plural(testRows, "test row")} an accuracy is known to about ± ${spread} only. Connect more rows if you have them.`,
    notUsed: (lines: number) => `${plural(lines, "line")} not used`,
    whyNotUsed: "Why lines are not used",
    lines: "Lines",
    why: "Why",
    where: "Where",
    otherReasons: (lines: number) => `${plural(lines, "line")} for other reasons.`,
    firstLines: "The first of these lines",
    notUsedAndWhy: "Lines not used, and why",
    linesNotUsed: "Lines not used",
    line: (line: number) => `line ${line}`,
    andMore: (count: number) => `and ${formatWhole(count)} more`,
    respelled: (count: number, spelling: string, label: string) => `${formatWhole(count)} × “${spelling}” as “${label}”`,
  },
  rejectedFile: {
    download: "Download these lines",
    columns: { line: "line", reason: "why not used" },
    name: (file: string) => `${file}-not-used.csv`,
  },
  labelBalance: {
    title: "Labels: yours beside the federation's",
    key: (labels: number) => `bar: your rows · mark: where each of the ${labels} labels would be if all were equally frequent`,
    keyOfAll: "bar: your rows · mark: all clients' training rows, from their secure sum",
    none: "none",
    /** Percents, after how many rows they are. */
    shares: (own: string, beside: string, isOfAll: boolean) =>
      `: ${own} % of yours; ${beside} % ${isOfAll ? "of all clients' rows" : "if all labels were equally frequent"}`,
    all: (labels: number) => `All ${labels} labels`,
    leans: (label: string, times: number, isOfAll: boolean) =>
      `“${label}” is ${formatNumber(times, 1)} times as frequent in your rows as ${isOfAll ? "in those of all clients" : "it would be if all labels were equally frequent"}: your personal adapter will lean that way.`,
    missing: (names: string) => `Not in your rows, which is fine: ${names}.`,
    andMore: (names: string, more: number) => `${names} and ${more} more`,
    allThere: "Your rows have every label of the federation.",
    others: ({ clients, telling, rows }: OthersRows) => {
      const all = clients === 1 ? "The one client here" : `The ${clients} clients here`;
      if (telling === 0) return `${all} ${clients === 1 ? "does" : "do"} not tell how many rows, or which labels.`;
      const who = telling === clients ? all : `${telling} of the ${clients} clients here`;
      return `${who} ${telling === 1 ? "tells" : "tell"} of ${plural(rows, "row")} to train on; this page does not show which labels those have.`;
    },
  },
  dataSource: {
    dataFile: "Data file",
    drop: "Drop a file here",
    formats: "CSV, TSV, JSON Lines, plain text or log",
    chooseFile: "Choose a file",
    paste: "Paste text",
    rows: "Rows",
    pasteNote: "As they would stand in a file, the column names in the first line.",
    useThese: "Use these rows",
    pastedText: "pasted text",
  },
  memoryNote: {
    title: "This may not fit this device",
  },
  modelFilesDrop: {
    files: "Model files",
    drop: "Drop the model's files here",
    choose: "Choose files",
    checking: "Checking the files",
    checked: (receivedBytes: string, totalBytes: string) => `Checking ${receivedBytes} of ${totalBytes}`,
  },
  modelFilesPanel: {
    title: "Base model files",
    hint: "They stay on this device and are kept by this browser where it has room.",
    has: "This device has the base model's files.",
    looking: "Looking whether this browser has them.",
    stillNeeded: (files: string) => `Still needed: ${files}. Ask the organiser for the same files.`,
    fileSize: (path: string, bytes: string) => `${path} (${bytes})`,
  },
  personalData: {
    masked: (found: string, examples: string, mark: string) => `${found}: ${examples}, masked as ${mark}`,
    toMask: (found: string, examples: string, mark: string) => `${found}: ${examples}, to ${mark}`,
    looking: (percent: number) => `Looking for personal data in these rows, in this tab: ${percent} %`,
    none: "No personal data was found in these rows. A scan misses names and whatever is written in an uncommon way: look yourself, too.",
    found: "Personal data found",
    undo: "Undo masking",
    mask: "Mask these in all rows",
    maskedNote: "Training, fusion and test rows are masked alike, and kept so; labels and your file stay as they are.",
    foundNote: "The examples stay in this tab. A scan misses some and takes some for what they are not.",
  },
  readinessCheck: {
    title: "Readiness check",
    offer: (bytes: string) =>
      `How fast this device learns, by a few steps on your rows. The base model (${bytes}) is fetched for it, unless this browser has it; nothing is sent.`,
    check: "Check this device",
    checkAgain: "Check again",
    downloading: (received: string, total: string) => `Fetching the base model: ${received} of ${total}`,
    measuring: "Taking a few steps on your rows to measure them.",
    speed: (rate: string, backend: string) => (
      <>
        <strong>{rate}</strong> on {backend}
      </>
    ),
    takes: (time: string) => (
      <>
        <strong>About {time}</strong> of computing for you
      </>
    ),
    takesNote: (rounds: string) => `${rounds} with your rows at this speed; waiting for the others comes on top.`,
    leftNote: "The rounds that are left, with your rows at this speed; waiting for the others comes on top.",
    round: (time: string) => (
      <>
        The longest round takes you <strong>about {time}</strong>
      </>
    ),
    inTime: (deadline: string, isMost: boolean) => `A round may take ${isMost ? "at most " : ""}${deadline}.`,
    fewerSteps: "Slower devices do fewer steps here.",
    rank: (rank: number) => (
      <>
        Proposed ranks: <strong>{rank}</strong>
      </>
    ),
    rankHeld: "This device's memory holds all of the federation's.",
    rankByMemory: "As many as this device's memory holds.",
    rankNotByLink: "Fewer would hardly shorten a round over this line.",
    rankByLink: (held: string, proposed: string) =>
      `A round would take about ${proposed} here in place of ${held}, as less is sent and fetched over this line. Choose them above if that is worth it: fewer ranks learn less.`,
    late: (deadline: string, isMost: boolean) =>
      `A round is closed after ${isMost ? "at most " : ""}${deadline}, without whoever is not done. Join from a faster device, or ask the organiser for a federation with a later deadline or fewer steps.`,
  },
  readingOptions: {
    none: "none",
    separators: { ",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar", " ": "space" },
    encoding: "Encoding",
    asItLooks: (encoding: string) => `as it looks: ${encoding}`,
    separator: "Separator",
    firstLine: "First line",
    hasNames: "has the column names",
    isRow: "is a row",
    quotes: "Quotes",
    markCells: "mark cells",
    plain: "are plain characters",
    about: "About this file",
  },
  whatLeaves: {
    title: "What leaves this tab",
    sent: "Is sent",
    kept: "Never leaves",
  },
  closedDoor: {
    fullText: (clients: number) =>
      `It takes at most ${plural(clients, "client")}. Ask the organiser whether somebody will leave; this page notices it by itself.`,
    ended: {
      finished: "This federation has finished.",
      stopped: "The organiser has stopped this federation.",
      failed: "This federation has failed.",
    },
    endedText: "Nobody can join any more. What came of it can still be seen.",
    closed: "This federation is closed to new clients.",
    closedText: "Ask the organiser to open it. Those who are in can come back.",
    full: "This federation is full.",
    watch: "Watch",
    seeResult: "See what came of it",
    forPython: "Only clients in Python can take part in this federation.",
    forPythonText:
      "Its base model is one that no tab computes. Take part by the same link with python -m duet_client join; here you can watch.",
  },
  leaving: {
    rowNoise: ", with noise that hides single rows",
    clientNoise: " and with a share of the noise that hides single clients",
    changes: (upload: string, noise: string) => `changes of the shared adapter, once a round, ${upload}${noise}`,
    maskedChanges: (noise: string, share: string) =>
      `changes of the shared adapter, once a round, under masks${noise}${share}: the coordinator gets the sum over all clients`,
    rank: "how many ranks your adapters have, to the coordinator; to the others with your figures",
    keys: "keys, made anew for every sum, and encrypted shares of them for the other tabs",
    personalSent: "your personal adapter: this method sends it, or sets it to what you share",
    inSum: (what: string) => `${what}, as part of the sum`,
    budgetSpent: "how much of your privacy budget is spent",
    rowCount: "how many rows you train on, to the coordinator: it weighs your changes by it",
    figuresInSum: "your loss, accuracy and rows as part of the sum: their means are shown, and yours cannot be read out of them",
    rowsInSum:
      "how many of your training rows have each label and each length, once and as part of a sum over all clients, which everybody sees",
    rowsAlone: "how many of your rows have which label or length by themselves, and how unlike the others you are",
    name: "your name here, and what you chose above",
    rows: "your rows, tokens and prompts",
    fileName: "your file's name and its other columns",
    changesAlone: "your changes by themselves, without masks",
    figuresAlone:
      "your loss, accuracy, fusion weights and speed by themselves, what your device computes with, and the memory that takes",
    personal: "your personal adapter",
    labelVectorsKept: "your vectors of the labels",
    forEverybody:
      "for everybody: how many rows you have, what your device computes with, the memory that takes, your loss, accuracy and speed",
    forOrganiser:
      "for the organiser: how many rows you have, what your device computes with, the memory that takes, your loss, accuracy and speed",
    labelVectors: "the vectors of the labels, at first the means of your rows that have each, with the changes",
    oneRow: ": of a label that one of your rows has, that row as the base reads it",
    controlVariate: "your control variate, which says where your rows pull: with every change",
    personalInSum: "your personal adapter, as part of the sum: this method shares it, or sets it to what you share",
  },
  memoryView: {
    and: " and ",
    inPieces: (takes: string, rows: number, recomputes: boolean) =>
      `${takes} with whole batches. That is more than this device allows, so it computes ${plural(rows, "row")} at a time${recomputes ? " and keeps less of each layer, which takes longer" : ""}. The result is the same.`,
    takes: (needed: string) => `Training takes about ${needed} of memory in this tab`,
    sentence: (takes: string) => `${takes}.`,
    tooLarge: (takes: string) => `${takes}, in larger pieces than this device allows`,
    allows: (takes: string, available: string) => `${takes}; it allows ${available}`,
    smallFits: "The setting for phones and old laptops fits: choose it above.",
    usual: (isTooLarge: boolean) =>
      ` What is for laptops and desktops ${isTooLarge ? "does not fit this device" : "would be computed in pieces here"}.`,
    joinElsewhere: (hasSmaller: boolean) =>
      `${hasSmaller ? "A federation for phones and old laptops would fit: ask its organiser for one, or join from another device." : "Join from a device with more memory."} You can join from here all the same: it computes one row at a time then, and may run out of memory.`,
    never: "No setting makes it fit: choose a smaller base model, or another device.",
    wouldFit: (settings: string) => `It would fit with ${settings}.`,
    overAndWay: (over: string, way: string) => `${over}. ${way}`,
    rowsOfTokens: (maxTokens: number) => `rows of ${maxTokens} tokens`,
    rank: (rank: number) => `rank ${rank}`,
  },
  personalView: {
    kinds: {
      name: (count: number) => `${count} ${count === 1 ? "name" : "names"}`,
      mail: (count: number) => `${count} ${count === 1 ? "mail address" : "mail addresses"}`,
      phone: (count: number) => `${count} ${count === 1 ? "telephone number" : "telephone numbers"}`,
      address: (count: number) => `${count} ${count === 1 ? "postal address" : "postal addresses"}`,
      birthDate: (count: number) => `${count} ${count === 1 ? "date of birth" : "dates of birth"}`,
      nationalId: (count: number) => `${count} ${count === 1 ? "identity number" : "identity numbers"}`,
      record: (count: number) => `${count} ${count === 1 ? "patient or record number" : "patient or record numbers"}`,
      iban: (count: number) => `${count} ${count === 1 ? "bank account" : "bank accounts"}`,
      card: (count: number) => `${count} ${count === 1 ? "card number" : "card numbers"}`,
      ip: (count: number) => `${count} ${count === 1 ? "IP address" : "IP addresses"}`,
      mac: (count: number) => `${count} ${count === 1 ? "MAC address of a device" : "MAC addresses of devices"}`,
    },
    title: (found: number, rows: number) =>
      `${plural(found, "row")} of ${formatWhole(rows)} ${found === 1 ? "seems" : "seem"} to hold personal data`,
    quoted: (example: string) => `“${example}”`,
  },
  rankChoice: {
    label: "Ranks of your adapters",
    note: (whole: number) =>
      `Fewer than the federation's ${whole} take less memory and send fewer bytes, and learn less. It stays for as long as you take part.`,
    asItHolds: (proposed: number | null) =>
      proposed === null ? "As many as this device holds" : `As many as this device holds: ${proposed}`,
    of: (rank: number, whole: number) => (rank === whole ? `${whole}, all of them` : `${rank} of ${whole}`),
  },
  joinPage: {
    baseModel: (baseModel: ReactNode, name: string) => (
      <>
        {baseModel} {name}
      </>
    ),
    join: "Join",
    joinNamed: (name: string) => `Join ${name}`,
    approvalText: "You ask with the button below; this tab waits for the answer.",
    approval: "The organiser lets people in.",
    youHere: "You here",
    yourName: "Your name",
    yourNameNote: "The others see it. A place, not a person.",
    take: (proposal: string) => `Take ${proposal}`,
    askToJoin: "Ask to join",
    joinAndTrain: "Join and train",
    leaveAnyTime: "You can leave at any time and keep your adapters.",
    afterTheCheck: "This tab joins once the check of this device has ended.",
    secure: "updates are summed securely",
    plain: "the coordinator sees each update",
    takes: (time: string, rows: string) => `about ${time} of computing with ${rows} rows`,
    takesYou: (time: string, rows: number) => `about ${time} of computing with your ${plural(rows, "row")}`,
    clientPrivacy: (epsilon: ReactNode, value: number) => (
      <>
        differential privacy of clients, {epsilon} {value}
      </>
    ),
    rowPrivacy: (epsilon: ReactNode, value: number) => (
      <>
        differential privacy of rows, {epsilon} {value}
      </>
    ),
    invisible: "There are characters in it that cannot be seen: type it again.",
    nameTaken: "Somebody here is called that already.",
    filesFirst: "Choose the base model's files first.",
    dataFirst: "Connect your data first.",
    answerFirst: "Choose the column with the answers first.",
    otherData: "These rows cannot be used: change what is chosen for them, or choose another file.",
    nameMissing: "Your name is missing.",
    otherName: "Choose another name.",
  },
};
