/** As whom somebody is signed in. */
export type Account =
  /** Whoever has the operator key. */
  | { readonly kind: "operator" }
  /** An account of the OpenID provider; `name` is for people. */
  | { readonly kind: "openid"; readonly subject: string; readonly name: string };

/** What an account is counted and logged by. */
export function accountId(account: Account): string {
  return account.kind === "operator" ? "operator" : `openid:${account.subject}`;
}

/** What the person sees of it. */
export function accountName(account: Account): string {
  return account.kind === "operator" ? "operator" : account.name;
}
