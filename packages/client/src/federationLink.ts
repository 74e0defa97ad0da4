/** Links of federations: an address of a coordinator with the federation's id, and a secret after the #, which is never sent. Pure. */
import type { FailureText } from "@duet/lora-core/errors/duetError";
import { NEXT_STEPS } from "@duet/lora-core/errors/errorTable";
import { isCode, isId } from "@duet/lora-core/protocol/addresses";

export interface LinkParts {
  /** What stands before: the coordinator's address, or nothing. */
  readonly base: string;
  readonly kind: "join" | "watch" | "federation" | "organise" | "team";
  readonly federationId: string;
  readonly token: string;
}

/** The parts of a pasted link, whole or not; null for what cannot be one. */
export function partsOfLink(text: string): LinkParts | null {
  const match = /^(.*?)\/(join|watch|federation|organise|team)\/([^/?#\s]*)[^#\s]*(?:#(\S*))?$/.exec(text.trim());
  if (!match) return null;
  const [, base = "", kind, federationId = "", token = ""] = match;
  return { base, kind: kind as LinkParts["kind"], federationId, token };
}

/** Why an address can lead to no federation, whatever the coordinator knows; null where it can. */
export function linkProblem(federationId: string, token: string): FailureText | null {
  if (isId(federationId) && isCode(token)) return null;
  const [code, nextStep] = ["LINK_MISTYPED", NEXT_STEPS.LINK_MISTYPED] as const;
  if (token === "") return { sentence: "This link is cut off: the code after its # is missing.", code, nextStep };
  if (!isCode(token)) return { sentence: "The code after the # of this link is cut off or mistyped.", code, nextStep };
  return { sentence: "This link is mistyped before its #.", code, nextStep };
}
