/** Which Chromium the tests and the demo drive, and the flags that give it WebGPU on a machine without a GPU. */
import { existsSync } from "node:fs";
import { chromium, type LaunchOptions } from "playwright";

/** First installed of: DUET_CHROMIUM, Playwright's own build, the system's Chromium or Chrome; null when there is none. */
export function findChromium(): string | null {
  const candidates = [
    process.env.DUET_CHROMIUM,
    chromium.executablePath(),
    "/usr/bin/chromium",
    "/usr/bin/chromium-browser",
    "/usr/bin/google-chrome",
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  ];
  return candidates.find((path) => path && existsSync(path)) ?? null;
}

/** WebGPU on SwiftShader: slow, right for correctness. */
const SOFTWARE_GPU = ["--use-vulkan=swiftshader", "--use-webgpu-adapter=swiftshader"];
/** On whatever the machine has. */
const OWN_GPU = ["--use-vulkan=native"];

/** New headless, because the small headless shell has no WebGPU. */
const FLAGS = [
  "--headless=new",
  "--enable-unsafe-webgpu",
  "--enable-features=Vulkan",
  "--disable-background-networking",
  "--disable-background-timer-throttling",
  "--disable-renderer-backgrounding",
  "--disable-component-update",
  "--no-first-run",
];

/** With DUET_GPU on the machine's GPU. */
export function chromiumLaunch(): LaunchOptions {
  const executablePath = findChromium();
  const flags = [...FLAGS, ...(process.env.DUET_GPU ? OWN_GPU : SOFTWARE_GPU)];
  return {
    ...(executablePath ? { executablePath } : {}),
    headless: true,
    // A container's root user cannot use Chromium's sandbox.
    args: process.getuid?.() === 0 ? [...flags, "--no-sandbox"] : flags,
  };
}
