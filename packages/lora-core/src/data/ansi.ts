/**
 * Control sequences of terminals (ECMA-48): colours and cursor moves (CSI), titles and links (OSC, ended by BEL or ST), other strings
 * (DCS, SOS, PM, APC) and two-character escapes, each also in its form of one 8-bit character.
 */
const ESC = "\\u001b";
const END = `(?:\\u0007|${ESC}\\\\|\\u009c)`;
const SEQUENCES = new RegExp(
  [
    `(?:${ESC}\\[|\\u009b)[0-?]*[ -/]*[@-~]`,
    `(?:${ESC}\\]|\\u009d)[^\\u0007\\u001b\\u009c\\n]*(?:${END})?`,
    `(?:${ESC}[PX^_]|[\\u0090\\u0098\\u009e\\u009f])[^\\u001b\\u009c\\n]*(?:${END})?`,
    `${ESC}[ -/]+[0-~]`,
    `${ESC}[0-~]?`,
  ].join("|"),
  "g",
);

const INTRODUCERS = new RegExp(`[${ESC}\\u0080-\\u009f]`);

/** The text without control sequences. */
export const stripAnsi = (text: string): string => (INTRODUCERS.test(text) ? text.replace(SEQUENCES, "") : text);
