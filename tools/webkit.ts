/** Which WebKitGTK the tests drive, and on which screen. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

export interface Webkit {
  /** Speaks W3C WebDriver over HTTP. */
  readonly driver: string;
  /** The small browser that comes with it. */
  readonly browser: string;
  /** An X server without a screen: this WebKit has no headless mode. */
  readonly display: string;
}

const DRIVER = "/usr/bin/WebKitWebDriver";
const DISPLAY = "/usr/bin/Xvfb";
const LIBRARIES = "/usr/lib";

/** Those of Debian's packages webkit2gtk-driver and xvfb; null where one of them is missing. */
export function findWebkit(): Webkit | null {
  if (!existsSync(DRIVER) || !existsSync(DISPLAY)) return null;
  const browser = readdirSync(LIBRARIES)
    .flatMap((folder) => ["webkit2gtk-4.1", "webkit2gtk-4.0"].map((library) => join(LIBRARIES, folder, library, "MiniBrowser")))
    .find((path) => existsSync(path));
  return browser ? { driver: DRIVER, browser, display: DISPLAY } : null;
}
