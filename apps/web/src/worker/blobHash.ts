/** SHA-256 of a Blob, read piece by piece, in lower-case hex. */
import { createSha256 } from "@duet/lora-core/checkpoints/sha256";

/** `onProgress` gets the bytes that were read. */
export async function hashOfBlob(blob: Blob, onProgress: (bytes: number) => void = () => {}): Promise<string> {
  const hash = createSha256();
  const reader = blob.stream().getReader();
  for (let received = 0; ; ) {
    const { done, value } = await reader.read();
    if (done) return hash.hex();
    hash.update(value);
    received += value.byteLength;
    onProgress(received);
  }
}
