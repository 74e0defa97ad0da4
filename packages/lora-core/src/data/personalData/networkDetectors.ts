/** Mail addresses, and addresses of devices: what logs are full of. */
import { before, type Detector, when } from "./detector.ts";

/** What is written like an address before is a version. */
const VERSION = /(?:\bv|\bver\.?|version|release|build|revision|firmware|oracle|section|chapter|§)[ :=]?$/;

/** Of nobody: this host, any host, everybody, masks of networks. */
function isSomebodys(address: string): boolean {
  return !/^(?:127\.|0\.|255\.)/.test(address);
}

/** Eight groups, or fewer with one "::"; at least three, so that it is no namespace of a program. */
function isIpv6(text: string): boolean {
  const halves = text.split("::");
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")));
  if (!groups.every((group) => /^[\da-f]{1,4}$/i.test(group))) return false;
  const isWhole = halves.length === 1 ? groups.length === 8 : groups.length >= 3 && groups.length < 8;
  return isWhole && groups.slice(0, -1).some((group) => Number.parseInt(group, 16) !== 0);
}

export const networkDetectors: readonly Detector[] = [
  {
    kind: "mail",
    needs: "@",
    expression:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+'’][\p{L}\p{N}._%+'’-]{0,63}[@＠](?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}\.){1,6}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  },
  {
    kind: "mail",
    needs: "at",
    expression:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}_%+][\p{L}\p{N}._%+-]{0,63} ?[[({](?:at|AT|ät)[\])}] ?(?:[\p{L}\p{N}][\p{L}\p{N}-]{0,62}(?:\.| ?[[({](?:dot|DOT|punkt)[\])}] ?)){1,6}\p{L}{2,24}(?![\p{L}\p{N}])/gu,
  },
  {
    kind: "ip",
    needs: "dotted",
    expression:
      /(?=\d)(?<![\p{L}\p{N}_.-])(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?![\p{L}\p{N}_-]|\.\d)/gu,
    lengthOf: when((match) => isSomebodys(match.found) && !VERSION.test(before(match))),
  },
  {
    kind: "mac",
    needs: "number",
    expression:
      /(?=[\dA-Fa-f]{2}[:-])(?<![\p{L}\p{N}_:.-])[\dA-Fa-f]{2}(?<gap>[:-])(?:[\dA-Fa-f]{2}\k<gap>){4}[\dA-Fa-f]{2}(?![\p{L}\p{N}_:-])/gu,
    lengthOf: when(({ found }) => !/^(?:00.){5}00$|^(?:ff.){5}ff$/i.test(found)),
  },
  {
    kind: "mac",
    needs: "digit",
    expression:
      /(?=[\da-f]{4}\.)(?<![\p{L}\p{N}_.])(?=[\da-f.]{0,13}[a-f])[\da-f]{4}\.[\da-f]{4}\.[\da-f]{4}(?![\p{L}\p{N}_.])/gu,
  },
  {
    kind: "ip",
    needs: "colons",
    expression: /(?<![\p{L}\p{N}_:.])[\dA-Fa-f]{0,4}(?::[\dA-Fa-f]{0,4}){2,7}(?![\p{L}\p{N}_:])/gu,
    lengthOf: when(({ found }) => isIpv6(found)),
  },
];
