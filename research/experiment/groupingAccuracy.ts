/**
 * How well predicted templates sort messages: the share of messages whose predicted group has exactly the members of their true group
 * (Zhu et al. 2019, arXiv 1811.03509, there "parsing accuracy"). The wording of a predicted template does not matter.
 */

/** `predicted` and `actual` are the templates of the same messages. 1 of no message. */
export function groupingAccuracy(predicted: readonly string[], actual: readonly string[]): number {
  if (actual.length === 0) return 1;
  const found = membersOf(predicted);
  const wanted = membersOf(actual);
  const right = actual.filter((template, i) => found.get(predicted[i] ?? "")?.join() === wanted.get(template)?.join());
  return right.length / actual.length;
}

/** Messages of each template, by their places. */
function membersOf(templates: readonly string[]): ReadonlyMap<string, readonly number[]> {
  const members = new Map<string, number[]>();
  for (const [place, template] of templates.entries()) members.set(template, [...(members.get(template) ?? []), place]);
  return members;
}
