import { expect, test } from "vitest";
import { parseSettings, USAGE } from "./config.ts";

test("flags win over the environment, which wins over defaults", () => {
  const env = { DUET_PORT: "9000", DUET_DATA: "elsewhere", DUET_HOST: "" };
  expect(parseSettings(["--port", "0", "--log-level", "warn"], env)).toEqual({
    port: 0,
    host: "127.0.0.1",
    data: "elsewhere",
    models: "models",
    hub: "https://huggingface.co",
    "keep-rounds": 3,
    "max-federations": 1000,
    "openid-allow": [],
    base: "",
    origin: [],
    "trust-proxy": [],
    "mlflow-experiment": "duet",
    "log-level": "warn",
  });
});

test("what may be given several times is a list, from the environment separated by commas", () => {
  expect(parseSettings(["--origin", "https://A.example/", "--origin", "http://b.example:80"], {})).toMatchObject({
    origin: ["https://a.example", "http://b.example"],
  });
  expect(parseSettings([], { DUET_TRUST_PROXY: "loopback, 10.0.0.0/8", DUET_BASE: "duet/" })).toMatchObject({
    "trust-proxy": ["loopback", "10.0.0.0/8"],
    base: "/duet",
  });
});

test.each([
  ["duet", "/duet"],
  ["/duet/", "/duet"],
  ["//apps//duet", "/apps/duet"],
  ["/", ""],
  ["", ""],
])("the base path %j is %j", (given, meant) => {
  expect(parseSettings([`--base=${given}`], {})).toMatchObject({ base: meant });
});

test.each([
  [["--port", "70000"], /^--port must be at most 65535$/],
  [["--prot", "80"], /^There is no option --prot\. Did you mean --port\? --help lists them all\.$/],
  [["--trust_proxy", "loopback"], /Did you mean --trust-proxy\?/],
  [["--dta=x"], /no option --dta\. Did you mean --data\?/],
  [["--quite-another-thing"], /^There is no option --quite-another-thing\. --help lists/],
  [["--port"], /--port.*argument missing/],
  [["stray"], /stray/],
  [["--origin", "duet.example.org"], /^--origin: "duet\.example\.org" is not an origin; write it as https:/],
  [["--origin", "https://duet.example.org/duet"], /^--origin: .*without a path/],
  [["--trust-proxy", "everyone"], /^--trust-proxy: .*everyone.*or loopback/],
  [["--openid-issuer", "http://login.example"], /^--openid-issuer: a provider is reached over https/],
  [["--openid-allow", "a b"], /^--openid-allow/],
  [["--base", "/a/../b"], /^--base: write it as \/duet/],
  [["--base", "https://x"], /^--base: write it as \/duet/],
])("%j is refused with a sentence", (args, message) => {
  expect(() => parseSettings(args, {})).toThrow(message);
});

test("help is asked for, and names every option", () => {
  expect(parseSettings(["--port", "1", "--help"], {})).toBe("help");
  expect(parseSettings(["-h"], {})).toBe("help");
  const settings = parseSettings(["--samples", "a", "--web", "b"], {});
  for (const name of Object.keys(settings)) expect(USAGE).toContain(`--${name}`);
  expect(() => parseSettings([], { DUET_PORT: "many" })).toThrow(/^--port must be a number$/);
});
