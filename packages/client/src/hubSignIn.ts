/** Signing in to a model hub by OAuth with PKCE (@huggingface/hub). What proves who began it stays in memory, and so does the token. */
import { hubError } from "@duet/lora-core/errors/hubError";
import { oauthHandleRedirect, oauthLoginUrl } from "@huggingface/hub";

export interface HubSignIn {
  /** Where a person says that this page may write. */
  readonly address: string;
  /** The token, from the address that the hub came back to. @throws {DuetError} HUB_REFUSED. */
  finish(redirected: string): Promise<string>;
}

export interface HubApp {
  readonly hub: string;
  /** Of the app that is registered there. */
  readonly clientId: string;
  /** Where the hub comes back to, as registered. */
  readonly redirectUrl: string;
}

/** Enough to make a repository and write to it. */
const SCOPES = "openid profile write-repos manage-repos";

/** @throws {DuetError} HUB_REFUSED where the hub is not reached. */
export async function beginHubSignIn({ hub, clientId, redirectUrl }: HubApp): Promise<HubSignIn> {
  const hubUrl = hub.replace(/\/$/, "");
  const secret: { codeVerifier?: string; nonce?: string } = {};
  const refusedBy = (cause: unknown) => hubError("HUB_REFUSED", ["nobodySignedInAt", hubUrl], { cause });
  const address = await oauthLoginUrl({ hubUrl, clientId, redirectUrl, scopes: SCOPES, localStorage: secret }).catch(
    (cause: unknown) => Promise.reject(refusedBy(cause)),
  );
  return {
    address,
    async finish(redirectedUrl) {
      const { codeVerifier = "", nonce = "" } = secret;
      const found = await oauthHandleRedirect({ hubUrl, redirectedUrl, codeVerifier, nonce }).catch((cause: unknown) =>
        Promise.reject(refusedBy(cause)),
      );
      return found.accessToken;
    },
  };
}
