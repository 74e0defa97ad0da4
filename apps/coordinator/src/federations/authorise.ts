/** Who may do what: the one gate that every code passes, from sockets and from HTTP alike. */
import { isSignedCode } from "@duet/lora-core/protocol/addresses";
import type { LinkRole } from "@duet/lora-core/protocol/organiserView";
import { Refusal } from "../refusal.ts";
import type { FederationRunner } from "./federationRunner.ts";
import { type Grant, grantOfLink, type Right } from "./grant.ts";
import type { LinkClaims, LinkCodes } from "./linkCodes.ts";

export interface Authorised {
  readonly runner: FederationRunner;
  readonly grant: Grant;
}

/**
 * The federation, for who has a code that gives this right. `resumeToken` may be given beside the code: a client needs no link.
 * @throws {Refusal} FORBIDDEN on a wrong code, for a federation that is not here too; LINK_ENDED on one that was right once; as `find`.
 */
export type Authorise = (federationId: string, code: string, right: Right, resumeToken?: string) => Promise<Authorised>;

export interface AuthoriseParts {
  readonly codes: LinkCodes;
  readonly find: (federationId: string) => Promise<FederationRunner>;
}

const OPENS: Readonly<Record<LinkRole | "client", readonly Right[]>> = {
  invite: ["invite", "watch"],
  watch: ["watch"],
  organiser: ["organiser", "watch"],
  client: ["client", "invite", "watch"],
};

/** A forged code is refused before anything is looked up, so that neither answer nor time tells what is here. */
export function createAuthorise({ codes, find }: AuthoriseParts): Authorise {
  return async (federationId, code, right, resumeToken) => {
    const claims = await verified(codes, federationId, code);
    const isOther = isSignedCode(code) && claims === null;
    if (isOther && resumeToken === undefined) throw wrongCode();
    const runner = await find(federationId).catch((error: unknown) => {
      throw claims === null && isNotFound(error) ? wrongCode() : error;
    });
    const member = runner.members.grantOf(resumeToken ?? code);
    const grant = member ?? grantOfLink(runner.record.links, code, claims, runner.now());
    if (!grant) throw wrongCode();
    if (!OPENS[grant.kind === "client" ? "client" : grant.role].includes(right)) throw wrongRole(right);
    return { runner, grant };
  };
}

/** Null for what was not signed here, or for another federation. */
export async function verified(codes: LinkCodes, federationId: string, code: string): Promise<LinkClaims | null> {
  const claims = isSignedCode(code) ? await codes.verify(code) : null;
  return claims?.federationId === federationId ? claims : null;
}

/** The same for every code that opens nothing here. */
export const wrongCode = (): Refusal => new Refusal("FORBIDDEN", ["wrongLink"]);

const wrongRole = (right: Right): Refusal =>
  new Refusal("FORBIDDEN", right === "client" ? ["noClientCode"] : ["needsLink", right]);

const isNotFound = (error: unknown): boolean => error instanceof Refusal && error.code === "NOT_FOUND";
