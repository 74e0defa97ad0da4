/** Names that columns have where nobody wonders what they hold. */
export const INPUT_NAMES = /^(text|input|content|message|msg|line|prompt|question|sentence|review|description|gloss)$/i;
export const ANSWER_NAMES =
  /^(label|answer|class|category|target|level|severity|diagnosis|intent|sentiment|output|response|completion)$/i;

/** Header cells made usable as names: an empty one becomes "column 3", a repeated one "name (2)". */
export function columnNames(header: readonly string[]): readonly string[] {
  const names = new Set<string>();
  const copies = new Map<string, number>();
  for (const [index, cell] of header.entries()) {
    const base = cell.trim() || `column ${index + 1}`;
    let name = base;
    let copy = copies.get(base) ?? 1;
    while (names.has(name)) name = `${base} (${++copy})`;
    copies.set(base, copy);
    names.add(name);
  }
  return [...names];
}
