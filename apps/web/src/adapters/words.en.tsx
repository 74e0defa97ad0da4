import { EXPORT_SENTENCES } from "@duet/lora-core/errors/exportSentences";
import type { ReactNode } from "react";
import type { Export } from "../services/adapterExport.ts";

export const en = {
  unfit: EXPORT_SENTENCES,
  adapterPicker: {
    startWithoutIt: "Start without it",
    adapterFiles: "Adapter files",
    drop: "Drop an adapter here",
    files: "a .zip, or adapter_config.json and adapter_model.safetensors",
    chooseFiles: "Choose files",
    chooseAnother: "Choose another adapter, or go on without one.",
  },
  adaptersPanel: {
    yourAdapters: "Your adapters",
    hint: "Each as a .zip with a README. They are written in this tab; an export sends nothing.",
    afterAllRounds: "after all rounds",
    laterReason: "After the last round, once its weights are found.",
    export: "Export",
    exportNamed: (label: string) => `Export the ${label} adapter`,
    usedFirst: "used first here",
  },
  continueFromAdapter: {
    continueFrom: (span: ReactNode) => <>Continue from an adapter {span}</>,
    optional: "optional",
    explanation: (rank: number, alpha: number) =>
      `Your personal adapter then starts from it. It must have rank ${rank}, alpha ${alpha} and the federation's targets; one from an earlier federation on the same base fits best.`,
    fits: (rank: number, alpha: number) => `rank ${rank}, alpha ${alpha}; your personal adapter starts from it.`,
  },
  exportState: {
    written: "Written",
  },
  formatChoice: {
    format: "Format",
    notForThis: (refusal: string) => `Not for this federation. ${refusal}.`,
  },
  recognisedRows: {
    it: "it",
    yourRowsIn: (what: string) => `Your rows in ${what}:`,
    inAdapter: (adapter: string) => adapter,
  },
  recognitionPanel: {
    howRecognisableYourRowsAre: "How recognisable your rows are",
    hint: "Your training rows against your test rows: by how much sureness the update that you sent last added to each, and by how sure each adapter is of them. Measured in this tab on at most 200 rows of each; nothing is sent.",
    howOften: "Of a row that was trained on and one that was not: how often the right one is picked.",
    recognisableRows: "Recognisable rows",
    in: (what: string) => `In ${what}:`,
    measuredIn: (what: string) => `Measured in ${what}`,
    names: {
      sent: "the update that you sent last",
      alone: "the adapter that learned alone",
      personal: "the personal adapter",
      shared: "the shared adapter",
      fused: "the fused adapter",
    },
  },
  sharedAdaptersPanel: {
    sharedAdapters: "Shared adapters",
    hint: "What the clients learned together, as the coordinator keeps it after every round, as a .zip with a README.",
    after: "After",
    export: "Export",
    exportThis: "Export the shared adapter of this round",
  },
  pushToHub: {
    showIt: "Show what is typed",
    title: "Put it on the hub",
    leaves:
      "The adapter leaves this tab, in the format above, and goes to the hub with its README: whoever may read the repository has it. Nothing of your rows goes along.",
    adapter: "Adapter",
    repository: "Repository",
    token: "Access token",
    tokenKept: "One that may write. It goes to the hub alone and is kept nowhere; it is emptied once the adapter is there.",
    private: "Private, if the repository is made now",
    push: "Push",
    cancel: "Cancel",
    pushed: "It is there:",
    signIn: "Sign in to the hub",
    signedIn: "Signed in to the hub",
    close: "This window may be closed.",
  },
  /** What a format is called where one is chosen, and who loads it. */
  formats: {
    peft: { label: "PEFT adapter", loads: "The adapter alone, for the PEFT library and for Duet." },
    merged: {
      label: "Merged safetensors",
      loads: "Base and adapter as one model, in the base's kind of numbers, for transformers.",
    },
    "merged-f32": {
      label: "Merged safetensors, 32 bits",
      loads: "Base and adapter as one model, not rounded, for transformers.",
    },
    "gguf-lora": { label: "GGUF LoRA", loads: "The adapter alone, for llama.cpp beside a GGUF file of the base." },
    "gguf-f16": { label: "Merged GGUF, F16", loads: "Base and adapter as one file in 16 bits, for llama.cpp." },
    "gguf-q8_0": { label: "Merged GGUF, Q8_0", loads: "Base and adapter as one file in 8 bits, half as large, for llama.cpp." },
    "sentence-transformers": {
      label: "sentence-transformers",
      loads: "The merged encoder and its labels as a folder of that library.",
    },
    onnx: { label: "ONNX", loads: "The merged encoder for transformers.js, in a browser or in Node." },
  } satisfies Record<Export["format"], { readonly label: string; readonly loads: string }>,
  recognitionView: {
    percent: (percent: number) => `${percent} %`,
    tooFew: "too few rows to tell",
    verdicts: {
      well: "well recognisable",
      somewhat: "somewhat recognisable",
      hardly: "hardly recognisable",
      open: "not to be told with so few rows",
    },
    ofAdapters: {
      well: "Whoever has this adapter and one of your rows can mostly tell that it was trained on. Give it only to those who may know who is in your data; fewer steps, more rows, or an epsilon make it less.",
      somewhat:
        "It gives hints of which rows were trained on. If that somebody is in your data is itself a secret, give it only to those who may know, or train with an epsilon.",
      hardly: "By losses alone it hardly tells which rows were trained on. Others with more effort find out somewhat more.",
      open: "The figure may be chance or may be not. With more test rows it would be surer; until then treat it as recognisable.",
    },
    /** It cannot be taken back. */
    ofSent: {
      well: "Whoever reads this update by itself and has one of your rows can mostly tell that it was trained on. Next time fewer steps in a round, more rows, secure sums or an epsilon make it less.",
      somewhat:
        "Whoever reads this update by itself gets hints of which rows were trained on. If that somebody is in your data is itself a secret, take secure sums and an epsilon next time.",
      hardly:
        "By losses alone this update hardly tells which rows were trained on. Others with more effort find out somewhat more.",
      open: "The figure may be chance or may be not. With more test rows it would be surer; until then take your rows for recognisable in it.",
    },
    compared: (train: number, test: number, fewest: number) =>
      `${train} training and ${test} test rows were compared; it takes ${fewest} of each. Few rows are remembered best: do not take this for a good sign.`,
    figure: (auc: string, low: string, high: string) =>
      `Picked right in ${auc} of cases (95 %: ${low} to ${high}; guessing: 50 %).`,
    inSum:
      "Nobody had this update by itself: the coordinator saw the sum with those of the others alone, which tells less, unless all others of the sum work together.",
    byItself: "The coordinator had this update by itself, and each one before it.",
    beingMeasured: (share: string) => `being measured (${share})`,
    inAMoment: "measured in a moment",
    notMeasured: "not measured; take them for recognisable",
    measuredLater: "measured when the federation is over; until then take them for recognisable",
    notMeasuredHere: "not measured, as this tab takes part no more or was opened anew; take them for recognisable",
  },
};
