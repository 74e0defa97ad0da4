/** Puts a text on the clipboard; false where the browser lets this page do so in no way. Call it from a press. */
export async function copyText(text: string): Promise<boolean> {
  // TypeScript takes it to be everywhere; it is missing on pages that are not secure, as over http from another machine.
  const clipboard = Reflect.get(navigator, "clipboard") as Clipboard | undefined;
  const written = clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  return (await written) || copySelected(text);
}

function copySelected(text: string): boolean {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.readOnly = true;
  field.className = "visuallyHidden";
  document.body.append(field);
  field.select();
  try {
    return document.execCommand("copy");
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
