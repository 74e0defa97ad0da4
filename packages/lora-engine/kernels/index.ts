/** Everything the host calls. Pointers are byte offsets into TF.js' heap; this module owns no memory and no data. */
export { exactGelu, exactGeluGradient, gelu, geluGradient, swiglu, swigluGradient } from "./activations";
export { attention, attentionGradient, attentionScratchBytes } from "./attention";
export { factorGradient, factorGradientScratchBytes } from "./factorGradient";
export { layerNorm, layerNormGradient, rmsNorm, rmsNormGradient } from "./norms";
export { adamW, sumOfSquares } from "./optimizer";
export { productPart, productScratchBytes } from "./product";
export { rowMeans, rowMeansGradient } from "./rowMeans";
export { addRows, rotate, takeRows } from "./rows";
export { selfAttention, selfAttentionGradient, selfAttentionScratchBytes } from "./selfAttention";
export { crossEntropy, crossEntropyGradient } from "./softmax";
