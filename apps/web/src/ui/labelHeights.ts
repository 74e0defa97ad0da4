/** Where the labels of a chart's lines stand, so that none covers another. Pure. */

/** Where a label starts by its own line, pixels. */
export interface LabelPlace {
  readonly x: number;
  readonly y: number;
}

export interface LabelRoom {
  /** What a label takes at most, from where it starts to its right. */
  readonly width: number;
  /** Between labels that stand above each other. */
  readonly gap: number;
  /** The lowest that one may stand. */
  readonly bottom: number;
}

/** Heights in the order of the places: labels that may cover each other move apart, down where there is room. */
export function labelHeights(places: readonly LabelPlace[], { width, gap, bottom }: LabelRoom): readonly number[] {
  const heights = new Map<LabelPlace, number>();
  for (const group of neighbours(places, width)) {
    const apart = spread(
      group.map(({ y }) => y),
      gap,
      bottom,
    );
    group.forEach((place, index) => {
      heights.set(place, apart[index] ?? place.y);
    });
  }
  return places.map((place) => heights.get(place) ?? place.y);
}

/** Each starts less than `width` after the one before it. */
function neighbours(places: readonly LabelPlace[], width: number): readonly (readonly LabelPlace[])[] {
  const groups: LabelPlace[][] = [];
  for (const place of places.toSorted((a, b) => a.x - b.x)) {
    const before = groups.at(-1);
    if (before && place.x - (before.at(-1)?.x ?? 0) < width) before.push(place);
    else groups.push([place]);
  }
  return groups;
}

/** Heights in the order of `natural` ones, each at least `gap` below the one above it, and none below `bottom`. */
function spread(natural: readonly number[], gap: number, bottom: number): readonly number[] {
  const order = natural.map((_, i) => i).sort((a, b) => (natural[a] ?? 0) - (natural[b] ?? 0));
  const placed = [...natural];
  let least = Number.NEGATIVE_INFINITY;
  for (const i of order) {
    placed[i] = Math.max(placed[i] ?? 0, least);
    least = (placed[i] ?? 0) + gap;
  }
  let most = bottom;
  for (const i of order.toReversed()) {
    placed[i] = Math.min(placed[i] ?? 0, most);
    most = (placed[i] ?? 0) - gap;
  }
  return placed;
}
