import { words } from "./words.ts";

interface TabNotesProps {
  readonly note: string | null;
  /** Newest first. */
  readonly earlier: readonly string[];
}

/** What was out of the ordinary in this tab: the newest as a sentence, the others on demand. */
export function TabNotes({ note, earlier }: TabNotesProps) {
  return (
    <>
      <p className="small" role="status" style={{ margin: note === null ? 0 : "0 0 10px" }}>
        {note}
      </p>
      {earlier.length > 0 && (
        <details className="muted small" style={{ margin: "0 0 10px" }}>
          <summary>{words.tabNotes.beforeThat}</summary>
          <ul>
            {earlier.map((text, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: a list without ids, newest first
              <li key={earlier.length - index}>{text}</li>
            ))}
          </ul>
        </details>
      )}
    </>
  );
}
