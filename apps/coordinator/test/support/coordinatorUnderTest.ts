/** A real coordinator on a free port with its own data folder, stopped and deleted at the end of the test. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type Coordinator, type CoordinatorOptions, createCoordinator } from "../../src/createCoordinator.ts";
import { createShiftableClock, type ShiftableClock } from "./shiftableClock.ts";

export interface CoordinatorUnderTest {
  url: string;
  readonly dataDir: string;
  readonly clock: ShiftableClock;
  /** Stops it and starts another on the same data; `url` changes. */
  restart(): Promise<void>;
}

/** Starts it. Its only base model is duet-tiny, and it serves no page unless told otherwise. */
export async function startCoordinator(settings: Partial<CoordinatorOptions> = {}): Promise<CoordinatorUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), "duet-coordinator-"));
  const dataDir = join(folder, "data");
  const modelsDir = join(folder, "models");
  await cp("models/duet-tiny", join(modelsDir, "duet-tiny"), { recursive: true });
  const clock = createShiftableClock();
  const create = () => createCoordinator({ dataDir, modelsDir, webDir: null, clock, ...settings });
  let coordinator: Coordinator = create();
  onTestFinished(async () => {
    await coordinator.close();
    await rm(folder, { recursive: true, force: true });
  });
  const running: CoordinatorUnderTest = {
    url: (await coordinator.listen(0)).url,
    dataDir,
    clock,
    async restart() {
      await coordinator.close();
      coordinator = create();
      running.url = (await coordinator.listen(0)).url;
    },
  };
  return running;
}
