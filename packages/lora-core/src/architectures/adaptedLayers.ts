/** Which layers of a base an adapter is on. */

/**
 * The lowest of `count` layers that has one of these modules, `count` where none has: no gradient goes below it. The names of a layer's
 * modules begin with `nameOf` and a dot.
 */
export function lowestAdaptedLayer(modules: Iterable<string>, count: number, nameOf: (index: number) => string): number {
  const names = [...modules];
  const layers = Array.from({ length: count }, (_, index) => index);
  return layers.find((index) => names.some((name) => name.startsWith(`${nameOf(index)}.`))) ?? count;
}
