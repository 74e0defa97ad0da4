/**
 * Interprets one round plan on a client: receive, train, copy, measure, fuse, upload. It knows no federated method by name.
 * All work is on copies; the client's adapters change only when the whole round succeeded, so a cancelled or failed round can
 * simply be run again, and with its journal it need not compute again what it has computed.
 */

import { decodeAdapter, encodeAdapter } from "@duet/lora-core/adapters/adapterCodec";
import { layoutOfRank } from "@duet/lora-core/adapters/adapterLayout";
import { paddedTo } from "@duet/lora-core/adapters/adapterRank";
import { AS_THEY_ARE } from "@duet/lora-core/compression/uploadCoding";
import type { RoundRequest } from "@duet/lora-core/contract/clientRound";
import {
  type HeldAdapters,
  type Received,
  received,
  receivedLayout,
  uploaded,
  uploadLayout,
  withMerged,
} from "@duet/lora-core/strategies/exchange";
import { sentUpdate } from "@duet/lora-core/strategies/sentUpdate";
import type { Serve, Upload } from "@duet/lora-core/strategies/strategy";
import { isTraining } from "@duet/lora-core/strategies/trainings";
import { type EncodedUpload, encodeUpload, type UploadForm } from "@duet/lora-core/strategies/uploadCodec";
import type { NamedTensors } from "@duet/lora-core/tensors/namedTensors";
import { random } from "@duet/lora-core/tensors/random";
import type { Client } from "./client.ts";
import { followStep } from "./followStep.ts";
import { measurer } from "./measureRound.ts";
import type { PrivacyMeter } from "./privacyMeter.ts";
import { createRoundJournal, type RoundJournal } from "./roundJournal.ts";
import type { RoundReport } from "./roundReport.ts";
import type { RunControl } from "./runControl.ts";
import { serveAdapter } from "./serveAdapter.ts";
import type { TeamTrainings } from "./teamTrainings.ts";
import { trainAlone } from "./trainAlone.ts";

export interface RoundOutcome {
  readonly held: HeldAdapters;
  readonly upload: Uint8Array | null;
  /** What the client ends up with, in the fusing round; its rank may be higher than the layout's. */
  readonly served: NamedTensors | null;
  /** As it was before where this round uploads nothing. */
  readonly sent: Client["sent"];
}

/**
 * With a journal it goes on where that ends. @throws {RangeError} on a plan that cannot be followed; {DuetError} STOPPED when cancelled,
 * LOSS_NOT_FINITE, STORED_DAMAGED when the journal is of another round.
 */
export async function runRound(
  client: Client,
  request: RoundRequest,
  report: RoundReport,
  control: RunControl,
  journal: RoundJournal = createRoundJournal(null),
  meter: PrivacyMeter | null = null,
  team: TeamTrainings | null = null,
): Promise<RoundOutcome> {
  if (client.setup.training.privacy && !meter) throw new RangeError("Private training needs somebody who counts its steps");
  const running = { report, control, journal, meter, team };
  const { plan } = request;
  const start = receivedAdapters(client, request);
  const asExtra = (kind: "merged" | "control") => (plan.receive?.extra === kind ? (start?.extra ?? null) : null);
  let held: HeldAdapters = {
    ...client.held,
    ...(start ? { shared: start.shared, merged: asExtra("merged") } : {}),
  };
  const measure = measurer(client, plan, running);

  const isLast = plan.stage === "fusing";
  if (isLast || client.lastRound === null) await measure("base", null);
  // After as many steps as what was received.
  if (plan.alone && !isLast && held.alone) await measure("alone", held.alone);
  if (start) await measure("shared", withMerged(held.shared, held.merged));
  for (const [index, step] of plan.steps.entries()) {
    const place = { step, index, round: request.round, common: asExtra("control") };
    held = await followStep(client, place, held, running);
    if (plan.alone && isTraining(step)) held = { ...held, alone: await trainAlone(client, { ...place, step }, held, running) };
  }
  if (plan.alone && isLast && held.alone) await measure("alone", held.alone);
  if (plan.beforeAggregation) await measure("beforeAggregation", withMerged(held.shared, held.merged));
  if (held.personal !== client.held.personal || servesPersonal(plan.serve)) {
    await measure("personal", withMerged(held.personal, held.merged));
  }
  const { serve: how } = plan;
  const served = how && withMerged(await report.timed("fusion", () => serveAdapter(client, how, held, running)), held.merged);
  if (served) await measure("fused", served);

  report.progress("uploading");
  if (!plan.upload) return { held, upload: null, served, sent: client.sent };
  const { upload } = plan;
  const { blob, residual } = await report.timed("encode", () => send(client, request.round, upload, start, held, meter));
  const [origin, { merged }] = [originOf(client, start), held];
  const sent = () => sentUpdate(formOf(client, upload), blob, origin, merged);
  return { held: { ...held, residual }, upload: filledUp(client, upload, blob), served, sent };
}

/**
 * What leaves, as the federation codes it. Its rounding draws are the round's, so that a round that is run again sends the same; with privacy
 * nothing that is made of rows may choose them, and the seed is made of rows.
 */
function send(
  client: Client,
  round: number,
  upload: Upload,
  start: Received | null,
  held: HeldAdapters,
  meter: PrivacyMeter | null,
): EncodedUpload {
  const basis = { origin: originOf(client, start), residual: held.residual };
  const uniform = meter?.uniform ?? random(client.setup.clientSeed, "upload", round);
  return encodeUpload(formOf(client, upload), uploaded(upload, start, held), basis, uniform);
}

/** With zeros for the ranks that others have and this client does not, where it is not to be seen that it does not. Values are as they are then. */
function filledUp({ setup, layout }: Client, upload: Upload, blob: Uint8Array): Uint8Array {
  if (setup.sharedRank === undefined) return blob;
  const own = uploadLayout(layout, upload);
  const whole = layoutOfRank(own, setup.sharedRank);
  return encodeAdapter(paddedTo(decodeAdapter(blob, own), whole), whole);
}

const formOf = ({ setup, layout }: Client, upload: Upload): UploadForm => ({
  layout,
  upload,
  coding: setup.upload ?? AS_THEY_ARE,
});

/** The shared adapter as the round's steps began. */
const originOf = ({ held }: Client, start: Received | null): NamedTensors => start?.shared ?? held.shared;

/** Whether the client ends up with its personal adapter, or a fusion of it. */
function servesPersonal(how: Serve | null): boolean {
  return how !== null && (how.kind !== "slot" || how.slot === "personal");
}

function receivedAdapters({ layout, held }: Client, { plan, received: blob }: RoundRequest): Received | null {
  if (!plan.receive) return null;
  if (!blob) throw new RangeError("This round starts from the coordinator's adapter, but none was received");
  const tensors = decodeAdapter(blob, receivedLayout(layout, plan.receive, blob.byteLength));
  return received(tensors, plan.receive, held.shared);
}
