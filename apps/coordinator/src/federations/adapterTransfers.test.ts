import { openRoundOf, type RoundSpec } from "@duet/lora-core/rounds/roundState";
import { type UploadForm, uploadBytes } from "@duet/lora-core/strategies/uploadCodec";
import { pino } from "pino";
import { expect, test } from "vitest";
import { layout, testConfig, testMetrics } from "../../test/support/federations.ts";
import { introduction, loopOver, loopPolicy, memoryJournal } from "../../test/support/loopParts.ts";
import { createShiftableClock } from "../../test/support/shiftableClock.ts";
import { AdapterTransfers, type TransferParts } from "./adapterTransfers.ts";
import { openRoundLog } from "./roundLog.ts";

const schedule: readonly RoundSpec[] = [
  { round: 0, stage: "local", receives: false, uploads: true },
  { round: 1, stage: "federated", receives: true, uploads: true, catchUp: true },
  { round: 2, stage: "fusing", receives: true, uploads: false, catchUp: true },
];
const form: UploadForm = { layout, upload: { slot: "personal", part: "all" }, coding: testConfig().upload } as UploadForm;
const blob = { sha256: "0".repeat(64), bytes: uploadBytes(form) };
const isNew = { ...introduction, isNew: true as const };

/** Anna and bram are in round 0, both new; what is sent is checked as long as `check` takes. */
async function twoBegin(check: () => Promise<void> = () => Promise.resolve()) {
  const { journal } = memoryJournal();
  const clock = createShiftableClock();
  const store = {
    uploads: { file: async () => "a file", keepOnly: async () => undefined, receive: async () => 8 },
    adoptSubmission: async () => undefined,
    settleSubmission: () => undefined,
    keepSubmissions: async () => undefined,
    retain: async () => undefined,
  };
  const aggregate = async () => ({ standings: [], means: null, gauge: async () => null });
  let counted = 0;
  const submissionCounted = () => {
    counted += 1;
  };
  const model = { aggregate, adopt: () => undefined } as unknown as TransferParts["model"];
  const log = openRoundLog({ ...loopPolicy, schedule, minClients: 2 }, clock.now(), journal, []);
  const loop = loopOver({ log, clock, model, store: store as unknown as TransferParts["store"] });
  const transfers = new AdapterTransfers({
    ...({ federation: { sentFormOf: () => form }, store, compute: { run: check } } as unknown as TransferParts),
    loop,
    model,
    tally: { submissionCounted },
    logger: pino({ level: "silent" }),
    keepRounds: 1,
  });
  const apply = (happening: Parameters<typeof loop.apply>[0]) => loop.inTurn(() => loop.apply(happening));
  for (const clientId of ["anna", "bram"]) await apply({ type: "clientJoined", clientId, introduction: isNew });
  /** With anna's answer alone. */
  const closeFirst = async () => {
    await apply({ type: "roundClosed" });
    await expect.poll(() => openRoundOf(loop.state)?.index).toBe(1);
  };
  const submit = (clientId: string, adapter: typeof blob | null) => transfers.submit(clientId, 0, adapter, testMetrics());
  return { loop, transfers, submit, closeFirst, counted: () => counted };
}

test("an answer to the first round that comes too late is outdated, and then its client says that it is done", async () => {
  const { loop, transfers, submit, closeFirst, counted } = await twoBegin();
  await submit("anna", blob);
  await closeFirst();
  await expect(submit("bram", blob)).rejects.toMatchObject({ code: "WRONG_ROUND" });
  const piece = { start: 0, bytes: new Uint8Array(8) };
  await expect(transfers.receive("bram", blob, piece)).rejects.toMatchObject({ code: "WRONG_ROUND" });
  await submit("bram", null);
  expect(loop.state.clients.map(({ isNew }) => isNew)).toEqual([undefined, undefined]);
  // A repeat is acknowledged; and what is told so is no answer of a round.
  await submit("bram", null);
  expect(counted()).toBe(1);
  await loop.close();
});

test("a first round that closes while an answer to it is checked leaves that answer outdated, not acknowledged", async () => {
  let checked = () => {};
  const checking = new Promise<void>((resolve) => {
    checked = resolve;
  });
  let checks = 0;
  const { loop, submit, closeFirst } = await twoBegin(() => (++checks === 1 ? Promise.resolve() : checking));
  await submit("anna", blob);
  const late = submit("bram", blob);
  await expect.poll(() => checks).toBe(2);
  await closeFirst();
  checked();
  await expect(late).rejects.toMatchObject({ code: "WRONG_ROUND" });
  await submit("bram", null);
  expect(loop.state.clients[1]?.isNew).toBeUndefined();
  await loop.close();
});
