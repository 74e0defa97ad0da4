/**
 * Every way in which Duet can fail for a person, and what they can do next: one table for worker, client and coordinator. An error
 * says in its message what happened; its code, an entry of this table, says the rest. Programs decide by codes, never by words.
 */

/** Refusals of the coordinator: they cross the wire (protocol/errors.ts). */
export const REFUSALS = {
  INVALID_PAYLOAD: "Check the settings named above and try again.",
  VERSION_MISMATCH: "Reload this page to get the coordinator's version.",
  MODEL_MISMATCH: "Reload this page; if it stays, tell the organiser that the model on the coordinator has changed.",
  NOT_FOUND: "Ask the organiser for a new link.",
  NOT_READABLE: "Start a new federation. The coordinator keeps the files of this one for the version of Duet that made them.",
  FORBIDDEN: "Ask the organiser for the full link, including the part after #.",
  SIGN_IN_REQUIRED: "Sign in on the page for new federations; whoever runs the coordinator has the operator key.",
  /** Told to pages that the coordinator does not know, which are not Duet's. */
  WRONG_HOST: "Open the address that whoever runs the coordinator gave you.",
  WRONG_PAGE: "Open the page from the coordinator itself.",
  SIGN_IN_FAILED: "Try to sign in again; if it stays, tell whoever runs the coordinator.",
  ACCOUNT_REFUSED: "Sign in with another account, or ask whoever runs the coordinator to let this one in.",
  WRONG_KEY: "Check the key with whoever runs the coordinator, and try again.",
  /** A link that was right once: replaced, withdrawn or too old. */
  LINK_ENDED: "The new link opens this page; what this tab has kept stays.",
  JOINING_CLOSED: "Ask the organiser to let you in, or watch instead.",
  /** Shown as waiting: asking again is what keeps the place. */
  AWAITING_APPROVAL: "Keep this tab open; it goes on once the organiser admits it.",
  NAME_TAKEN: "Join again under another name.",
  FEDERATION_FULL: "Ask the organiser to raise the number of clients, or watch instead.",
  STILL_RUNNING: "Stop the federation, then delete it.",
  FEDERATION_ENDED: "You can still look at its results, or start a new federation.",
  NOT_JOINED: "Reload this page to join again as the same client.",
  STILL_NEEDED: "Wait for its answer or the deadline, or remove it.",
  WRONG_ROUND: "Nothing to do: this client goes on with the round that is open.",
  INVALID_ADAPTER: "Reload this page; it restarts from its last checkpoint.",
  /** Answered by uploading it: shown to nobody unless that does not help either. */
  BLOB_MISSING: "Check the network; this client sends it again.",
  LOCKED_OUT: "Wait until then, and try again with the right one; from another address it works meanwhile.",
  QUOTA_USED_UP: "Wait a few minutes and try again, or ask whoever runs the coordinator for more.",
  RATE_LIMITED: "Wait a few seconds and try again.",
  STORAGE_FAILED: "Ask the organiser to free disk space on the coordinator.",
  INTERNAL: "Try again; if it stays, ask the organiser to look at the coordinator's log.",
} as const;

const CONNECTION = {
  UNREACHABLE: "Check the network; this client keeps trying and goes on by itself.",
  TIMEOUT: "Check the network; this client keeps trying and goes on by itself.",
  BAD_REPLY: "Reload this page to get the coordinator's version.",
  WRONG_ORIGIN: "Open the page at the address that the coordinator knows; this one goes on by itself once that is mended.",
} as const;

const TRAINING = {
  LOSS_NOT_FINITE:
    "If you brought an adapter to start from, join without it. If not, the learning rate is probably too high for this data: tell the organiser.",
  OUT_OF_MEMORY: "Close other tabs and reload; a federation with a smaller batch needs less memory.",
  DEVICE_LOST: "Reload this page: it comes back as the same client and computes without the graphics device.",
  BACKEND_MISSING: "Leave the choice of the backend to Duet, or use a browser that has this one.",
  START_STALLED: "Try again, which starts a new worker. If it happens again, take fewer threads, or another browser.",
  WORKER_DIED: "Reload this page: it comes back as the same client and goes on where it was.",
  PRIVACY_SETTINGS: "Tell the organiser: it takes other privacy settings, or more rows.",
  PRIVACY_LEDGER:
    "Let this page keep data on this device, which a private window does not, and reload; until then nothing is trained.",
  /** Somebody stopped it: shown to nobody as a failure. */
  STOPPED: "Start it again when you want it.",
  BUSY: "Ask again when the round is over.",
} as const;

const DATA = {
  TABLE: "Choose another file, or save this one as CSV, TSV, JSON Lines or plain text.",
  COLUMNS: "Choose other columns or another file.",
  ROWS: "Connect more rows, or rows that differ more.",
  ROWS_GONE: "Connect your data again.",
  SAMPLE_MISSING: "Use your own data, or ask the organiser to serve the sample data.",
} as const;

const MODELS = {
  MODEL_DOWNLOAD: "Check the address and the network, then try the download again.",
  HUB_REFUSED: "Check the token, which has to be one that may write, the repository's name and the network; then try again.",
  HUB_ADDRESS: "Correct the address and look it up again.",
  MODEL_FOLDER: "Choose another model, or all of its files together.",
  UNSUPPORTED_MODEL: "Choose a model of the Llama, Qwen2, Qwen3 or GPT-2 family.",
  BASE_FOR_PYTHON: "Take part by the same link with the client in Python, python -m duet_client join; here one can look on.",
  BASE_NOT_OFFERED: "Create it with duet create, or take duet_base.json out if the model is of a family that Duet computes.",
  NO_BASE: "Put one under models/ where the coordinator runs, as its README says, and start the coordinator again.",
  UNSUPPORTED_TASK: "Choose a label task, or a base model that can write.",
  GGUF: "Choose another GGUF file, or the model as safetensors.",
  SAFETENSORS: "Choose another copy of the model; this one is damaged or of another kind.",
  TOKENIZER: "Choose another model; this one's texts would be read differently here than where it was trained.",
  WRONG_FILE: "Ask the organiser which file it is, and choose that one.",
} as const;

const ADAPTERS = {
  ADAPTER_FILE: "Choose another adapter, or write it again with PEFT as a plain LoRA adapter.",
  ADAPTER_MISSING: "Wait for the round that makes it, or choose another one.",
} as const;

const LINKS = {
  /** Told before anybody is asked. */
  LINK_MISTYPED: "Copy the whole link again, to its end, or ask the organiser for it.",
} as const;

const SECURE = {
  SECURE_REFUSED:
    "Compare the federation's words with the other participants; if they differ, or this happens again, stop and tell the organiser.",
} as const;

const KEPT = {
  STORED_NEWER: "Reload this page to get the newer version, or use another browser profile.",
  STORED_DAMAGED: "Join again as a new client, from the invite link.",
  PLACE_UNUSABLE: "Make it readable and writable, with room on its disk, or name another place by --state or --out.",
  STATE_IN_USE: "Wait until that one has ended, or name another folder with --state.",
} as const;

const ANYWHERE = {
  /** A mistake of ours: nothing a person did. */
  UNEXPECTED: "Reload this page: it comes back as the same client. If it stays, report it with what you did before.",
} as const;

export const NEXT_STEPS = {
  ...REFUSALS,
  ...CONNECTION,
  ...TRAINING,
  ...DATA,
  ...MODELS,
  ...ADAPTERS,
  ...LINKS,
  ...SECURE,
  ...KEPT,
  ...ANYWHERE,
} as const;

export type RefusalCode = keyof typeof REFUSALS;
export type ErrorCode = keyof typeof NEXT_STEPS;

export const isErrorCode = (value: unknown): value is ErrorCode => typeof value === "string" && Object.hasOwn(NEXT_STEPS, value);
