/** Failures in words for somebody at a terminal: where the common words speak of a page, what to do here. */
import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import { type ErrorCode, NEXT_STEPS } from "@duet/lora-core/errors/errorTable";

const AGAIN = "Run the same command again: it comes back as the same client and goes on where it was.";
const UPDATE = "Install the version of Duet that the coordinator has.";

const REACH = "Check the address and the network, then run the same command again.";

const STEPS: Partial<Readonly<Record<ErrorCode, string>>> = {
  VERSION_MISMATCH: UPDATE,
  BAD_REPLY: UPDATE,
  UNREACHABLE: REACH,
  TIMEOUT: REACH,
  MODEL_MISMATCH: `${AGAIN} If it stays, tell the organiser that the model on the coordinator has changed.`,
  SIGN_IN_REQUIRED: "Name the file with the operator key by --operator-key-file; whoever runs the coordinator has it.",
  SIGN_IN_FAILED: "Try again; if it stays, tell whoever runs the coordinator.",
  WRONG_PAGE: "Use the address that whoever runs the coordinator gave you.",
  WRONG_ORIGIN: "Use the address that the coordinator knows itself by.",
  LINK_ENDED: "Run the command again with the new link; what the state folder keeps stays.",
  AWAITING_APPROVAL: "Let it run; it goes on once the organiser admits it.",
  NOT_JOINED: AGAIN,
  INVALID_ADAPTER: AGAIN,
  OUT_OF_MEMORY: "Give the process more memory; a federation with a smaller batch needs less.",
  DEVICE_LOST: AGAIN,
  START_STALLED: AGAIN,
  BACKEND_MISSING: "Leave --backend out, or install what it needs (npm install webgpu, and a graphics driver with Vulkan).",
  WORKER_DIED: AGAIN,
  PRIVACY_LEDGER: "Make the state folder writable and run it again; until then nothing is trained.",
  STORED_NEWER: "Install the newer version of Duet, or name another folder with --state.",
  STORED_DAMAGED: "Name another folder with --state to join as a new client.",
  MODEL_FOLDER: "Name the folder with all of the model's files by --model.",
  ROWS_GONE: "Name the file with your rows by --data.",
  COLUMNS: "Name other columns with --input and --label, or another file.",
  WRONG_FILE: "Ask the organiser which files they are, and name their folder by --model.",
  UNEXPECTED: `${AGAIN} If it stays, report it with the command.`,
};

/** By the step that a page would say: what a session tells has words, and no code any more. */
const HERE = new Map<string, string>(Object.entries(STEPS).map(([code, step]) => [NEXT_STEPS[code as ErrorCode], step] as const));

/** What happened, and what to do next. */
export const explainHere = (error: unknown): FailureText => saidHere(explain(error));

/** A failure as it is told in a terminal. */
export function saidHere(failure: FailureText): FailureText {
  return { ...failure, nextStep: HERE.get(failure.nextStep) ?? failure.nextStep };
}
