/**
 * What a round has computed so far. A round is a function of its request and of what the client held, so it is resumed by running it from
 * its beginning: every piece that takes long is taken from the journal where it is there, and computed and noted down where it is not.
 * No random state is in it: every stream is a function of a seed and of the round, the step and the batch.
 */
import { workError } from "@duet/lora-core/errors/workError";
import type { Scored } from "../models/languageModel.ts";
import type { TrainingKeeping, TrainingOutcome } from "./trainAdapter.ts";
import type { TrainingState } from "./trainingState.ts";

interface Results {
  /** Of a batch of rows under an adapter. */
  readonly scored: readonly Scored[];
  /** Of a batch of fusion rows under a candidate of the search. */
  readonly losses: Float32Array;
  readonly trained: TrainingOutcome;
  /** What a private choice came to, so that it is paid for once; null where nothing was left to pay with. */
  readonly chosen: number | null;
}
type Kind = keyof Results;

/** What took a while, and how long, in seconds; interruptions are not counted. */
export interface Piece<K extends Kind = Kind> {
  readonly name: string;
  readonly kind: K;
  readonly result: Results[K];
  readonly seconds: number;
}
type AnyPiece = { readonly [K in Kind]: Piece<K> }[Kind];

/** A training that is not over. */
export interface TrainingUnderWay {
  readonly name: string;
  /** In all. */
  readonly steps: number;
  readonly state: TrainingState;
  readonly seconds: number;
}

/** Plain data that survives a structured clone. */
export interface JournalState {
  /** In the order in which the round asks for them. */
  readonly pieces: readonly AnyPiece[];
  readonly training: TrainingUnderWay | null;
}

export interface RoundKeeping {
  /** Where the round goes on; null at its beginning. */
  readonly from: JournalState | null;
  /** Called after every piece and between the steps of a training; `read` must be over before this is. */
  readonly offer: (read: () => Promise<JournalState>) => Promise<void>;
}

export interface RoundJournal {
  /** The piece of this name, kept or computed now. @throws {DuetError} STORED_DAMAGED where another one was kept in its place. */
  once<K extends Kind>(kind: K, name: string, compute: () => Promise<Results[K]>): Promise<Piece<K>>;
  /** How the training of this name goes on and is kept, and the seconds that it has taken already; for use inside of its `once`. */
  training(name: string, steps: number): TrainingKeeping & { readonly seconds: number };
}

/** With null everything is computed, and nothing kept. */
export function createRoundJournal(keeping: RoundKeeping | null): RoundJournal {
  const pieces: AnyPiece[] = [];
  const kept = keeping?.from?.pieces ?? [];
  let underWay = keeping?.from?.training ?? null;

  /** How often it was used says where the round is. */
  function takeKept<K extends Kind>(kind: K, name: string): Piece<K> | null {
    const piece = kept[pieces.length];
    if (!piece) return null;
    if (piece.kind !== kind || piece.name !== name) throw mismatch(name, piece.name);
    pieces.push(piece);
    return piece as Piece & Piece<K>;
  }

  return {
    async once(kind, name, compute) {
      const known = takeKept(kind, name);
      if (known) return known;
      const before = underWay?.name === name ? underWay.seconds : 0;
      const began = performance.now();
      const piece = { kind, name, result: await compute(), seconds: before + secondsSince(began) };
      pieces.push(piece as AnyPiece);
      underWay = null;
      await keeping?.offer(async () => ({ pieces: [...pieces], training: null }));
      return piece;
    },
    training(name, steps) {
      if (underWay && underWay.name !== name) throw mismatch(name, underWay.name);
      const seconds = underWay?.seconds ?? 0;
      const began = performance.now();
      return {
        from: underWay?.state ?? null,
        seconds,
        betweenSteps: async (read) =>
          keeping?.offer(async () => ({
            pieces: [...pieces],
            training: { name, steps, state: await read(), seconds: seconds + secondsSince(began) },
          })),
      };
    },
  };
}

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

const mismatch = (wanted: string, found: string) => workError("STORED_DAMAGED", ["journalUnfit", found, wanted]);
