/** The files of a PEFT adapter from a .zip or the files themselves. Pure. */
import type { PeftFiles } from "@duet/lora-core/adapters/peftFormat";
import { PeftFormatError } from "@duet/lora-core/adapters/peftFormatError";
import { MAX_ADAPTER_BYTES } from "@duet/lora-core/protocol/limits";
import { strFromU8, unzipSync } from "fflate";

const CONFIG = "adapter_config.json";
const WEIGHTS = "adapter_model.safetensors";
/** Largest file read from an archive, bytes: an adapter as it may travel, and room for names. */
const MAX_BYTES = { [CONFIG]: 256 * 1024, [WEIGHTS]: MAX_ADAPTER_BYTES + 4 * 1024 * 1024 } as const;

export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** One .zip with the two files in any folder, or the two files. @throws {PeftFormatError} when they are not there, or too large. */
export function readAdapterArchive(files: readonly NamedFile[]): PeftFiles {
  const all = files.flatMap((file) => (/\.zip$/i.test(file.name) ? unzip(file.bytes) : [file]));
  return { [CONFIG]: strFromU8(only(CONFIG, all)), [WEIGHTS]: only(WEIGHTS, all) };
}

function only(name: keyof PeftFiles, files: readonly NamedFile[]): Uint8Array {
  const [file, ...others] = files.filter((candidate) => fileName(candidate.name) === name);
  if (!file) throw new PeftFormatError(["noFileCalled", name]);
  if (others.length > 0) throw new PeftFormatError(["severalFilesCalled", name]);
  checkSize(name, file.bytes.length);
  return file.bytes;
}

function unzip(bytes: Uint8Array): NamedFile[] {
  try {
    const entries = unzipSync(bytes, {
      filter({ name, originalSize }) {
        const wanted = fileName(name);
        if (wanted !== CONFIG && wanted !== WEIGHTS) return false;
        checkSize(wanted, originalSize);
        return true;
      },
    });
    return Object.entries(entries).map(([name, content]) => ({ name, bytes: content }));
  } catch (error) {
    if (error instanceof PeftFormatError) throw error;
    throw new PeftFormatError(["zipDamaged"]);
  }
}

function checkSize(name: keyof PeftFiles, bytes: number): void {
  const most = MAX_BYTES[name];
  if (bytes > most) throw new PeftFormatError(["fileTooLarge", name, bytes, most]);
}

const fileName = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
