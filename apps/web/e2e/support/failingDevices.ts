/** A device that fails while a tab trains. */
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
