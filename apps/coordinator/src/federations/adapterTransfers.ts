/** Adapters down to the clients and up from them: named by their SHA-256 here, moved by HTTP (see http/blobRoutes.ts). */
import type { BlobRef } from "@duet/lora-core/protocol/blobs";
import { withoutFigures } from "@duet/lora-core/protocol/figures";
import type { RoundMetrics } from "@duet/lora-core/protocol/metrics";
import { stillAsked } from "@duet/lora-core/rounds/exchangeSteps";
import { stillTaken, stillTakenOf } from "@duet/lora-core/rounds/lateAnswers";
import {
  type EnrolledClient,
  enrolled,
  type OpenRound,
  openRoundOf,
  type RoundState,
  specOf,
  stillToAnswer,
} from "@duet/lora-core/rounds/roundState";
import { submissionStanding } from "@duet/lora-core/rounds/submissionStanding";
import { type UploadForm, uploadBytes } from "@duet/lora-core/strategies/uploadCodec";
import type { Logger } from "pino";
import type { ComputeThreads } from "../compute/computeThreads.ts";
import { createId } from "../ports/secrets.ts";
import type { Tally } from "../ports/tally.ts";
import { Refusal } from "../refusal.ts";
import type { FederationStore } from "../storage/federationStore.ts";
import type { Piece } from "../storage/pendingUploads.ts";
import type { Federation } from "./federation.ts";
import type { FederationLoop } from "./federationLoop.ts";
import { onceAtATime } from "./onceAtATime.ts";
import type { SecureSums } from "./secureSums.ts";
import type { SharedModel } from "./sharedModel.ts";
import { createStoredSubmissions, type StoredSubmissions } from "./storedSubmissions.ts";

export interface TransferParts {
  readonly federation: Federation;
  readonly store: FederationStore;
  readonly model: SharedModel;
  readonly compute: ComputeThreads;
  readonly loop: FederationLoop;
  readonly sums: SecureSums;
  readonly tally: Pick<Tally, "submissionCounted">;
  readonly logger: Logger;
  /** Rounds before the newest whose shared adapters are kept. */
  readonly keepRounds: number;
}

export class AdapterTransfers {
  readonly #parts: TransferParts;
  /** What is being answered, by client and round: however often it is asked for, it is done once. */
  readonly #fetching = new Map<string, Promise<BlobRef | null>>();
  readonly #submitting = new Map<string, Promise<void>>();
  readonly #stored: StoredSubmissions;
  /** Clients whose download of the open round was counted. */
  readonly #counted = new Set<string>();
  readonly #tidying = new Set<Promise<void>>();

  constructor(parts: TransferParts) {
    this.#parts = parts;
    this.#stored = createStoredSubmissions((artifact) => parts.store.settleSubmission(artifact));
  }

  /** Clients fetch the blob of that name now. */
  offers(sha256: string): boolean {
    const { store, loop } = this.#parts;
    return store.offers(loop.state.modelRound, sha256);
  }

  /** File of the blob of that name that clients fetch now, checked; null where there is none. */
  offeredFile(sha256: string): Promise<string | null> {
    const { store, loop } = this.#parts;
    return store.offeredFile(loop.state.modelRound, sha256);
  }

  /** What this client starts the open round from, ready to be downloaded; null where it starts from none. @throws {Refusal} */
  fetch(clientId: string, round: number): Promise<BlobRef | null> {
    return onceAtATime(this.#fetching, `${clientId}/${round}`, () => this.#serve(clientId, round));
  }

  /**
   * Takes a piece of what this client is going to submit to the open round, or to one that still takes it; says how many bytes from the start are here.
   * @throws {Refusal} WRONG_ROUND when nothing is expected from it, INVALID_ADAPTER when something else is, STORAGE_FAILED.
   */
  async receive(clientId: string, blob: BlobRef, piece: Piece): Promise<number> {
    const { loop, store, sums } = this.#parts;
    const open = openRoundOf(loop.state);
    if (!open) throw new Refusal("WRONG_ROUND", ["noRoundOpen"]);
    const round = this.#roundOf(clientId, open);
    if (loop.state.phase.kind === "exchanging") sums.assertFits(clientId, blob);
    else if (!this.#isExpected(clientId, round, blob)) return blob.bytes;
    else this.#assertFits(clientId, round, blob);
    const receive = () => store.uploads.receive(clientId, blob, piece);
    return piece.bytes.byteLength === 0 ? receive() : loop.stored(receive);
  }

  /**
   * Resolves once the submission is on disk; a repeat resolves and changes nothing.
   * @throws {Refusal} BLOB_MISSING before the adapter has arrived, WRONG_ROUND, INVALID_ADAPTER, STORAGE_FAILED.
   */
  submit(clientId: string, round: number, adapter: BlobRef | null, metrics: RoundMetrics): Promise<void> {
    return onceAtATime(this.#submitting, `${clientId}/${round}`, () => this.#submit(clientId, round, adapter, metrics));
  }

  /** Forgets what nobody waits for any more. Call after every change of the state. */
  tidy(before: RoundState): void {
    const { store, loop } = this.#parts;
    const open = openRoundOf(loop.state);
    const isSameRound = open?.index === openRoundOf(before)?.index;
    if (!isSameRound) {
      this.#counted.clear();
      // What was stored for a round that is over will not be counted, unless it is still taken.
      this.#stored.keepOnly(this.#mayBeLate());
    }
    const awaited = open && isSameRound ? awaitedIn(loop.state, open).map(({ id }) => id) : [];
    this.#inBackground(store.uploads.keepOnly(new Set([...awaited, ...this.#mayBeLate()])));
    if (loop.state.modelRound !== before.modelRound) {
      this.#inBackground(store.retain(loop.state.modelRound, this.#parts.keepRounds));
    }
  }

  /** Waits for what is being deleted. */
  async close(): Promise<void> {
    await Promise.all(this.#tidying);
  }

  async #serve(clientId: string, round: number): Promise<BlobRef | null> {
    const { federation, model, loop } = this.#parts;
    this.#assertOpen(round);
    const { receive } = federation.planOf(round);
    if (!receive) return null;
    const blob = await loop.stored(() => model.blob(clientId, receive, enrolled(loop.state, clientId)?.rank));
    await loop.applyTogether({ type: "fetched", clientId, bytes: blob.bytes }, () => {
      this.#assertOpen(round);
      const isFirst = !this.#counted.has(clientId);
      this.#counted.add(clientId);
      return isFirst;
    });
    return blob;
  }

  #assertOpen(round: number): void {
    const { state } = this.#parts.loop;
    const open = openRoundOf(state);
    if (!open || specOf(state, open).round !== round) throw new Refusal("WRONG_ROUND", ["roundNotOpen", round]);
  }

  /** What comes from several clients is stored side by side; only the events take turns. */
  async #submit(clientId: string, round: number, adapter: BlobRef | null, metrics: RoundMetrics): Promise<void> {
    const { loop, tally } = this.#parts;
    if (!this.#isExpected(clientId, round, adapter)) return;
    const artifact = await this.#storeAdapter(clientId, round, adapter);
    const sent = { artifact, sha256: adapter?.sha256 ?? null, bytes: adapter?.bytes ?? 0 };
    const isTold = enrolled(loop.state, clientId)?.figures !== "nobody";
    const happening = {
      type: "submitted",
      clientId,
      round,
      ...sent,
      metrics: isTold ? metrics : withoutFigures(metrics),
    } as const;
    let isCounted = false;
    await loop.applyTogether(happening, () => {
      const isExpected = this.#isExpected(clientId, round, adapter);
      isCounted = isExpected && !this.#isCatchUp(clientId, round);
      return isExpected;
    });
    if (isCounted) tally.submissionCounted();
    this.#stored.settle(clientId, round);
  }

  async #storeAdapter(clientId: string, round: number, blob: BlobRef | null): Promise<string | null> {
    const { store, loop, compute } = this.#parts;
    const form = this.#assertFits(clientId, round, blob);
    if (blob === null || form === null) return null;
    const stored = this.#stored.find(clientId, round);
    if (stored?.sha256 === blob.sha256) return stored.artifact;
    const file = await store.uploads.file(clientId, blob);
    if (file === null) throw new Refusal("BLOB_MISSING", ["adapterNotArrived"]);
    await compute.run("check", { file, form });
    // A name of its own: nothing that was confirmed is ever written over.
    const artifact = `${round}-${clientId}-${createId()}`;
    await loop.stored(() => store.adoptSubmission(artifact, blob, file));
    this.#stored.add(clientId, round, { sha256: blob.sha256, artifact });
    return artifact;
  }

  /** Clients whose answer of a round that is over is still taken, now or in the round that opens next. */
  #mayBeLate(): ReadonlySet<string> {
    const { state } = this.#parts.loop;
    const { phase } = state;
    const next = phase.kind === "waiting" ? phase.next : openRoundOf(state);
    return new Set(next ? Object.keys(stillTakenOf(state, next) ?? {}) : []);
  }

  /** Whose adapter a client sends: of the open round, or of one that is over and still takes it. */
  #roundOf(clientId: string, open: OpenRound): number {
    const { state } = this.#parts.loop;
    const { round } = specOf(state, open);
    if (submissionStanding(state, clientId, round).kind === "expected") return round;
    return stillTaken(state, open, clientId)[0] ?? round;
  }

  /**
   * False when this client's submission was counted already. An adapter of who learns alone outside of any round is of its first round, which is over:
   * it looks again, and says without one that it is done. @throws {Refusal} WRONG_ROUND when none is wanted.
   */
  #isExpected(clientId: string, round: number, sent: BlobRef | null): boolean {
    const standing = submissionStanding(this.#parts.loop.state, clientId, round);
    if (standing.kind === "refused") throw new Refusal("WRONG_ROUND", standing.reason);
    if (standing.kind === "caughtUp" && sent) throw new Refusal("WRONG_ROUND", ["roundClosed", round]);
    return standing.kind !== "counted";
  }

  /** It tells that it has learned alone outside of any round: nothing of that is counted. */
  #isCatchUp(clientId: string, round: number): boolean {
    return submissionStanding(this.#parts.loop.state, clientId, round).kind === "caughtUp";
  }

  /** How this client writes what it sends in this round, at its own rank. @throws {Refusal} INVALID_ADAPTER when the blob cannot be that. */
  #assertFits(clientId: string, round: number, blob: BlobRef | null): UploadForm | null {
    const { federation, loop } = this.#parts;
    const form = this.#isCatchUp(clientId, round) ? null : federation.sentFormOf(round, enrolled(loop.state, clientId)?.rank);
    if ((form === null) !== (blob === null)) {
      throw new Refusal("INVALID_ADAPTER", [form ? "needsAdapter" : "takesNoAdapter", round]);
    }
    if (form && blob && blob.bytes !== uploadBytes(form)) {
      throw new Refusal("INVALID_ADAPTER", ["otherAdapterSize", round, uploadBytes(form), blob.bytes]);
    }
    return form;
  }

  /** Deleting what nobody needs may fail: it is tried again after the next change. */
  #inBackground(work: Promise<void>): void {
    const done: Promise<void> = work
      .catch((error) => this.#parts.logger.warn({ error: String(error) }, "Old transfers could not be deleted"))
      .finally(() => this.#tidying.delete(done));
    this.#tidying.add(done);
  }
}

/** Clients that something is still to come from. */
function awaitedIn(state: RoundState, open: OpenRound): readonly EnrolledClient[] {
  return state.phase.kind === "exchanging" ? stillAsked(state) : stillToAnswer(state, open);
}
