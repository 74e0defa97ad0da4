export const en = {
  title: "Glossary",
  lead: "What the words of these pages mean, in a sentence each.",
  groups: {
    people: "Who takes part",
    learned: "What is learned",
    run: "How a federation runs",
    rows: "Your rows",
    figures: "What is measured",
    privacy: "What protects your rows",
    device: "Your device",
  },
  /** Besides those that the page explains where they first stand (lib/words.en.ts). */
  terms: {
    client: { word: "client", meaning: "What trains in a federation: a browser tab, or a program, with rows of its own." },
    participant: { word: "participant", meaning: "A person who takes part with a client." },
    organiser: {
      word: "organiser",
      meaning: "Who has the organiser link: can pause, stop, let in and remove. At first whoever created the federation.",
    },
    watcher: { word: "watcher", meaning: "Somebody who watches by the watch link, and brings no rows." },
    team: { word: "team", meaning: "Several devices that are one client: each trains on a part of every step." },
    update: { word: "update", meaning: "What a client sends after a round: how its training changed the shared adapter." },
    rank: {
      word: "rank",
      meaning: "How wide an adapter is. A higher one can learn more, and takes more memory and bytes.",
    },
    "fusion weights": {
      word: "fusion weights",
      meaning: "How much of your personal and of the shared adapter is in the fused one: w₁ and w₂.",
    },
    method: {
      word: "method",
      meaning: "The rules of a federation's training: what a client trains when, what it sends, and what is made of it.",
    },
    preset: { word: "preset", meaning: "Settings of a method that belong together, under a name." },
    aggregate: { word: "aggregate", meaning: "To make the next shared adapter of what the clients of a round sent." },
    deadline: {
      word: "deadline",
      meaning: "When a round is closed without waiting any longer. Who has not answered by then goes on with the next one.",
    },
    "late answer": {
      word: "late answer",
      meaning:
        "An answer of a round that is over. Where the federation takes such answers, it counts in a later round, for less.",
    },
    "learning alone": {
      word: "learning alone",
      meaning:
        "Training on one's own rows only. Some methods begin with a time of it; where a federation compares, every client also keeps an adapter that learns so for as many steps, never leaves, and is what gains are measured against.",
    },
    fusing: {
      word: "finish",
      meaning:
        "The last part of a run: every client makes the adapter that it serves, by steps of its own or by finding fusion weights, and measures.",
    },
    step: { word: "step", meaning: "One change of an adapter, by the mistakes on a few rows." },
    row: { word: "row", meaning: "One example: an input and its answer." },
    label: { word: "label", meaning: "One of the answers that a federation has agreed on." },
    token: { word: "token", meaning: "A piece of a word as the base model reads it." },
    "training rows": { word: "training rows", meaning: "The rows of yours that adapters learn from: about 60 in 100." },
    "fusion rows": {
      word: "fusion rows",
      meaning:
        "A few rows of yours on which mixtures of your two adapters are measured, and fusion weights found: about 10 in 100. Nobody trains on them.",
    },
    "near-duplicates": {
      word: "near-duplicates",
      meaning:
        "Rows whose texts are nearly the same. They stay in the same part of the split, so that no test row was learned by heart.",
    },
    accuracy: { word: "accuracy", meaning: "The share of test rows whose label was right." },
    "macro-F1": {
      word: "macro-F1",
      meaning: "How well labels are told apart, each counting alike: rare ones weigh as much as frequent ones.",
    },
    loss: { word: "loss", meaning: "How surprised the model is by the right answers; lower is better. In nats." },
    gain: { word: "gain", meaning: "How much accuracy a client has over what it would have by learning alone." },
    interval: {
      word: "±",
      meaning: "How far off a figure may be by the chance of which rows were tested: 95 times in 100 it is not further.",
    },
    throughput: { word: "throughput", meaning: "Tokens that a device trains on in a second." },
    masks: {
      word: "masks",
      meaning: "Numbers that look like noise, put on an update before it leaves. Those of all clients cancel out in their sum.",
    },
    "differential privacy": {
      word: "differential privacy",
      meaning: "Noise that is put in so that nobody can tell whether a row was there; how well, says epsilon.",
    },
    clip: { word: "clip", meaning: "The most that a single row, or client, may change in a step or round." },
    "privacy budget": {
      word: "privacy budget",
      meaning: "How much epsilon may be spent on your rows. Once it is, training on them ends.",
    },
    ledger: { word: "what left this tab", meaning: "The list of every message that your tab has sent, with its size." },
    backend: {
      word: "backend",
      meaning: "What computes in your browser: webgpu is the graphics card, wasm and cpu the processor.",
    },
    thread: { word: "thread", meaning: "One of the parts of a processor that compute at the same time." },
    "readiness check": {
      word: "readiness check",
      meaning: "Whether a device computes what training needs, and how fast, before it joins.",
    },
  },
};
