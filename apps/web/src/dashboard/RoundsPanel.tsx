import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { stageOfRound } from "@duet/lora-core/schedule/roundNumbers";
import { IconCheck, IconClock, IconX } from "@tabler/icons-react";
import { memo, type PointerEvent } from "react";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useStore } from "../hooks/useStore.ts";
import { useWidth } from "../hooks/useWidth.ts";
import { words as common } from "../lib/words.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { Fill } from "../ui/Fill.tsx";
import { hoveredRound } from "../ui/hoveredRound.ts";
import { Panel } from "../ui/Panel.tsx";
import { Scroll } from "../ui/Scroll.tsx";
import { Term } from "../ui/Term.tsx";
import { LanesPicture } from "./LanesPicture.tsx";
import { type Column, footRounds, type Lane, type LaneCell, type Timeline, timelineView } from "./timelineView.ts";
import { words } from "./words.ts";

/** The adapter that a stage is about lends it its colour. */
const STAGE_COLORS = { local: "var(--personal)", federated: "var(--shared)", fusing: "var(--fused)" } as const;

const STAGES = ["local", "federated", "fusing"] as const;

/** Rounds as columns, one lane per client. */
export const RoundsPanel = memo(function RoundsPanel({ snapshot }: { readonly snapshot: Snapshot }) {
  useLanguage();
  const timeline = timelineView(snapshot);
  const { columns, lanes, worstModule } = timeline;
  const { aggregation, budgets } = snapshot.config;
  const [isSecure, rounds] = [aggregation === "secure", budgets.rounds];
  const [hasTook, hasErrors] = [columns.some(isTimed), columns.some(isAveraged)];
  if (lanes.length === 0) return null;
  return (
    <Panel
      title={words.roundsPanel.rounds}
      aside={words.roundsPanel.aside(<Term term="round" />)}
      hint={common.listing.sentences([
        words.roundsPanel.hint,
        ...(hasTook ? [words.roundsPanel.tookHint] : []),
        ...(hasErrors ? [words.roundsPanel.errorHint(words.roundsPanel.errorText, worstModule ?? "")] : []),
      ])}
    >
      <ChartFigure
        name={words.roundsPanel.roundsOfEveryClient}
        summary={words.roundsPanel.roundsOfEveryClient}
        picture={() => <LanesPicture timeline={timeline} colors={STAGE_COLORS} />}
      >
        <Lanes timeline={timeline} />
      </ChartFigure>
      <div className="key" aria-hidden="true">
        {STAGES.filter((stage) => columns.some(({ round }) => stageOfRound(round, rounds) === stage)).map((stage) => (
          <span key={stage}>
            <span className="swatch" style={{ background: STAGE_COLORS[stage] }} />
            {words.roundsPanel.stages[stage]}
          </span>
        ))}
        <span>
          <span className="swatch" style={{ background: "var(--sunken)", boxShadow: "inset 0 0 0 1px var(--line)" }} />
          {words.roundsPanel.waiting}
        </span>
        <span>
          <IconX size={12} style={{ verticalAlign: "-1px" }} /> {words.roundsPanel.missed}
        </span>
        {isSecure && (
          <>
            <span>
              <IconCheck size={12} style={{ verticalAlign: "-1px" }} /> {words.roundsPanel.answered}
            </span>
            <span>
              <IconClock size={12} style={{ verticalAlign: "-1px" }} /> {words.roundsPanel.yetTo}
            </span>
          </>
        )}
      </div>
    </Panel>
  );
});

const isTimed = ({ took }: Column): boolean => took !== null;
const isAveraged = ({ error }: Column): boolean => error !== null;

/** Width of the names, and the least of a round, pixels. */
const [NAMES, LEAST_ROUND] = [110, 26] as const;
const WIDTH_AT_FIRST = 800;

function Lanes({ timeline: { columns, lanes } }: { readonly timeline: Timeline }) {
  const pointed = useStore(hoveredRound);
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  const shown = footRounds(columns, Math.max(LEAST_ROUND, (width - NAMES) / columns.length));
  return (
    <div ref={ref}>
      <Scroll label={words.roundsPanel.roundsOfEveryClient}>
        <table className="lanes" style={{ minWidth: NAMES + LEAST_ROUND * columns.length }} {...crosshairByCells}>
          <thead>
            <tr>
              <th className="name" scope="col">
                <span className="visuallyHidden">{words.roundsPanel.client}</span>
              </th>
              {columns.map(({ round, label, title, isOpen }) => (
                <th
                  key={round}
                  scope="col"
                  title={title}
                  aria-current={isOpen ? "step" : undefined}
                  data-round={round}
                  data-pointed={round === pointed || undefined}
                >
                  {label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {lanes.map((lane) => (
              <LaneRow key={lane.clientId} lane={lane} pointed={pointed} />
            ))}
          </tbody>
          <tfoot>
            {columns.some(isTimed) && (
              <FootRow name={words.roundsPanel.took} columns={columns} shown={shown} of={({ took }) => took} />
            )}
            {columns.some(isAveraged) && (
              <FootRow name={words.roundsPanel.averagingError} columns={columns} shown={shown} of={({ error }) => error} />
            )}
          </tfoot>
        </table>
      </Scroll>
    </div>
  );
}

/** The round that all charts of the page point at, by the cells below its name. */
const crosshairByCells = {
  onPointerDown: pointAtCell,
  onPointerMove: pointAtCell,
  onPointerLeave: ({ pointerType }: PointerEvent<Element>) => {
    if (pointerType === "mouse") hoveredRound.set(null);
  },
};

function pointAtCell({ target }: PointerEvent<Element>): void {
  const cell = target instanceof Element ? target.closest<HTMLElement>("[data-round]") : null;
  hoveredRound.set(cell ? Number(cell.dataset.round) : null);
}

interface LaneRowProps {
  readonly lane: Lane;
  /** The round that is pointed at. */
  readonly pointed: number | null;
}

function LaneRow({ lane: { name, status, cells }, pointed }: LaneRowProps) {
  return (
    <tr>
      <th
        scope="row"
        title={status === "present" ? name : words.roundsPanel.clientStatus(name, words.crowdTable.states[status])}
        className={status === "left" ? "muted" : ""}
      >
        {name}
      </th>
      {cells.map((cell) => (
        <Cell key={cell.round} cell={cell} isPointed={cell.round === pointed} />
      ))}
    </tr>
  );
}

interface FootRowProps {
  readonly name: string;
  readonly columns: readonly Column[];
  /** Rounds below which there is room; below the others it is said, and not drawn. */
  readonly shown: ReadonlySet<number>;
  readonly of: (column: Column) => string | null;
}

function FootRow({ name, columns, shown, of }: FootRowProps) {
  return (
    <tr className="small muted">
      <th scope="row">{name}</th>
      {columns.map((column) => (
        <td key={column.round} title={of(column) ?? undefined} data-round={column.round}>
          {shown.has(column.round) ? of(column) : <span className="visuallyHidden">{of(column)}</span>}
        </td>
      ))}
    </tr>
  );
}

const ICONS: Partial<Readonly<Record<LaneCell["kind"], typeof IconX>>> = {
  missed: IconX,
  asked: IconClock,
  answered: IconCheck,
};

function Cell({ cell, isPointed }: { readonly cell: LaneCell; readonly isPointed: boolean }) {
  const Icon = ICONS[cell.kind];
  return (
    <td style={{ padding: 0 }} data-round={cell.round} data-pointed={isPointed || undefined}>
      <div className={`lane ${cell.kind}`} title={cell.text}>
        <Fill share={cell.fraction} color={STAGE_COLORS[cell.stage]} />
        {Icon && <Icon size={14} aria-hidden="true" style={{ verticalAlign: "-3px", position: "relative" }} />}
        <span className="visuallyHidden">{cell.text}</span>
      </div>
    </td>
  );
}
