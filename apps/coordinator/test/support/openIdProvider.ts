/** A real OpenID provider on this machine (oidc-provider), and a browser's way through its pages, without the browser. */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import { onTestFinished } from "vitest";

export interface Person {
  readonly email: string;
  readonly email_verified: boolean;
}

export const CLIENT = { clientId: "duet", clientSecret: "secret-of-a-test-client-0123456789" };

/** Its people sign in by their name and any password. `redirectUri` is known only once the coordinator listens. */
export async function startOpenIdProvider(people: Readonly<Record<string, Person>>) {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    issuer,
    serve(redirectUri: string): void {
      const provider = new Provider(issuer, {
        clients: [{ client_id: CLIENT.clientId, client_secret: CLIENT.clientSecret, redirect_uris: [redirectUri] }],
        claims: { openid: ["sub"], email: ["email", "email_verified"] },
        findAccount: (_context, id) => ({ accountId: id, claims: async () => ({ sub: id, ...people[id] }) }),
        pkce: { required: () => true },
        cookies: { keys: ["cookie-key-of-a-test"] },
        features: { devInteractions: { enabled: true } },
        scopes: ["openid", "email", "profile"],
      });
      server.on("request", provider.callback());
    },
  };
}

/** A browser of which only cookies and redirections are left. Cookies are kept by host, path and name, as far as this needs. */
export function createCookieBrowser() {
  const jar = new Map<string, { value: string; path: string }>();

  async function step(address: string, form: Record<string, string> | null = null): Promise<Response> {
    const { host, pathname } = new URL(address);
    const cookies = [...jar]
      .filter(([key, { path }]) => key.startsWith(`${host} `) && pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(" ")[2]}=${value}`);
    const response = await fetch(address, {
      redirect: "manual",
      headers: { cookie: cookies.join("; ") },
      ...(form ? { method: "POST", body: new URLSearchParams(form) } : {}),
    });
    for (const line of response.headers.getSetCookie()) {
      const [name = "", value = ""] = (line.split(";")[0] ?? "").split(/=(.*)/s);
      const path = /path=([^;]+)/i.exec(line)?.[1] ?? "/";
      const key = `${host} ${path} ${name}`;
      if (value === "" || /max-age=0|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(key);
      else jar.set(key, { value, path });
    }
    return response;
  }

  return {
    /** Follows redirections while they lead on; the last answer and where it was. */
    async go(address: string, form: Record<string, string> | null = null): Promise<{ address: string; response: Response }> {
      let [at, response] = [address, await step(address, form)];
      while (response.status >= 300 && response.status < 400 && !new URL(at).pathname.endsWith("/stop")) {
        at = new URL(response.headers.get("location") ?? "", at).href;
        response = await step(at);
      }
      return { address: at, response };
    },
    step,
    cookie: (host: string, name: string) =>
      [...jar].find(([key]) => key.startsWith(`${host} `) && key.endsWith(` ${name}`))?.[1].value ?? null,
  };
}

/** Signs in as that person: through the provider's form for the password, and the one that asks for consent. Where the browser ends up. */
export async function signInAs(browser: ReturnType<typeof createCookieBrowser>, url: string, person: string): Promise<string> {
  let { address, response } = await browser.go(`${url}/session/openid`);
  for (let page = 0; page < 3 && address.includes("/interaction/"); page++) {
    const html = await response.text();
    const action = /<form[^>]*action="([^"]+)"/.exec(html)?.[1] ?? "";
    const prompt = /name="prompt" value="(\w+)"/.exec(html)?.[1] ?? "";
    const fields = prompt === "login" ? { prompt, login: person, password: "any" } : { prompt };
    ({ address, response } = await browser.go(new URL(action, address).href, fields));
  }
  return address;
}
