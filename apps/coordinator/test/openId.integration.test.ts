import { expect, test } from "vitest";
import { isAllowed } from "../src/access/openId.ts";
import type { CoordinatorOptions } from "../src/createCoordinator.ts";
import { startCoordinator } from "./support/coordinatorUnderTest.ts";
import { testConfig } from "./support/federations.ts";
import { CLIENT, createCookieBrowser, signInAs, startOpenIdProvider } from "./support/openIdProvider.ts";
import { connectClient } from "./support/testClient.ts";

const people = {
  anna: { email: "anna@school.example", email_verified: true },
  bram: { email: "bram@school.example", email_verified: false },
  eve: { email: "eve@school.example.evil.example", email_verified: true },
};

/** A coordinator and the provider whose accounts it takes. */
async function started(allow: readonly string[] = [], settings: Partial<CoordinatorOptions> = {}) {
  const provider = await startOpenIdProvider(people);
  const coordinator = await startCoordinator({ ...settings, openId: { issuer: provider.issuer, ...CLIENT, allow } });
  provider.serve(`${coordinator.url}/session/openid/callback`);
  return { url: coordinator.url, issuer: provider.issuer, clock: coordinator.clock };
}

/** What creating comes to for whoever that browser is signed in as. */
async function creating(url: string, browser: ReturnType<typeof createCookieBrowser>): Promise<string> {
  const session = browser.cookie(new URL(url).host, "duet-session");
  const client = await connectClient(url, session === null ? {} : { headers: { cookie: `duet-session=${session}` } });
  return client.codeOf("federation:create", { config: testConfig() });
}

test("an account of the provider signs in through its own pages, and may create", async () => {
  const { url, issuer } = await started();
  const browser = createCookieBrowser();
  expect(await creating(url, browser)).toBe("SIGN_IN_REQUIRED");
  expect(await (await browser.step(`${url}/session`)).json()).toEqual({
    account: null,
    mayCreate: false,
    signIn: { key: false, openId: new URL(issuer).host },
  });
  expect(await signInAs(browser, url, "anna")).toBe(`${url}/new`);
  expect(await (await browser.step(`${url}/session`)).json()).toMatchObject({
    account: { kind: "openid", name: "anna@school.example" },
    mayCreate: true,
  });
  expect(await creating(url, browser)).toBe("OK");
  // What was brought along to the provider is used up.
  expect(browser.cookie(new URL(url).host, "duet-sign-in")).toBeNull();
});

test("only verified addresses of the named people and domains are let in, and others are told so", async () => {
  const { url } = await started(["school.example"]);
  for (const [person, where, code] of [
    ["anna", `${url}/new`, "OK"],
    ["bram", `${url}/new?refused=ACCOUNT_REFUSED`, "SIGN_IN_REQUIRED"],
    ["eve", `${url}/new?refused=ACCOUNT_REFUSED`, "SIGN_IN_REQUIRED"],
  ] as const) {
    const browser = createCookieBrowser();
    expect([person, await signInAs(browser, url, person)]).toEqual([person, where]);
    expect([person, await creating(url, browser)]).toEqual([person, code]);
  }
});

test("the way there carries PKCE, state and nonce, and only the browser that went there comes back", async () => {
  const { url, clock } = await started();
  const browser = createCookieBrowser();
  const there = await browser.step(`${url}/session/openid`);
  const address = new URL(there.headers.get("location") ?? "");
  expect(Object.fromEntries(address.searchParams)).toMatchObject({
    code_challenge_method: "S256",
    response_type: "code",
    redirect_uri: `${url}/session/openid/callback`,
  });
  for (const name of ["code_challenge", "state", "nonce"]) expect(address.searchParams.get(name)?.length).toBeGreaterThan(20);
  const [line = ""] = there.headers.getSetCookie();
  expect(line).toMatch(/^duet-sign-in=[\w.-]+; Max-Age=600; Path=\/session\/openid; HttpOnly; SameSite=Lax$/);
  // Neither what is kept of it nor the address shows the verifier: it is encrypted.
  expect(Buffer.from(line.split(".")[0]?.slice(13) ?? "", "base64url").toString()).toContain('"enc":"A256GCM"');

  const failed = `${url}/new?refused=SIGN_IN_FAILED`;
  const callback = (query: string) => `${url}/session/openid/callback?${query}`;
  const state = address.searchParams.get("state");
  for (const query of ["", `code=guessed&state=${state}`, "code=guessed&state=other", `error=access_denied&state=${state}`]) {
    await browser.step(`${url}/session/openid`);
    const answer = await browser.step(callback(query));
    expect([query, new URL(answer.headers.get("location") ?? "", url).href]).toEqual([query, failed]);
  }
  const stranger = createCookieBrowser();
  const answer = await stranger.step(callback(`code=x&state=${state}`));
  expect(new URL(answer.headers.get("location") ?? "", url).href).toBe(failed);
  expect(stranger.cookie(new URL(url).host, "duet-session")).toBeNull();

  const late = createCookieBrowser();
  await late.step(`${url}/session/openid`);
  clock.advance(11 * 60_000);
  expect((await late.step(callback("code=x"))).headers.get("location")).toContain("SIGN_IN_FAILED");
});

test("a provider that cannot be reached is said on the page, and asked again the next time", async () => {
  const openId = { issuer: "http://127.0.0.1:9", ...CLIENT, allow: [] };
  const { url } = await startCoordinator({ openId });
  const { address } = await createCookieBrowser().go(`${url}/session/openid`);
  expect(address).toBe(`${url}/new?refused=SIGN_IN_FAILED`);
});

test.each([
  [[], undefined, true],
  [["school.example"], "anna@school.example", true],
  [["School.Example"], "Anna@SCHOOL.example", true],
  [["anna@school.example"], "anna@school.example", true],
  [["anna@school.example"], "bram@school.example", false],
  [["school.example"], "anna@sub.school.example", false],
  [["school.example"], "anna@notschool.example", false],
  [["school.example"], "anna@school.example@evil.example", false],
  [["school.example"], undefined, false],
])("of %j the address %j: %s", (allow, email, is) => {
  expect(isAllowed(allow, email)).toBe(is);
});
