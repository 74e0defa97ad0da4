import type { SessionState } from "@duet/client/sessionState";
import type { FusionWeights } from "@duet/lora-core/fusion/adaFusion";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Progress } from "@mantine/core";
import { type PointerEvent, useEffect, useMemo, useState } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useStore } from "../hooks/useStore.ts";
import { useWidth } from "../hooks/useWidth.ts";
import { formatFraction, formatLoss } from "../lib/format.ts";
import { words as common } from "../lib/words.ts";
import { createFusionSurvey, SURVEY_STEPS, SURVEY_WEIGHTS, type SurveyPoint } from "../services/fusionSurvey.ts";
import type { TabSession } from "../services/tabSessions.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { FailureAlert } from "../ui/FailureAlert.tsx";
import { HALO } from "../ui/halo.ts";
import { Panel } from "../ui/Panel.tsx";
import { PlaneAxes } from "../ui/PlaneAxes.tsx";
import { type Contour, contours, lineOfTheBest, type PlanePoint } from "./contours.ts";
import { FusionSliders } from "./FusionSliders.tsx";
import { firstFused, servedWords } from "./fusedAnswers.ts";
import { rangeOf, surfacePatches } from "./surfaceView.ts";
import { usePlayground } from "./usePlayground.ts";
import { words } from "./words.ts";

export interface MixPanelProps {
  readonly session: TabSession;
  readonly state: SessionState;
  readonly snapshot: Snapshot;
}

/** How this tab's two adapters were mixed: the plane of the two weights, with sliders on it. */
export function MixPanel({ session, state, snapshot: { config } }: MixPanelProps) {
  useLanguage();
  const { playground, closed } = usePlayground(session, state, config);
  const shown = useStore(playground);
  const [survey] = useState(() => createFusionSurvey(session.engine, firstFused(config, null).kind));
  const { kind, points, failure } = useStore(survey);
  useEffect(() => () => survey.stop(), [survey]);
  // In a text task nothing is right or wrong.
  const hasShares = config.task.kind === "label";
  const isMeasured = points.length === SURVEY_WEIGHTS.length;
  const fusionRows = state.samples?.fusion ?? 0;
  const lines = useMemo(() => (isMeasured ? contours(points) : []), [isMeasured, points]);
  const alike = useMemo(
    () => (isMeasured && hasShares ? lineOfTheBest(points, fusionRows) : null),
    [isMeasured, hasShares, points, fusionRows],
  );
  const found = state.adapters?.served ? state.adapters.fusion : null;
  if (!found) return null;
  const isRunning = kind === "running";
  const rows = words.mixPanel.fusionRows(fusionRows);
  const format = hasShares ? formatFraction : (worth: number) => formatLoss(-worth);
  const [low, high] = rangeOf(points);
  const scale = points.length === 0 ? "" : words.mixPanel.scale(format(low), format(high));
  return (
    <Panel title={words.mixPanel.yourMixture} hint={words.mixPanel.hint(rows)}>
      <ChartFigure
        name={words.mixPanel.chartName}
        summary={words.mixPanel.summary(formatFraction(found.personal), formatFraction(found.shared), scale)}
      >
        <Plane
          points={points}
          found={found}
          at={shown.fused.weights}
          lines={lines}
          alike={alike}
          format={format}
          hasLabelVectors={config.adapter.prototypes !== undefined}
          onPick={(weights) => closed === null && !isRunning && playground.fuse({ ...shown.fused, source: "hand", weights })}
        />
      </ChartFigure>
      {isRunning && (
        <Progress
          value={(100 * points.length) / SURVEY_WEIGHTS.length}
          size={4}
          my={8}
          aria-label={words.mixPanel.mixturesMeasured}
        />
      )}
      <p className="muted small">
        {words.mixPanel.measured(scale, points.length, SURVEY_WEIGHTS.length, rows)}
        {isMeasured && hasShares && ` ${alike ? words.mixPanel.alike(rows) : words.mixPanel.allAlike(rows)}`}
      </p>
      {!isMeasured && (
        <Button
          size="xs"
          variant="default"
          mb="sm"
          disabled={closed !== null}
          onClick={() => (isRunning ? survey.stop() : survey.start())}
        >
          {isRunning ? words.mixPanel.stopMeasuring : words.mixPanel.measureThePlane}
        </Button>
      )}
      {failure && <FailureAlert failure={failure} />}
      <FusionSliders
        playground={playground}
        shown={shown}
        isClosed={closed !== null || isRunning}
        served={{ weights: found, words: servedWords(config) }}
        fusionRows={fusionRows}
      />
    </Panel>
  );
}

const [LEFT, TOP, FOOT, END] = [44, 8, 40, 16] as const;
const [WIDTH_AT_FIRST, WIDEST] = [300, 544] as const;

interface PlaneProps {
  readonly points: readonly SurveyPoint[];
  readonly lines: readonly Contour[];
  /** Around what cannot be told from the best; null where there is no such line. */
  readonly alike: Contour | null;
  readonly found: FusionWeights;
  /** Where the sliders stand. */
  readonly at: FusionWeights;
  readonly format: (worth: number) => string;
  /** Then the base is not untouched where both weights are nothing: half of each adapter's vectors stays. */
  readonly hasLabelVectors: boolean;
  readonly onPick: (weights: FusionWeights) => void;
}

const ANCHORS = [
  { personal: 0, shared: 0, key: "base", color: "var(--base)" },
  { personal: 1, shared: 0, key: "personal", color: "var(--personal)" },
  { personal: 0, shared: 1, key: "shared", color: "var(--shared)" },
] as const;

function Plane({ points, lines, alike, found, at, format, hasLabelVectors, onPick }: PlaneProps) {
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const size = Math.min(width, WIDEST) - LEFT - END;
  const all = [...SURVEY_STEPS, found.personal, found.shared, at.personal, at.shared];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  const x = (weight: number) => LEFT + ((weight - low) / (high - low)) * size;
  const y = (weight: number) => TOP + size - ((weight - low) / (high - low)) * size;
  const pick = ({ clientX, clientY, currentTarget, buttons }: PointerEvent<SVGSVGElement>) => {
    if (buttons !== 1) return;
    const box = currentTarget.getBoundingClientRect();
    const weight = (share: number) => Number(Math.min(high, Math.max(low, low + share * (high - low))).toFixed(2));
    onPick({
      personal: weight((clientX - box.left - LEFT) / size),
      shared: weight(1 - (clientY - box.top - TOP) / size),
    });
  };
  const worthAt = (personal: number, shared: number) =>
    points.find(({ weights }) => weights.personal === personal && weights.shared === shared)?.worth;
  const path = ({ segments }: Contour) =>
    segments.map((ends) => `M${ends.map(([w1, w2]) => `${x(w1)} ${y(w2)}`).join("L")}`).join("");
  return (
    <div ref={ref}>
      <svg
        className="plane"
        width={LEFT + size + END}
        height={TOP + size + FOOT}
        aria-hidden="true"
        fontSize={12}
        fill="var(--ink-3)"
        onPointerDown={pick}
        onPointerMove={pick}
      >
        <rect x={LEFT} y={TOP} width={size} height={size} fill="var(--sunken)" />
        {surfacePatches(points).map(({ personal, shared, size: side, height }) => (
          <rect
            key={`${personal} ${shared}`}
            x={x(personal)}
            y={y(shared + side)}
            width={x(personal + side) - x(personal) + 0.4}
            height={y(shared) - y(shared + side) + 0.4}
            fill="var(--fused)"
            fillOpacity={0.08 + 0.8 * height}
          />
        ))}
        <PlaneAxes {...{ x, y, size }} left={LEFT} top={TOP} xTitle={words.mixPanel.xAxis} yTitle={words.mixPanel.yAxis} />
        {points.map(({ weights: { personal, shared } }) => (
          <circle key={`${personal} ${shared}`} cx={x(personal)} cy={y(shared)} r={2} fill="none" stroke="var(--ink-2)" />
        ))}
        {lines.map((line) => (
          <path key={line.worth} d={path(line)} fill="none" stroke="var(--ink-2)" strokeOpacity={0.6} />
        ))}
        {alike && <path d={path(alike)} fill="none" stroke="var(--ink)" strokeWidth={1.5} strokeDasharray="4 4" />}
        {lines.map((line) => {
          const [w1, w2] = rightmost(line);
          return (
            <text key={line.worth} x={x(w1) - 4} y={y(w2)} dy="0.32em" textAnchor="end" fill="var(--ink-2)" {...HALO}>
              {format(line.worth)}
            </text>
          );
        })}
        {ANCHORS.map(({ personal, shared, key, color }) => {
          const worth = worthAt(personal, shared);
          return (
            <g key={key}>
              <circle cx={x(personal)} cy={y(shared)} r={5} fill={color} stroke="var(--surface)" strokeWidth={1.5} />
              <text x={x(personal)} y={y(shared) + 16} textAnchor="middle" {...HALO} fill="var(--ink)">
                {key === "base" && hasLabelVectors ? words.mixPanel.labelVectorsAlone : common.adapterNames[key]}{" "}
                {worth === undefined ? "" : format(worth)}
              </text>
            </g>
          );
        })}
        <circle cx={x(found.personal)} cy={y(found.shared)} r={8} fill="var(--fused)" stroke="var(--surface)" strokeWidth={2.5} />
        <text x={x(found.personal)} y={y(found.shared) - 13} textAnchor="middle" {...HALO} fill="var(--ink)">
          {words.mixPanel.found}
        </text>
        <circle cx={x(at.personal)} cy={y(at.shared)} r={11} fill="none" stroke="var(--ink)" strokeWidth={1.5} />
      </svg>
    </div>
  );
}

/** Where a line has its figure. */
const rightmost = ({ segments }: Contour): PlanePoint =>
  segments.flat().reduce((best, point) => (point[0] > best[0] ? point : best), [Number.NEGATIVE_INFINITY, 0]);
