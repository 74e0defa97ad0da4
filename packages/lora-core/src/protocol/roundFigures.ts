/** What a client told of a round, or a secure sum says of all, as figures by their names: the same wherever they are written for other programs. Pure. */
import { ADAPTER_KEYS, ROUND_PHASES, type RoundMeans, type RoundMetrics } from "./metrics.ts";
import { sameRows } from "./sameRows.ts";

/** A name, with a slash between what it is and of which adapter, and null where it is not known. */
export type Figure = readonly [string, number | null];

/** In this order in every file. */
export function roundFigures(metrics: RoundMetrics): readonly Figure[] {
  const {
    trainLoss,
    accuracy,
    macroF1,
    testLoss,
    testRows,
    alone,
    beforeAggregation,
    text,
    fusion,
    phases,
    trainTokens,
    trainSeconds,
    peakMemory,
  } = metrics;
  const every = sameRows(metrics);
  return [
    ["loss/train", trainLoss],
    ...ADAPTER_KEYS.map((key) => [`accuracy/${key}`, accuracy[key]] as const),
    ...ADAPTER_KEYS.map((key) => [`macro_f1/${key}`, macroF1[key]] as const),
    ...ADAPTER_KEYS.map((key) => [`loss_test/${key}`, testLoss[key]] as const),
    ["test_rows", testRows ?? null],
    ["accuracy/alone", alone?.accuracy ?? null],
    ["loss_test/alone", alone?.testLoss ?? null],
    // What compares from round to round: in the last one the figures above are of more rows.
    ...ADAPTER_KEYS.map((key) => [`same_rows_accuracy/${key}`, every.accuracy[key]] as const),
    ...ADAPTER_KEYS.map((key) => [`same_rows_loss_test/${key}`, every.testLoss[key]] as const),
    ["same_rows_accuracy/alone", every.alone?.accuracy ?? null],
    ["same_rows_loss_test/alone", every.alone?.testLoss ?? null],
    ["same_rows", every.testRows ?? null],
    // Of the same rows, too.
    ["accuracy_before_aggregation/shared", beforeAggregation?.accuracy ?? null],
    ["loss_test_before_aggregation/shared", beforeAggregation?.testLoss ?? null],
    ...ADAPTER_KEYS.map((key) => [`text_exact/${key}`, text?.exactMatch[key] ?? null] as const),
    ...ADAPTER_KEYS.map((key) => [`text_f1/${key}`, text?.tokenF1[key] ?? null] as const),
    ...ADAPTER_KEYS.map((key) => [`text_rouge_l/${key}`, text?.rougeL[key] ?? null] as const),
    ["text_rows", text?.rows ?? null],
    ["fusion/personal", fusion?.personal ?? null],
    ["fusion/shared", fusion?.shared ?? null],
    ["train/tokens", trainTokens],
    ["train/seconds", trainSeconds],
    ...ROUND_PHASES.map((phase) => [`seconds/${phase}`, phases?.[phase] ?? null] as const),
    ["memory/peak_bytes", peakMemory ?? null],
  ];
}

/** The means of a secure sum. */
export function meansFigures({ trainLoss, accuracy, testLoss, alone, beforeAggregation }: RoundMeans): readonly Figure[] {
  return [
    ["loss/train", trainLoss],
    ...ADAPTER_KEYS.map((key) => [`accuracy/${key}`, accuracy[key]] as const),
    ...ADAPTER_KEYS.map((key) => [`loss_test/${key}`, testLoss[key]] as const),
    ["accuracy/alone", alone?.accuracy ?? null],
    ["loss_test/alone", alone?.testLoss ?? null],
    ["accuracy_before_aggregation/shared", beforeAggregation?.accuracy ?? null],
    ["loss_test_before_aggregation/shared", beforeAggregation?.testLoss ?? null],
  ];
}
