/** WebKit reads the address only some time after the click. */
const READ_MS = 60_000;

/** Gives the reader of the page a file to keep, as a download. */
export function saveFile({ fileName, content }: { readonly fileName: string; readonly content: Uint8Array | Blob }): void {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([new Uint8Array(content)]));
  const link = document.createElement("a");
  link.href = url;
  link.download = fileName;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), READ_MS);
}
