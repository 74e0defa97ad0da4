import { pathToFileURL } from "node:url";
import { root } from "./process.mjs";

/** Loads a TypeScript file of the repository, named from its root; possible only once the packages are installed. */
export async function typescriptModule(path) {
  const { tsImport } = await import("tsx/esm/api");
  return tsImport(pathToFileURL(root + path).href, import.meta.url);
}
