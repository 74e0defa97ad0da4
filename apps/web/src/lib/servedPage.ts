/** Which version of the page the coordinator serves: each names its own first script. */
import { baseUrl } from "./baseUrl.ts";

/** Whether it is another than the one that runs here. @throws {Error} when the coordinator does not answer. */
export async function servesAnotherPage(): Promise<boolean> {
  const own = document.querySelector("script[type=module][src]")?.getAttribute("src");
  const response = await fetch(baseUrl(), { cache: "no-store" });
  if (!response.ok) throw new Error(`The page was answered with ${response.status}`);
  const page = await response.text();
  return typeof own === "string" && !page.includes(`"${own}"`);
}
