/** A CSV of people's own texts: spreadsheets take it for UTF-8 only where it begins with a byte order mark, which readers of tables drop. */
export const csvBlob = (csv: string): Blob => new Blob(["\ufeff", csv], { type: "text/csv;charset=utf-8" });
