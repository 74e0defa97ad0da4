/** What a model of picked files is called: its folder where that is known, or its GGUF file; null for loose files. Pure. */
export function pickedName(files: readonly { readonly name: string; readonly webkitRelativePath?: string }[]): string | null {
  const folder = files[0]?.webkitRelativePath?.split("/").at(-2);
  if (folder) return folder;
  const gguf = files.find(({ name }) => /\.gguf$/i.test(name));
  return gguf ? gguf.name.replace(/\.gguf$/i, "") : null;
}
