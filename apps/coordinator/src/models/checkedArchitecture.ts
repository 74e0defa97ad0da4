/** What a federation's base model is, once it is known to be one that clients can load. */
import { type Architecture, type DescribedBase, parseBase, sameArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { UnsupportedModelError } from "@duet/lora-core/architectures/unsupportedModel";
import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import { ModelFolderError } from "@duet/lora-core/checkpoints/modelFolderError";
import { modelFormat } from "@duet/lora-core/checkpoints/modelFormat";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import { Refusal } from "../refusal.ts";
import type { ModelCatalogue } from "./modelCatalogue.ts";

/**
 * Needs no weights: a client that loads others than listed refuses itself. A model served here must be the one in the catalogue.
 * @throws {Refusal} NOT_FOUND or MODEL_MISMATCH for one served here, INVALID_PAYLOAD for one that is not supported.
 */
export function checkedArchitecture(
  { source, files, config }: BaseModel,
  catalogue: ModelCatalogue,
): Architecture | DescribedBase {
  try {
    modelFormat(files.map(({ path }) => path));
    const architecture = parseBase(config);
    if (source.kind !== "coordinator") return architecture;
    const served = catalogue.get(source.id)?.model;
    if (!served) throw new Refusal("NOT_FOUND", ["noServedModel", source.id]);
    if (fingerprint(served.files) !== fingerprint(files) || !sameArchitecture(served.config, config)) {
      throw new Refusal("MODEL_MISMATCH", ["otherServedModel", source.id]);
    }
    return architecture;
  } catch (error) {
    if (error instanceof UnsupportedModelError || error instanceof ModelFolderError) {
      throw new Refusal("INVALID_PAYLOAD", error);
    }
    throw error;
  }
}
