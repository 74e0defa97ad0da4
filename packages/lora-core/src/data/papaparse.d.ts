/** The part of papaparse that this folder uses. Its published types need Node's, which lora-core must do without. */
declare module "papaparse" {
  interface ParseConfig {
    readonly delimiter: string;
    readonly delimitersToGuess: readonly string[];
    readonly newline: string;
  }

  interface ParseError {
    readonly type: string;
    readonly code: string;
    /** Index of the row in `data`. */
    readonly row?: number;
  }

  const Papa: {
    parse<Row>(content: string, config: ParseConfig): { readonly data: readonly Row[]; readonly errors: readonly ParseError[] };
    unparse(table: { readonly fields: readonly string[]; readonly data: readonly (readonly string[])[] }): string;
  };
  // biome-ignore lint/style/noDefaultExport: papaparse has one.
  export default Papa;
}
