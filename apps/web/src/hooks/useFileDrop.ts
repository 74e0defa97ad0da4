import { useState } from "react";
import { type DropzoneState, useDropzone } from "react-dropzone";

export interface FileDrop extends DropzoneState {
  /** How many were dropped at once, where that was more than one: then none is taken. */
  readonly tooMany: number | null;
}

/** One file, by drop or picker. */
export function useFileDrop(onFile: (file: File) => void, isDisabled = false): FileDrop {
  const [tooMany, setTooMany] = useState<number | null>(null);
  const zone = useDropzone({
    multiple: false,
    noClick: true,
    noKeyboard: true,
    disabled: isDisabled,
    onDrop(files, rejected) {
      const dropped = files.length + rejected.length;
      setTooMany(dropped > 1 ? dropped : null);
      const [file] = files;
      if (file && dropped === 1) onFile(file);
    },
  });
  return { ...zone, tooMany };
}
