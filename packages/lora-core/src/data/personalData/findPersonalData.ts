/**
 * Likely personal data in a text, by expressions, check digits and lists: small, on this device, and in time proportional to the text. It finds
 * what is written as such things mostly are, and misses what is not; what it is worth is measured in docs/privacy.md.
 */
import { type Detector, HAS, type Match, type Needs } from "./detector.ts";
import { networkDetectors } from "./networkDetectors.ts";
import { numberDetectors } from "./numberDetectors.ts";
import type { Finding } from "./personalKind.ts";
import { wordDetectors } from "./wordDetectors.ts";

/** What an earlier one finds, no later one looks at. */
export const detectors: readonly Detector[] = [...networkDetectors, ...numberDetectors, ...wordDetectors];

/** What stands in the text, from its start to its end; no two overlap. */
export function findPersonalData(text: string): readonly Finding[] {
  const has = new Map<Needs, boolean>();
  let found: readonly Finding[] = [];
  for (const detector of detectors) {
    const { needs } = detector;
    const may = has.get(needs) ?? HAS[needs](text);
    has.set(needs, may);
    const more = may ? besides(found, text, detector) : [];
    if (more.length > 0) found = [...found, ...more].sort((a, b) => a.start - b.start);
  }
  return found;
}

/** What one detector finds where nothing is found yet. `taken` is in the order of the text, and so is the result. */
function besides(taken: readonly Finding[], text: string, { kind, expression, lengthOf }: Detector): readonly Finding[] {
  const found: Finding[] = [];
  let next = 0;
  expression.lastIndex = 0;
  for (let hit = expression.exec(text); hit; hit = expression.exec(text)) {
    const match = matchOf(text, hit);
    const length = lengthOf ? lengthOf(match) : match.found.length;
    const finding = { kind, start: match.start, end: match.start + length };
    while ((taken[next]?.end ?? Number.POSITIVE_INFINITY) <= finding.start) next += 1;
    if (length > 0 && (taken[next]?.start ?? Number.POSITIVE_INFINITY) >= finding.end) found.push(finding);
    // What was no match may have one in it.
    expression.lastIndex = length > 0 ? Math.max(finding.end, hit.index + 1) : nextStart(text, hit.index);
  }
  return found;
}

function matchOf(text: string, hit: RegExpExecArray): Match {
  const groups = hit.groups ?? {};
  const found = groups.it ?? hit[0];
  return { text, found, start: hit.index + (groups.it === undefined ? 0 : hit[0].lastIndexOf(groups.it)), groups };
}

/** Past this character, which may be two units long. */
const nextStart = (text: string, index: number): number => index + ((text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1);
