/** Everything a fresh clone lacks, in order. Every part is idempotent and says in one line what it does. */
import { ensureDependencies } from "./setup/dependencies.mjs";
import { ensureBuild, ensureKernels, ensureModels, ensureSamples } from "./setup/products.mjs";

/** What the coordinator needs in order to serve: packages, base model, sample data, web app. */
export async function setUp() {
  await ensureDependencies();
  await ensureKernels();
  await ensureModels();
  await ensureSamples();
  await ensureBuild();
}
