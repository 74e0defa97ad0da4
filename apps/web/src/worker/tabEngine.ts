/** What the page may ask of the training worker: training, model download and reading data files, all as plain data. */
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { LabelCount } from "@duet/lora-core/data/mapRows";
import type { DataSplit, RejectedRow, Row, Task } from "@duet/lora-core/data/task";
import type { BackendName, Device } from "@duet/lora-core/protocol/metrics";
import type { TrainingEngine } from "@duet/lora-core/training/trainingEngine";

/** Where a model folder is served, and the SHA-256 (hex) its weights must have. */
export interface ModelSource {
  readonly folderUrl: string;
  readonly sha256: string;
}

export type { DownloadProgress };

export interface OpenedModel {
  readonly device: Device;
  /** False when this browser could not keep the weights: the next visit downloads them again. */
  readonly modelKept: boolean;
}

/** A file as its owner needs to see it before choosing columns. */
export interface TableSummary {
  readonly fileName: string;
  readonly format: string;
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** The first rows, cells in column order, cut to a readable length. */
  readonly preview: readonly (readonly string[])[];
  readonly rejected: RejectedSummary;
  readonly guess: { readonly input: string; readonly answer: string | null };
}

/** How many lines were refused, and the first of them. */
export interface RejectedSummary {
  readonly count: number;
  readonly first: readonly RejectedRow[];
}

/** Rows ready for training, and what their owner should know about them. */
export interface ConnectedData {
  readonly split: DataSplit;
  readonly rowCount: number;
  readonly balance: readonly LabelCount[];
  readonly rejected: RejectedSummary;
}

export interface MapRequest {
  readonly input: string;
  readonly answer: string;
  readonly task: Task;
  /** Seed of the split. */
  readonly seed: number;
}

export interface TabEngine extends Omit<TrainingEngine, "open"> {
  /** Downloads and checks the base, picks the backend (or the forced one) and loads it there. */
  openModel(
    source: ModelSource,
    backend: BackendName | null,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<OpenedModel>;
  /** Reads a file and keeps it in the worker until the next one. @throws {Error} with a sentence for the file's owner. */
  readTable(content: Blob, fileName: string): Promise<TableSummary>;
  /** Distinct answers of a column of the table read last. */
  labels(answerColumn: string): Promise<readonly LabelCount[]>;
  /** Rows of the table read last, checked and split. @throws {Error} with a sentence for the file's owner. */
  connect(request: MapRequest): Promise<ConnectedData>;
  /** Checks and splits rows that are already at hand (sample data). */
  connectRows(rows: readonly Row[], seed: number): Promise<ConnectedData>;
}
