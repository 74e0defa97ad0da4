import { linkProblem, partsOfLink } from "@duet/client/federationLink";
import { failureLine } from "./failureLine.ts";
import { placeOf, withPlace } from "./place.ts";
import { words } from "./words.ts";

/** Addresses of federations. Secrets stand after the #, which browsers never send to a server. Pure. */
export const joinPath = (federationId: string, inviteToken: string): string => `/join/${federationId}#${inviteToken}`;
export const federationPath = (federationId: string, inviteToken: string): string => `/federation/${federationId}#${inviteToken}`;
export const playgroundPath = (federationId: string, inviteToken: string): string =>
  `/federation/${federationId}/playground#${inviteToken}`;
export const watchPath = (federationId: string, watchToken: string): string => `/watch/${federationId}#${watchToken}`;
export const organisePath = (federationId: string, organiserKey: string): string => `/organise/${federationId}#${organiserKey}`;
export const teamPath = (federationId: string, secret: string): string => `/team/${federationId}#${secret}`;
export const glossaryPath = (id: string): string => `/glossary#${id}`;
export const createdPath = (federationId: string): string => `/created/${federationId}`;

const PATHS = { join: joinPath, federation: joinPath, watch: watchPath, organise: organisePath, team: teamPath } as const;

/** The path of a pasted link of any origin, with what it looks at; or why it cannot be one. */
export function readLink(text: string): { readonly path: string } | { readonly problem: string } {
  const parts = partsOfLink(text);
  if (!parts)
    return {
      problem: words.links.notALink,
    };
  const { kind, federationId, token, search } = parts;
  const problem = linkProblem(federationId, token);
  if (problem) return { problem: failureLine(problem) };
  return { path: PATHS[kind](federationId, token).replace("#", `${withPlace("", placeOf(search))}#`) };
}

export const NEW_FEDERATION_PATH = "/new";

/** Where the hub comes back to after somebody signed in there. */
export const HUB_SIGNED_IN_PATH = "/hub-signed-in";
