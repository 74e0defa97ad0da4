/** Writing with a decoder, token by token from cached keys and values; the likeliest token each time. */
import { decoderLinears } from "@duet/lora-core/architectures/decoderConfig";
import { parseArchitecture } from "@duet/lora-core/architectures/modelConfig";
import { createTextTokenizer } from "@duet/lora-core/tokenizers/textTokenizer";
import { disposeDecoderWeights, loadDecoderWeights } from "../src/models/causalLm/decoderWeights.ts";
import { generateTokens } from "../src/models/causalLm/generateTokens.ts";
import { uploadAdapter } from "../src/training/deviceAdapter.ts";
import { type Contest, using } from "./contests.ts";
import { ADAPTER_SCALE, measureRuns } from "./measureSteps.ts";
import { benchAdapter, type ContestOptions } from "./subjects.ts";

const SAMPLING = { temperature: 0, topK: null, topP: null };

/** After a prompt of `promptTokens`; the answers are the tokens written, which are counted per second. */
export async function generation(options: ContestOptions, promptTokens: number, newTokens: number): Promise<Contest> {
  const files = await options.readModel("duet-tiny");
  const { config, family } = parseArchitecture(files.config);
  if (family !== "causal-lm") throw new Error("models/duet-tiny is not a causal LM");
  const prompt = createTextTokenizer(files.tokenizer).encode(options.text).slice(0, promptTokens);
  const adapter = benchAdapter(files, 1);
  const weights = decoderLinears(config).reduce((sum, { inFeatures, outFeatures }) => sum + inFeatures * outFeatures, 0);
  const head = config.hiddenSize * config.vocabSize;
  const timing = { ...options, tokens: newTokens };

  const load = async () => {
    const loaded = loadDecoderWeights(config, files.weights);
    const uploaded = uploadAdapter(adapter, { scale: ADAPTER_SCALE, trainable: false });
    return {
      run: async () => {
        const tokens: number[] = [];
        const text = { prompt, adapter: uploaded, maxNewTokens: newTokens, stopTokens: [], sampling: SAMPLING, seed: 1 };
        for await (const token of generateTokens(loaded, { ...text, beforeToken: async () => {} })) tokens.push(token);
        return tokens;
      },
      dispose: () => {
        uploaded.dispose();
        disposeDecoderWeights(loaded);
      },
    };
  };

  return {
    ...timing,
    name: `generation/duet-tiny/${promptTokens}+${newTokens}`,
    model: "duet-tiny",
    // Attention, a few percent at these lengths, is left out.
    flops: 2 * ((promptTokens + newTokens - 1) * weights + newTokens * head),
    ours: () => using(load, ({ run }) => measureRuns(run, timing)),
    stock: "Plain TF.js ops have no cache of keys and values to write from.",
    jax: "jax-js compiles one function per length, so a growing text has none.",
    torch: async () => ({ work: "generation", adapter, prompt, newTokens }),
  };
}
