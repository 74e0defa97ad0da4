/** A coordinator that strangers reach: who may create federations is asked before the form, not after it. */
import { createHash } from "node:crypto";
import { expect, it, onTestFinished } from "vitest";
import { problemsOf } from "./support/problems.ts";
import { startStage } from "./support/stage.ts";

const KEY = "operator-key-of-a-test-0123456789";

it("asks for the operator key first, says when it is wrong, and lets who has it create a federation", async () => {
  const stage = await startStage({ operatorKeyHash: createHash("sha256").update(KEY).digest("hex") });
  onTestFinished(() => stage.close());
  const page = await stage.browser.newPage();
  await page.goto(stage.url);
  await page.getByRole("link", { name: "Start a federation" }).waitFor();
  await expect.poll(() => page.getByRole("button", { name: "Watch it learn" }).count()).toBe(0);
  // Instead it says who may.
  await page.getByRole("link", { name: "sign in" }).waitFor();
  await page.goto(`${stage.url}/new`);
  await page.getByRole("region", { name: "Sign in to create a federation" }).waitFor();
  expect(await page.getByRole("button", { name: "Create federation" }).count()).toBe(0);

  const field = page.getByRole("textbox", { name: "Operator key" });
  await field.fill("not-the-key-of-this-coordinator");
  await page.getByRole("button", { name: "Sign in" }).click();
  const alert = page.getByRole("alert");
  await alert.waitFor();
  expect(await alert.textContent()).toMatch(/not the operator key.*Check the key/);
  expect(await problemsOf(page)).toEqual([]);

  await field.fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByText("Signed in as operator").waitFor();
  expect(await page.evaluate(() => document.cookie)).toBe("");
  // A reload stays signed in; the socket that creates is signed in, too.
  await page.reload();
  await page.getByRole("textbox", { name: "Name" }).fill("ward notes");
  expect(await problemsOf(page)).toEqual([]);
  await page.getByRole("textbox", { name: "Labels" }).fill("INFO\nFATAL");
  await page.getByRole("button", { name: "Create federation" }).click();
  await page.waitForURL(/\/created\//);

  await page.goto(`${stage.url}/new`);
  await page.getByRole("button", { name: "Sign out" }).click();
  await field.waitFor();
  const other = await (await stage.browser.newContext()).newPage();
  await other.goto(`${stage.url}/new?refused=ACCOUNT_REFUSED`);
  await other.getByText("This account may not create federations here.").waitFor();
  expect(await problemsOf(other)).toEqual([]);
});

it("lobby and dashboard make links of another address of the coordinator where that is chosen, and say whether it answers there", async () => {
  const elsewhere = "https://duet.invalid";
  const operatorKeyHash = createHash("sha256").update(KEY).digest("hex");
  const stage = await startStage({ operatorKeyHash, origins: [elsewhere] });
  onTestFinished(() => stage.close());
  const page = await stage.browser.newPage();
  await page.goto(`${stage.url}/new`);
  await page.getByRole("textbox", { name: "Operator key" }).fill(KEY);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("textbox", { name: "Name" }).fill("ward notes");
  await page.getByRole("textbox", { name: "Labels" }).fill("INFO\nFATAL");
  await page.getByRole("button", { name: "Create federation" }).click();
  const link = page.getByRole("textbox", { name: "Invite link" });
  await page.getByRole("alert").getByText("These links say 127.0.0.1, which only this machine can reach").waitFor();
  expect(await link.inputValue()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/join\//);
  await page.getByText("How to get a link that more people can open").click();
  await page.getByText("npm start -- --host 0.0.0.0 --operator-key-file operator-key").waitFor();

  await page.getByRole("combobox", { name: "Address in the links" }).selectOption("duet.invalid, anywhere");
  await page.getByText("This page is open at 127.0.0.1, which only this machine can reach").waitFor();
  await page.getByText("Nothing answers there").waitFor();
  expect(await link.inputValue()).toMatch(/^https:\/\/duet\.invalid\/join\//);
  await page.getByRole("button", { name: "Check that it can be reached" }).click();
  await page.getByText("Nothing answers there").waitFor();
  expect(await problemsOf(page)).toEqual([]);

  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await page.getByRole("link", { name: "Open the dashboard" }).click();
  await page.getByRole("button", { name: "Invite", exact: true }).click();
  await page.getByRole("button", { name: "Invite link copied" }).waitFor();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toMatch(/^https:\/\/duet\.invalid\/join\//);
  await page.getByRole("region", { name: "Who comes in" }).getByRole("combobox", { name: "Address in the links" }).waitFor();

  // The front page says of it what its own page says.
  await page.goto(stage.url);
  const known = page.getByRole("region", { name: "Yours" }).getByRole("row").filter({ hasText: "ward notes" });
  await known.getByRole("cell", { name: /^Waiting for 2 more clients/ }).waitFor();
});
