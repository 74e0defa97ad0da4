/** Links of federations: an address of a coordinator with the federation's id, and a secret after the #, which is never sent. Pure. */

import { connectionError } from "@duet/lora-core/errors/connectionError";
import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import { isCode, isId } from "@duet/lora-core/protocol/addresses";

export interface LinkParts {
  /** What stands before: the coordinator's address, or nothing. */
  readonly base: string;
  readonly kind: "join" | "watch" | "federation" | "organise" | "team";
  readonly federationId: string;
  readonly token: string;
  /** What stands before the #, with its ?; or nothing. */
  readonly search: string;
}

/** The parts of a pasted link, whole or not; null for what cannot be one. */
export function partsOfLink(text: string): LinkParts | null {
  const match = /^(.*?)\/(join|watch|federation|organise|team)\/([^/?#\s]*)[^?#\s]*(\?[^#\s]*)?(?:#(\S*))?$/.exec(text.trim());
  if (!match) return null;
  const [, base = "", kind, federationId = "", search = "", token = ""] = match;
  return { base, kind: kind as LinkParts["kind"], federationId, token, search };
}

/** Why an address can lead to no federation, whatever the coordinator knows; null where it can. */
export function linkProblem(federationId: string, token: string): FailureText | null {
  if (isId(federationId) && isCode(token)) return null;
  return explain(
    connectionError("LINK_MISTYPED", token === "" ? ["linkCutOff"] : isCode(token) ? ["linkMistyped"] : ["codeMistyped"]),
  );
}
