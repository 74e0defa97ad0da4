import { useStore } from "../hooks/useStore.ts";
import { useWidth } from "../hooks/useWidth.ts";
import { roundLabel } from "../lib/roundWords.ts";
import { CrosshairSlider, crosshairByPointer } from "./Crosshair.tsx";
import { type ChartScale, chartScale } from "./chartScale.ts";
import { HALO } from "./halo.ts";
import { hoveredRound } from "./hoveredRound.ts";
import { labelHeights } from "./labelHeights.ts";
import { axisStart, axisTicks, placeText, type RoundAxis } from "./roundAxis.ts";
import { smoothed } from "./smoothed.ts";
import { cutTo, textRoom } from "./textRoom.ts";
import { words } from "./words.ts";

/** The values of one round, by series. */
export interface ChartPoint {
  readonly round: number;
  readonly [series: string]: number | null;
}

export interface ChartSeries {
  readonly key: string;
  readonly label: string;
  readonly color: string;
  /** One client among a few: thin and pale, its name in a lighter ink. */
  readonly thin: boolean;
  /** broken: a thin dashed line without a label at its end; nowhere: its figures stand in the readout and the table alone. Left out: a whole line. */
  readonly drawn?: "broken" | "nowhere";
  /** Key of the thick series that a thin one is a part of; left out where it is of none. */
  readonly of?: string;
}

/** One that has a line. */
type DrawnSeries = ChartSeries & { readonly drawn?: "broken" };

export const isDrawn = (series: ChartSeries): series is DrawnSeries => series.drawn !== "nowhere";

/** A mark of its colour before a series' name: full, or its edge where the line is broken. */
export const seriesMark = (color: string, drawn: ChartSeries["drawn"]) =>
  drawn === "broken" ? { boxShadow: `inset 0 0 0 2px ${color}` } : { background: color };

/** What lies between two series. */
export interface ChartBand {
  readonly low: string;
  readonly high: string;
  readonly color: string;
  readonly opacity: number;
}

export interface RoundPlotProps {
  /** Of rounds that stand along the axis. */
  readonly points: readonly ChartPoint[];
  readonly axis: RoundAxis;
  readonly series: readonly ChartSeries[];
  /** Lines are drawn through a moving mean of their dots. */
  readonly isSmooth: boolean;
  /** Under the lines. */
  readonly bands?: readonly ChartBand[];
  /** Title of the y axis, with its unit. */
  readonly yTitle: string;
  /** Upper end of the y axis; null takes the largest value. */
  readonly top: number | null;
  /** Height of the dotted line (chance level). */
  readonly reference: number | null;
  readonly totalRounds: number;
  /** Rounds without a figure are still to come. */
  readonly isRunning: boolean;
  readonly format: (value: number | null) => string;
  readonly height: number;
}

const WIDTH_AT_FIRST = 480;
/** Between labels of lines that end close to each other, pixels. */
const LABEL_GAP = 14;
/** From a line's end to its label, and what a label takes at most, pixels. */
const [LABEL_AFTER, LABEL_ROOM] = [9, 92] as const;
/** From the plot's side to the label of the dotted line, pixels. */
const GUESSING_AFTER = 2;
/** From words to the side of the plot, pixels. */
const WORDS_BEFORE = 8;
const NO_BANDS: readonly ChartBand[] = [];

/** Lines over rounds as plain SVG: the page's main thread also serves the training, and a chart library takes it for too long. */
export function RoundPlot(props: RoundPlotProps) {
  const {
    points,
    axis,
    series,
    isSmooth,
    bands = NO_BANDS,
    yTitle,
    top,
    reference,
    totalRounds,
    isRunning,
    format,
    height,
  } = props;
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const hovered = useStore(hoveredRound);
  const { places } = axis;
  const round = places.some((place) => place.round === hovered) ? hovered : null;
  const scale = chartScale({ width, height, places, from: axisStart(axis), highest: top ?? highestOf(points, series) });
  const place = round === null ? null : placeText(axis, round);
  const ends = [places[0]?.round ?? 0, places.at(-1)?.round ?? 0] as const;
  const lines = series.filter(isDrawn).map((one) => ({ ...one, ends: endsOf(points, one.key) }));
  return (
    <div ref={ref} className="plot" style={{ height }}>
      <svg width="100%" height={height} aria-hidden="true" {...crosshairByPointer(scale.roundAt)}>
        <Axes scale={scale} axis={axis} totalRounds={totalRounds} yTitle={yTitle} />
        {bands.map((band) => (
          <Band key={`${band.low} ${band.high}`} {...band} points={points} scale={scale} />
        ))}
        {isRunning && <ToCome scale={scale} after={points.at(-1)?.round ?? null} last={ends[1]} />}
        {reference !== null && <Level scale={scale} value={reference} dashed />}
        {round !== null && (
          <line x1={scale.x(round)} x2={scale.x(round)} y1={scale.top} y2={scale.bottom} stroke="var(--ink-3)" />
        )}
        {lines.map(({ key, color, thin, drawn, ends }) => (
          <Curve key={key} {...{ ends, scale, color, isSmooth }} look={thin ? "thin" : (drawn ?? "thick")} />
        ))}
        <EndLabels lines={lines.filter(({ drawn }) => drawn === undefined)} {...{ scale, format, reference }} />
      </svg>
      <CrosshairSlider
        range={ends}
        totalRounds={totalRounds}
        said={[place, wordsAt(props, round)].filter((part) => part !== null).join(", ")}
      />
      {round !== null && points.length > 0 && (
        <Readout
          {...{ points, round, place, totalRounds, format }}
          series={series}
          x={scale.x(round)}
          isRight={2 * scale.x(round) > scale.left + scale.right}
        />
      )}
    </div>
  );
}

interface KnownPoint {
  readonly round: number;
  readonly value: number;
}

/** Where the line has a value; rounds without one are bridged. */
function endsOf(points: readonly ChartPoint[], key: string): readonly KnownPoint[] {
  return points.flatMap((point) => {
    const value = point[key];
    return typeof value === "number" ? [{ round: point.round, value }] : [];
  });
}

const highestOf = (points: readonly ChartPoint[], series: readonly ChartSeries[]): number =>
  Math.max(...points.flatMap((point) => series.map(({ key }) => point[key] ?? 0)));

function Axes({ scale, axis, totalRounds, yTitle }: { readonly scale: ChartScale } & AxisProps) {
  return (
    <g fontSize={12} fill="var(--ink-3)">
      {scale.ticks.map((tick) => (
        <g key={tick}>
          <Level scale={scale} value={tick} />
          <text x={scale.left - 8} y={scale.y(tick)} dy="0.32em" textAnchor="end">
            {tick}
          </text>
        </g>
      ))}
      {axisTicks(axis, scale.right - scale.left, totalRounds).map(({ at, text }) => (
        <text key={at} x={scale.xAt(at)} y={scale.bottom + 17} textAnchor="middle">
          {text}
        </text>
      ))}
      <text x={scale.left} y={12}>
        {yTitle}
      </text>
      <text x={scale.right} y={scale.bottom + 34} textAnchor="end">
        {words.roundPlot.axes[axis.kind]}
      </text>
    </g>
  );
}

type AxisProps = Pick<RoundPlotProps, "axis" | "totalRounds" | "yTitle">;

/** Every series in one round, in words. */
function wordsAt({ points, series, format }: RoundPlotProps, round: number | null): string {
  const point = points.find((candidate) => candidate.round === round);
  if (!point) return words.roundPlot.noFigures;
  return series
    .filter(({ key }) => typeof point[key] === "number")
    .map(({ key, label }) => `${label} ${format(point[key] ?? null)}`)
    .join(", ");
}

function Band({ points, scale, low, high, color, opacity }: ChartBand & Pick<RoundPlotProps, "points"> & { scale: ChartScale }) {
  const [below, above] = [endsOf(points, low), endsOf(points, high)];
  const place = ({ round, value }: KnownPoint) => `${scale.x(round).toFixed(1)} ${scale.y(value).toFixed(1)}`;
  const outline = [...above, ...below.toReversed()].map(place).join(" ");
  return <polygon points={outline} fill={color} fillOpacity={opacity} />;
}

interface LevelProps {
  readonly scale: ChartScale;
  readonly value: number;
  readonly dashed?: boolean;
}

function Level({ scale, value, dashed = false }: LevelProps) {
  const y = scale.y(value);
  const look = dashed ? { stroke: "var(--ink-3)", strokeDasharray: "2 4" } : { stroke: "var(--line)" };
  return <line x1={scale.left} x2={scale.right} y1={y} y2={y} {...look} />;
}

/** Rounds that have no figure yet are sunken. Nothing before the first one, and after the last. */
function ToCome({ scale, after, last }: { readonly scale: ChartScale; readonly after: number | null; readonly last: number }) {
  if (after === null || after >= last) return null;
  const from = scale.x(after);
  const hasRoom = scale.right - from > LABEL_AFTER + LABEL_ROOM + textRoom(words.roundPlot.toCome) + WORDS_BEFORE;
  return (
    <g>
      <rect x={from} y={scale.top} width={scale.right - from} height={scale.bottom - scale.top} fill="var(--sunken)" />
      {hasRoom && (
        <text x={scale.right - WORDS_BEFORE} y={scale.top + 16} textAnchor="end" fontSize={12} fill="var(--ink-3)">
          {words.roundPlot.toCome}
        </text>
      )}
    </g>
  );
}

interface CurveProps {
  readonly ends: readonly KnownPoint[];
  readonly scale: ChartScale;
  readonly color: string;
  readonly look: keyof typeof LOOKS;
  readonly isSmooth: boolean;
}

/** How a line, and the dots on it, are drawn. */
const LOOKS = {
  thick: { line: { strokeWidth: 2.5 }, dots: { strokeWidth: 5 } },
  thin: { line: { strokeWidth: 1, strokeOpacity: 0.6 }, dots: { strokeWidth: 2.4, strokeOpacity: 0.7 } },
  broken: { line: { strokeWidth: 1.5, strokeDasharray: "4 3" }, dots: { strokeWidth: 4 } },
} as const;

function Curve({ ends, scale, color, look, isSmooth }: CurveProps) {
  const placed = ({ round, value }: KnownPoint) => `${scale.x(round).toFixed(1)} ${scale.y(value).toFixed(1)}`;
  const places = ends.map(placed);
  const means =
    isSmooth &&
    smoothed(
      ends.map(({ value }) => value),
      "round",
    );
  const line = means ? ends.map(({ round }, at) => placed({ round, value: means[at] ?? 0 })) : places;
  // Dots are strokes without length that end round: one element for all of a line.
  const dots = places.map((place) => `M${place}h0`).join("");
  return (
    <g fill="none" stroke={color}>
      <polyline points={line.join(" ")} {...LOOKS[look].line} />
      <path d={dots} strokeLinecap="round" {...LOOKS[look].dots} />
    </g>
  );
}

interface LabelledLine {
  readonly key: string;
  readonly label: string;
  readonly thin: boolean;
  readonly ends: readonly KnownPoint[];
}

interface EndLabelsProps extends Pick<RoundPlotProps, "format" | "reference"> {
  readonly lines: readonly LabelledLine[];
  readonly scale: ChartScale;
}

/** Each line's newest value and name, and the name of the dotted one. Where a name is cut off, the value is not. */
function EndLabels({ lines, reference, scale, format }: EndLabelsProps) {
  const ended = lines.flatMap(({ key, label, thin, ends }) => {
    const last = ends.at(-1);
    if (!last) return [];
    const text = cutTo(`${format(last.value)} ${label}`, LABEL_ROOM);
    const fill = thin ? "var(--ink-3)" : "var(--ink)";
    return [{ key, text, fill, x: scale.x(last.round) + LABEL_AFTER, y: scale.y(last.value) }];
  });
  const guessing = {
    ...{ key: "guessing", text: words.roundPlot.guessing, fill: "var(--ink-3)" },
    x: scale.right + GUESSING_AFTER,
  };
  const labels = [...ended, ...(reference === null ? [] : [{ ...guessing, y: scale.y(reference) }])];
  const heights = labelHeights(labels, { width: LABEL_ROOM, gap: LABEL_GAP, bottom: scale.bottom - LABEL_GAP / 2 });
  return labels.map(({ key, text, fill, x }, i) => (
    <text key={key} x={x} y={heights[i]} dy="0.32em" fontSize={12} fill={fill} {...HALO}>
      {text}
    </text>
  ));
}

interface ReadoutProps extends Pick<RoundPlotProps, "points" | "series" | "totalRounds" | "format"> {
  readonly round: number;
  readonly place: string | null;
  readonly x: number;
  /** Of the plot's middle: then it stands at the left of the crosshair. */
  readonly isRight: boolean;
}

function Readout({ points, series, round, place, totalRounds, format, x, isRight }: ReadoutProps) {
  const point = points.find((candidate) => candidate.round === round);
  return (
    <div className="readout small" style={{ left: x, translate: isRight ? "calc(-100% - 10px)" : "10px" }} aria-hidden="true">
      <div className="muted">
        {roundLabel(round, totalRounds)}
        {place !== null && ` · ${place}`}
      </div>
      {series.map(({ key, label, color, drawn }) => (
        <div key={key}>
          <span className="swatch" style={seriesMark(color, drawn)} />
          {label} {format(point?.[key] ?? null)}
        </div>
      ))}
    </div>
  );
}
