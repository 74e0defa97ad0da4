/** The part of papaparse that this folder uses. Its published types need Node's, which lora-core must do without. */
declare module "papaparse" {
  const Papa: {
    unparse(
      table: { readonly fields: readonly string[]; readonly data: readonly (readonly string[])[] },
      options: { readonly escapeFormulae: RegExp },
    ): string;
  };
  // biome-ignore lint/style/noDefaultExport: papaparse has one.
  export default Papa;
}
