/** A real coordinator on a free port with its own data folder, stopped and deleted at the end of the test. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Coordinator, type CoordinatorOptions, createCoordinator } from "../../src/createCoordinator.ts";
import { createShiftableClock, type ShiftableClock } from "./shiftableClock.ts";
import { freshDatabase } from "./testDatabase.ts";

export interface CoordinatorUnderTest {
  url: string;
  readonly dataDir: string;
  /** Null for the one in the data folder. */
  readonly databaseUrl: string | null;
  readonly clock: ShiftableClock;
  /** Stops it and starts another on the same data; `url` changes. */
  restart(whileDown?: () => Promise<void>): Promise<void>;
}

/** Starts it. Its only base model is duet-tiny, and it serves no page unless told otherwise. `prepare` may fill its data folder. */
export async function startCoordinator(
  settings: Partial<CoordinatorOptions> = {},
  prepare: (dataDir: string) => Promise<void> = async () => {},
): Promise<CoordinatorUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "duet-coordinator-"));
  const dataDir = join(folder, "data");
  const modelsDir = join(folder, "models");
  await cp("models/duet-tiny", join(modelsDir, "duet-tiny"), { recursive: true });
  const clock = createShiftableClock();
  await prepare(dataDir);
  const databaseUrl = await freshDatabase();
  const create = () => createCoordinator({ dataDir, databaseUrl, modelsDir, webDir: null, clock, ...settings });
  let coordinator: Coordinator = create();
  onTestFinished(async () => {
    await coordinator.close();
    await rm(folder, { recursive: true, force: true });
  });
  const running: CoordinatorUnderTest = {
    url: (await coordinator.listen(0)).url,
    dataDir,
    databaseUrl,
    clock,
    async restart(whileDown = async () => {}) {
      await coordinator.close();
      await whileDown();
      coordinator = create();
      running.url = (await coordinator.listen(0)).url;
    },
  };
  return running;
}
