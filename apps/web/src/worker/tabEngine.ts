/** What the page may ask of the training worker: training, model download and reading data files, all as plain data. */

import type { BeginRequest, KeptRound, RowsHandle, TeamEngine } from "@duet/client/clientEngine";
import type { ModelFile } from "@duet/lora-core/checkpoints/modelFileList";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import type { TableRequest } from "@duet/lora-core/contract/answering";
import type { SampleHistory } from "@duet/lora-core/contract/answerSamples";
import type { RoundBeginning, RoundKey, RoundRequest } from "@duet/lora-core/contract/clientRound";
import type { StepSpeed } from "@duet/lora-core/contract/stepSpeed";
import type { TeamLead } from "@duet/lora-core/contract/teamTraining";
import type { LabelCount } from "@duet/lora-core/data/labelCount";
import type { Respelling } from "@duet/lora-core/data/labelMatching";
import type { PersonalKind } from "@duet/lora-core/data/personalData/personalKind";
import type { PersonalReport } from "@duet/lora-core/data/personalData/personalReport";
import type { RejectedGroup, RejectedRow } from "@duet/lora-core/data/rejectedRow";
import type { TableOptions, TableReading } from "@duet/lora-core/data/tableOptions";
import type { Task } from "@duet/lora-core/data/task";
import type { BaseModel } from "@duet/lora-core/protocol/baseModel";
import type { Progress, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { SampleId } from "@duet/lora-core/scenarios/samples";
import type { RowLengths, RowPieces } from "@duet/lora-core/tokenizers/rowPieces";
import type { KeptPart } from "./clientStore.ts";
import type { RejectedWords, SayReasons } from "./rejectedFile.ts";

/** A file as its owner needs to see it before choosing columns. */
export interface TableSummary {
  readonly fileName: string;
  readonly format: string;
  readonly columns: readonly string[];
  readonly rowCount: number;
  /** The first rows, cells in column order, cut to a readable length. */
  readonly preview: readonly (readonly string[])[];
  readonly rejected: RejectedSummary;
  /** What was decided about the file, and sentences for its owner. */
  readonly reading: TableReading;
  /** `input` may be a template of columns, such as "{instruction}\n\n{input}". */
  readonly guess: { readonly input: string; readonly answer: string | null };
}

/** How many lines were refused, for which reasons most, and the first of them. */
export interface RejectedSummary {
  readonly count: number;
  readonly reasons: readonly RejectedGroup[];
  readonly first: readonly RejectedRow[];
}

/** Rows ready for training, by their handle, and what their owner should know about them. */
export interface ConnectedData {
  readonly rows: RowsHandle;
  /** How many rows each part of the split has. */
  readonly parts: SampleCounts;
  readonly rowCount: number;
  readonly balance: readonly LabelCount[];
  /** Labels that the file writes in another way than the federation. */
  readonly respelled: readonly Respelling[];
  readonly rejected: RejectedSummary;
}

/** Rows of a built-in sample. */
export interface ConnectedSample {
  readonly id: SampleId;
  /** The name of the client whose rows these are. */
  readonly share: string;
  readonly data: ConnectedData;
}

/** What a base makes of rows. */
export interface RowsAsRead {
  /** What a decoder reads around each; null of an encoder. */
  readonly around: { readonly before: string; readonly after: string } | null;
  readonly first: readonly RowPieces[];
  /** Of a few hundred of them where there are more. */
  readonly lengths: RowLengths;
}

export interface MapRequest {
  /** A column, or a template of several. */
  readonly input: string;
  readonly answer: string;
  readonly task: Task;
  /** Takes only labels that are written as the federation's are. */
  readonly matchCase: boolean;
  /** Personal data of these kinds is replaced by marks in all rows, before they are split. */
  readonly mask: readonly PersonalKind[];
  /** Seed of the split. */
  readonly seed: number;
}

/** The first message that a worker gets. */
export interface WorkerBeginning {
  /** Where the coordinator serves everything, with a slash at the end. */
  readonly baseUrl: string;
  /** At whose other end the page starts threads for the kernels. */
  readonly threads: MessagePort;
  /** Null for as many as there are cores. */
  readonly mostThreads: number | null;
}

export interface TabEngine extends TeamEngine {
  /** What a model on the hub is, at the commit that `owner/name@revision` means now. @throws {Error} with a sentence for people. */
  describeHubModel(address: string, hub: string): Promise<BaseModel>;
  /** What the picked files are, hashed, and remembers them; named after its config where `name` is null. @throws as above. */
  describePickedModel(
    files: readonly File[],
    name: string | null,
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<BaseModel>;
  /** Files that must be picked on this device before the model can be opened; none for a base that is downloaded. */
  missingModelFiles(model: BaseModel): Promise<readonly ModelFile[]>;
  /** Takes picked files, checked, and says what is still missing. @throws {WrongFileError} naming the file that differs. */
  provideModelFiles(
    model: BaseModel,
    files: readonly File[],
    onProgress: (progress: DownloadProgress) => void,
  ): Promise<readonly ModelFile[]>;
  /**
   * What a client's adapters answered to a few of its test rows, round after round: to be shown to whose rows they are, and sent to nobody. Null where
   * nothing is known of it.
   */
  samples(clientId: string): Promise<SampleHistory | null>;
  /** Deletes rows or adapters of a client from this device; says how many rows, and whether adapters, there were. */
  forgetParts(clientId: string, parts: readonly KeptPart[]): Promise<{ readonly rows: number; readonly adapters: boolean }>;
  /** Reads a file and keeps it in the worker until the next one. `labels` are those agreed on. @throws {Error} with a sentence for the file's owner. */
  readTable(content: Blob, fileName: string, options?: Partial<TableOptions>, labels?: readonly string[]): Promise<TableSummary>;
  /** Distinct answers of a column of the table read last. */
  labels(answerColumn: string): Promise<readonly LabelCount[]>;
  /** The same of a file that is not kept, in the column that looks like labels; null where none does. @throws as {@link readTable}. */
  labelsOfFile(content: Blob, fileName: string): Promise<readonly LabelCount[] | null>;
  /**
   * Rows of the table read last, checked and split; takes a minute or two for 100 MB of long texts. `onProgress` gets the share that is done.
   * @throws {Error} with a sentence for the file's owner.
   */
  connect(request: MapRequest, onProgress: (share: number) => void): Promise<ConnectedData>;
  /**
   * Likely personal data in the rows connected last, as they stand in the file; takes a minute for 100 MB, during which everything else is
   * answered. `onProgress` gets the share of rows that were read. @throws {DuetError} STOPPED once other rows are connected.
   */
  personalData(onProgress: (share: number) => void): Promise<PersonalReport>;
  /**
   * How the base reads the rows connected last, by its tokenizer, which is fetched alone: the first of them as pieces, and how long they are. Null
   * where the base has no tokenizer.json, or this device not yet. @throws {DuetError} ROWS_GONE without rows, STOPPED once others are connected.
   */
  rowsAsRead(model: BaseModel, hub: string, maxTokens: number): Promise<RowsAsRead | null>;
  /**
   * How fast this device trains on rows that are connected, by a few steps that leave nothing behind, `onStep` after each; the base must be open.
   * @throws {DuetError} ROWS_GONE, LOSS_NOT_FINITE.
   */
  measureSpeed(rows: RowsHandle, setup: BeginRequest["setup"], onStep: () => void): Promise<StepSpeed>;
  /** Lines of the file connected last that are not used, as CSV, with why, in the words of whoever looks on. @throws {DuetError} ROWS_GONE without rows. */
  rejectedRows(words: RejectedWords, say: SayReasons): Promise<Blob>;
  /** The rows of one client of a built-in sample, split. @throws {DuetError} SAMPLE_MISSING. */
  connectSample(id: SampleId, share: number, seed: number): Promise<ConnectedSample>;
  /** The table read last with an answer for each row, as CSV. `stopAnswering` stops it. */
  predictTable(request: TableRequest, onProgress: (rowsDone: number) => void): Promise<string>;
}

/** How a team is led, as far as it is plain data. */
type LeadData = Pick<TeamLead, "scope" | "every">;

/** The same as the worker offers it: what is called crosses threads only as an argument of its own. */
export interface RemoteEngine extends Omit<TabEngine, "close" | "runRound"> {
  runRound(
    key: RoundKey,
    request: RoundRequest,
    onProgress: (progress: Progress) => void,
    onBegun: (beginning: RoundBeginning) => void,
    lead: LeadData | null,
    calls: Omit<TeamLead, keyof LeadData> | null,
  ): Promise<KeptRound>;
}
