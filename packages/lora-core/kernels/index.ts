/** Everything the host calls. Pointers are byte offsets into TF.js' heap; this module owns no memory and no data. */
export { product, productScratchBytes } from "./product";
