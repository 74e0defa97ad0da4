/** Pictures of a page as it stands: every width and scheme, or what the README shows. */
import { readFile } from "node:fs/promises";
import type { Page } from "playwright";

/** Called whenever a page stands as it is to be seen; leaves it as it was. */
export type Shoot = (page: Page, name: string) => Promise<void>;

const SCHEMES = ["light", "dark"] as const;
const WIDTHS = [1280, 390] as const;
const HEIGHT = 900;
/** Of each of two pages on one sheet. */
const BESIDE = 900;

/** In the README: which state, and how much of it. */
const README: Readonly<Record<string, string>> = { front: "front", result: "dashboard", crowd: "crowd" };

/** Every width and scheme of those that are wanted; null wants all. */
export function shootAll(folder: string, wanted: readonly string[] | null): Shoot {
  return async (page, name) => {
    if (wanted && !wanted.includes(name)) return;
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: HEIGHT });
      for (const colorScheme of SCHEMES) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        await settled(page);
        await page.screenshot({ path: `${folder}/${name}-${width}-${colorScheme}.png`, fullPage: true });
      }
    }
    await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
    await page.emulateMedia({ colorScheme: SCHEMES[0] });
    console.log(name);
  };
}

/** As much as a window shows, light. */
export function shootReadme(folder: string): Shoot {
  return async (page, name) => {
    const file = README[name];
    if (file === undefined) return;
    await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await settled(page);
    await page.screenshot({ path: `${folder}/${file}.png` });
    console.log(`docs/images/${file}.png`);
  };
}

/** Which state a mock-up draws, by the picture's name. */
const DRAWN: Readonly<Record<string, string>> = {
  front: "front",
  create: "create",
  lobby: "lobby",
  "join-ready": "join",
  running: "running",
  result: "result",
  crowd: "fifty",
};

/** Those that a mock-up draws, at the right of its picture in `mockups`. */
export function shootBeside(folder: string, mockups: string): Shoot {
  return async (page, name) => {
    const drawn = DRAWN[name];
    if (drawn === undefined) return;
    await page.setViewportSize({ width: WIDTHS[0], height: HEIGHT });
    await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
    await settled(page);
    const pictures = [await readFile(`${mockups}/${drawn}.png`), await page.screenshot({ fullPage: true })];
    const images = pictures.map((picture) => `<img width="${BESIDE}" src="data:image/png;base64,${picture.toString("base64")}">`);
    const browser = page.context().browser();
    if (!browser) throw new Error(`The page of ${name} belongs to no browser`);
    const sheet = await browser.newPage({ viewport: { width: 2 * BESIDE, height: HEIGHT } });
    await sheet.setContent(`<body style="margin:0; display:flex; align-items:flex-start">${images.join("")}`);
    await sheet.screenshot({ path: `${folder}/${drawn}.jpg`, quality: 70, fullPage: true });
    await sheet.close();
    console.log(drawn);
  };
}

/** Fonts are there, charts are as wide as the window, and two frames are drawn. */
async function settled(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await document.fonts.ready;
    await new Promise(requestAnimationFrame);
    await new Promise(requestAnimationFrame);
    window.scrollTo(0, 0);
  });
}
