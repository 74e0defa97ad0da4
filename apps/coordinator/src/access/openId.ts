/** Signing in with an account of an OpenID provider: the authorization code flow with PKCE, done by openid-client. */
import { createHash } from "node:crypto";
import { EncryptJWT, jwtDecrypt } from "jose";
import * as client from "openid-client";
import { z } from "zod";
import type { Clock } from "../ports/clock.ts";
import { Refusal } from "../refusal.ts";
import type { Account } from "./account.ts";

export interface OpenIdSettings {
  /** Address of the provider. */
  readonly issuer: string;
  readonly clientId: string;
  /** Null for a client without one. */
  readonly clientSecret: string | null;
  /** E-mail addresses, and domains of such, that may create federations; empty for every account of the provider. */
  readonly allow: readonly string[];
}

export interface OpenIdSignIn {
  /** Host of the provider. */
  readonly name: string;
  /** Where to send the browser, and what it must bring along when it comes back to `callback`. @throws {Refusal} SIGN_IN_FAILED */
  begin(callback: string): Promise<{ readonly url: string; readonly flow: string }>;
  /** Who came back to this address. @throws {Refusal} SIGN_IN_FAILED, ACCOUNT_REFUSED */
  finish(address: URL, flow: string): Promise<Account>;
}

export const FLOW_LIFETIME_MS = 10 * 60_000;
const TIMEOUT_S = 10;
const MAX_NAME = 200;

const flowClaims = z.object({ state: z.string(), nonce: z.string(), verifier: z.string() });

const person = z.object({
  email: z.string().optional(),
  email_verified: z.boolean().optional(),
  preferred_username: z.string().optional(),
  name: z.string().optional(),
});

export function createOpenIdSignIn(settings: OpenIdSettings, signingKey: Uint8Array, clock: Clock): OpenIdSignIn {
  const { issuer, clientId, clientSecret, allow } = settings;
  const key = createHash("sha256").update("openid-flow").update(signingKey).digest();
  let discovered: Promise<client.Configuration> | null = null;

  /** Asked for at the first sign-in, and again after it could not be had. */
  function provider(): Promise<client.Configuration> {
    discovered ??= discover(issuer, clientId, clientSecret).catch((error: unknown) => {
      discovered = null;
      throw error;
    });
    return discovered;
  }

  async function accountAt(address: URL, flow: string): Promise<Account> {
    const { payload } = await jwtDecrypt(flow, key, { currentDate: new Date(clock.now()) });
    const { state, nonce, verifier } = flowClaims.parse(payload);
    const config = await provider();
    const checks = { expectedState: state, expectedNonce: nonce, pkceCodeVerifier: verifier, idTokenExpected: true };
    const tokens = await client.authorizationCodeGrant(config, address, checks);
    const claims = tokens.claims();
    if (!claims) throw new Error("The provider gave no ID token");
    const more = config.serverMetadata().userinfo_endpoint
      ? await client.fetchUserInfo(config, tokens.access_token, claims.sub)
      : {};
    const { email, email_verified: isVerified = false, preferred_username, name } = person.parse({ ...claims, ...more });
    if (!isAllowed(allow, isVerified ? email : undefined)) {
      throw new Refusal("ACCOUNT_REFUSED", ["accountRefused"]);
    }
    return { kind: "openid", subject: claims.sub, name: (email ?? preferred_username ?? name ?? claims.sub).slice(0, MAX_NAME) };
  }

  return {
    name: new URL(issuer).host,
    begin: (callback) =>
      orFailed(async () => {
        const config = await provider();
        const [state, nonce, verifier] = [client.randomState(), client.randomNonce(), client.randomPKCECodeVerifier()];
        const url = client.buildAuthorizationUrl(config, {
          redirect_uri: callback,
          scope: "openid email profile",
          state,
          nonce,
          code_challenge: await client.calculatePKCECodeChallenge(verifier),
          code_challenge_method: "S256",
        });
        const flow = await new EncryptJWT({ state, nonce, verifier })
          .setProtectedHeader({ alg: "dir", enc: "A256GCM" })
          .setExpirationTime(Math.floor((clock.now() + FLOW_LIFETIME_MS) / 1000))
          .encrypt(key);
        return { url: url.href, flow };
      }),
    finish: (address, flow) => orFailed(() => accountAt(address, flow)),
  };
}

/** Plain http reaches only a provider on this machine, see config.ts. */
async function discover(issuer: string, clientId: string, secret: string | null): Promise<client.Configuration> {
  const address = new URL(issuer);
  const authentication = secret === null ? client.None() : client.ClientSecretBasic(secret);
  const execute = address.protocol === "http:" ? [client.allowInsecureRequests] : [];
  return client.discovery(address, clientId, secret ?? undefined, authentication, { execute, timeout: TIMEOUT_S });
}

/** Whether a verified address, or its domain, is on the list. */
export function isAllowed(allow: readonly string[], email: string | undefined): boolean {
  if (allow.length === 0) return true;
  if (email === undefined) return false;
  const address = email.toLowerCase();
  const domain = address.slice(address.lastIndexOf("@") + 1);
  return allow.some((entry) => (entry.includes("@") ? entry.toLowerCase() === address : entry.toLowerCase() === domain));
}

/** Whatever goes wrong between the provider and us is one thing to the person. @throws {Refusal} */
async function orFailed<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Refusal("SIGN_IN_FAILED", ["providerFailed", error instanceof Error ? error.name : "no reason"]);
  }
}
