/** What a client's adapters answer. Plain data: it crosses threads. */
import type { Mix } from "../fusion/mix.ts";
import type { Recognition } from "../leakage/recognition.ts";

/**
 * Which adapter answers: null is the untouched base, `served` what the client ended up with, `alone` what learning alone has come to, else a mix of
 * its two adapters.
 */
export type AnsweringAdapter = Mix | "served" | "alone" | null;

/** What a model says of an input in a label task. */
export interface Prediction {
  /** Index into the task's labels: the likeliest. */
  readonly label: number;
  /** Of every label; they add up to 1. */
  readonly probabilities: readonly number[];
}

/** How the next token is drawn. */
export interface SamplingOptions {
  /** Logits are divided by it; 0 always takes the likeliest token. */
  readonly temperature: number;
  /** Keeps this many of the likeliest tokens, more where the last of them are equally likely; null keeps all. */
  readonly topK: number | null;
  /** Keeps the fewest likeliest tokens that reach this probability together; null keeps all. */
  readonly topP: number | null;
}

export interface GenerateOptions extends SamplingOptions {
  readonly maxNewTokens: number;
  /** The text ends before the first of these. */
  readonly stop: readonly string[];
  /** Of the draws. */
  readonly seed: number;
}

export interface WriteRequest {
  readonly input: string;
  readonly adapter: AnsweringAdapter;
  readonly options: GenerateOptions;
}

/**
 * Where rows may be recognised: in an adapter, by its loss of each; or in what the client sent last, by how much that lowers the loss of each,
 * from the adapter that it went on from to the one with its update in it.
 */
export type RecognisedIn = AnsweringAdapter | "sent";

/** How well an adapter does on some rows. */
export interface Figure {
  /** Mean loss over scored units, nats. */
  readonly loss: number;
  /** Null in a text task, where there is no label to be right about. */
  readonly accuracy: number | null;
}

/** How well an adapter tells rows that it was trained on from rows that it was not, by their losses alone. */
export interface RowRecognition {
  /** Rows that were compared: at most as many of each as a sample has. */
  readonly train: number;
  readonly test: number;
  readonly recognition: Recognition;
}

/** A test row that an adapter gets wrong. */
export interface MistakenRow {
  /** Where it stands in the client's data, from 1. */
  readonly line: number;
  readonly input: string;
  /** Indices into the task's labels. */
  readonly actual: number;
  readonly predicted: number;
}

/** Which column of a table to answer, with which adapter, and how. */
export interface TableRequest {
  readonly column: string;
  readonly adapter: AnsweringAdapter;
  readonly answer:
    | { readonly kind: "label"; readonly labels: readonly string[] }
    | { readonly kind: "text"; readonly options: GenerateOptions };
}

/** A newer answer stops those before it. All reject with STOPPED when they are stopped, and with ADAPTER_MISSING where nothing is served yet, or was not learned alone. */
export interface AnswerEngine {
  /** @throws {DuetError} UNSUPPORTED_TASK in a text task. */
  predict(inputs: readonly string[], adapter: AnsweringAdapter): Promise<readonly Prediction[]>;
  /** Writes an answer and hands over its pieces as they come. @throws {DuetError} UNSUPPORTED_TASK when the model cannot write. */
  write(request: WriteRequest, onText: (piece: string) => void): Promise<void>;
  /** Loss and accuracy on the client's fusion rows. */
  measureFusion(adapter: AnsweringAdapter): Promise<Figure>;
  /**
   * The client's training rows against its test rows, a seeded sample of each. Stays on the device: it is computed from rows. It rests while
   * there is anything to answer, and only a round stops it. `onProgress` gets the share of rows that were scored.
   * @throws {DuetError} ADAPTER_MISSING where nothing was sent, or what was sent is no longer known.
   */
  measureRecognition(where: RecognisedIn, onProgress?: (share: number) => void): Promise<RowRecognition>;
  /**
   * The client's test rows that the adapter gets wrong, in their order: to be shown to whose rows they are, and sent to nobody.
   * @throws {DuetError} UNSUPPORTED_TASK in a text task.
   */
  mistakenRows(adapter: AnsweringAdapter): Promise<readonly MistakenRow[]>;
  /** Stops what is being answered, and waits for its end. */
  stopAnswering(): Promise<void>;
}
