import type { FailureText } from "@duet/lora-core/errors/duetError";
import { isCode, isId } from "@duet/lora-core/protocol/addresses";

/** Addresses of federations. Secrets stand after the #, which browsers never send to a server. Pure. */
export const joinPath = (federationId: string, inviteToken: string): string => `/join/${federationId}#${inviteToken}`;
export const federationPath = (federationId: string, inviteToken: string): string => `/federation/${federationId}#${inviteToken}`;
export const playgroundPath = (federationId: string, inviteToken: string): string =>
  `/federation/${federationId}/playground#${inviteToken}`;
export const watchPath = (federationId: string, watchToken: string): string => `/watch/${federationId}#${watchToken}`;
export const organisePath = (federationId: string, organiserKey: string): string => `/organise/${federationId}#${organiserKey}`;
export const createdPath = (federationId: string): string => `/created/${federationId}`;

/** The path of a pasted link of any origin, or why it cannot be one. */
export function readLink(text: string): { readonly path: string } | { readonly problem: string } {
  const match = /\/(join|watch|federation|organise)\/([^/?#\s]*)[^#\s]*(?:#(\S*))?$/.exec(text.trim());
  if (!match)
    return {
      problem: "This is not an invite or watch link. Such a link has /join/ or /watch/ in it, and a long code after a #.",
    };
  const [, kind, federationId = "", token = ""] = match;
  const problem = linkProblem(federationId, token);
  if (problem) return { problem: `${problem.sentence} ${problem.nextStep}` };
  const pathOf = kind === "watch" ? watchPath : kind === "organise" ? organisePath : joinPath;
  return { path: pathOf(federationId, token) };
}

/** Why an address can lead to no federation, whatever the coordinator knows; null where it can. */
export function linkProblem(federationId: string, token: string): FailureText | null {
  if (isId(federationId) && isCode(token)) return null;
  const nextStep = "Copy the whole link again, to its end, or ask the organiser for it.";
  if (token === "") return { sentence: "This link is cut off: the code after its # is missing.", nextStep };
  if (!isCode(token)) return { sentence: "The code after the # of this link is cut off or mistyped.", nextStep };
  return { sentence: "This link is mistyped before its #.", nextStep };
}
