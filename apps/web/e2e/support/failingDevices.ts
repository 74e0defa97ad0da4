/** Devices that fail while a tab trains. */
import type { Page } from "playwright";

/** The training worker's next command finds its device destroyed. */
export async function loseDevice(page: Page): Promise<void> {
  const [worker] = page.workers();
  await worker?.evaluate(() => {
    const { createBindGroup } = GPUDevice.prototype;
    GPUDevice.prototype.createBindGroup = function (descriptor) {
      GPUDevice.prototype.createBindGroup = createBindGroup;
      this.destroy();
      return createBindGroup.call(this, descriptor);
    };
  });
}

/** The training worker's memory of WebAssembly grows no more. */
export async function endMemory(page: Page): Promise<void> {
  const worker = page.workers().find((one) => one.url().includes("trainingWorker"));
  if (!worker) throw new Error("The page has no training worker");
  await worker.evaluate(() => {
    WebAssembly.Memory.prototype.grow = () => {
      throw new RangeError("WebAssembly.Memory.grow(): Maximum memory size exceeded");
    };
  });
}
