/** Addresses of federations. Secrets stand after the #, which browsers never send to a server. Pure. */
export const joinPath = (federationId: string, inviteToken: string): string => `/join/${federationId}#${inviteToken}`;
export const federationPath = (federationId: string, inviteToken: string): string => `/federation/${federationId}#${inviteToken}`;
export const playgroundPath = (federationId: string, inviteToken: string): string =>
  `/federation/${federationId}/playground#${inviteToken}`;
export const watchPath = (federationId: string, watchToken: string): string => `/watch/${federationId}#${watchToken}`;
export const createdPath = (federationId: string): string => `/created/${federationId}`;

/** The path of a pasted invite or watch link of any origin; null when it is neither. */
export function parseLink(text: string): string | null {
  const match = /\/(join|watch|federation)\/([A-Za-z0-9_-]{1,64})(?:\?[^#]*)?#([A-Za-z0-9_-]{20,64})\s*$/.exec(text.trim());
  if (!match) return null;
  const [, kind, federationId = "", token = ""] = match;
  return kind === "watch" ? watchPath(federationId, token) : joinPath(federationId, token);
}
