/** A coordinator that strangers reach: who may create federations is asked for a key, and the lobby has another address to offer. */
import { createHash } from "node:crypto";
import { startStage } from "../e2e/support/stage.ts";
import type { Shoot } from "./shoot.ts";

const KEY = "operator-key-of-a-picture-0123456789";

export async function drawSignIn(shoot: Shoot): Promise<void> {
  const operatorKeyHash = createHash("sha256").update(KEY).digest("hex");
  const stage = await startStage({ operatorKeyHash, origins: ["https://duet.invalid"] });
  try {
    const page = await stage.browser.newPage();
    await page.goto(`${stage.url}/new`);
    const field = page.getByRole("textbox", { name: "Operator key" });
    await field.waitFor();
    await shoot(page, "sign-in");
    await field.fill("not-the-key-of-this-coordinator");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
    await shoot(page, "sign-in-refused");
    await field.fill(KEY);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("Signed in as operator").waitFor();
    await page.getByRole("textbox", { name: "Name" }).fill("Symptoms");
    await page.getByRole("textbox", { name: "Labels" }).fill("bacterial\nviral\nallergic");
    await page.getByRole("button", { name: "Create federation", disabled: false }).click();
    await page.getByRole("combobox", { name: "Address in the links" }).selectOption("duet.invalid, anywhere");
    await page.getByText("Nothing answers there").waitFor();
    await shoot(page, "lobby-address");
  } finally {
    await stage.close();
  }
}
