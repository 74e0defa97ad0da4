import type { Page } from "playwright";
import { englishIn } from "./englishIn.ts";

/** Where English is right on a page of another language: code, what an error's cause said, the reader's own rows, what is hidden, the other language's name. */
const ENGLISH = "code, pre, kbd, script, style, [lang=en], [translate=no], [aria-hidden=true]";

/** English sentences left on the page, in its texts and in what is read out of its attributes. */
export async function englishLeft(page: Page): Promise<readonly string[]> {
  const texts = await page.evaluate((english) => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!node.parentElement?.closest(english)) found.push(node.textContent ?? "");
    }
    for (const name of ["aria-label", "aria-description", "aria-valuetext", "alt", "placeholder", "title"]) {
      for (const element of document.querySelectorAll(`[${name}]`)) {
        if (!element.closest(english)) found.push(element.getAttribute(name) ?? "");
      }
    }
    return found;
  }, ENGLISH);
  return [...new Set(texts.flatMap(englishIn))];
}
