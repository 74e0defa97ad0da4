/** Which of a base's linear modules an adapter is on. Pure. */
import type { AdapterSaying } from "../errors/adapterSentences.ts";
import { noModule } from "../errors/noModule.ts";
import { type AdapterConfig, isCalled, type LinearModule } from "./adapterConfig.ts";

/**
 * The modules an adapter config selects, in the base's order.
 * @throws {RangeError} when a target matches nothing, naming it and what there is.
 */
export function selectModules(linears: readonly LinearModule[], config: AdapterConfig): readonly LinearModule[] {
  for (const target of config.targetModules) {
    if (!linears.some(({ name }) => isCalled(name, target))) throw new RangeError(noModule(target, lastNames(linears)));
  }
  return linears.filter(({ name }) => config.targetModules.some((target) => isCalled(name, target)));
}

/** What is said of a name that no module has. */
export const noModuleCalled = (target: string, linears: readonly LinearModule[]): AdapterSaying => [
  "noModule",
  target,
  lastNames(linears),
];

const lastNames = (linears: readonly LinearModule[]): string =>
  [...new Set(linears.map(({ name }) => name.split(".").at(-1)))].join(", ");
