import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { RowLengths, RowPieces } from "@duet/lora-core/tokenizers/rowPieces";
import { Alert } from "@mantine/core";
import { IconAlertTriangle } from "@tabler/icons-react";
import { useEffect, useState } from "react";
import { useServices } from "../hooks/ServicesContext.tsx";
import { useWidth } from "../hooks/useWidth.ts";
import { ChartFigure } from "../ui/ChartFigure.tsx";
import { roundTicks } from "../ui/chartScale.ts";
import { Panel } from "../ui/Panel.tsx";
import type { RowsAsRead as AsRead, ConnectedData } from "../worker/tabEngine.ts";
import { words } from "./words.ts";

export interface RowsAsReadProps {
  readonly config: Pick<FederationConfig, "model" | "training">;
  /** Whose rows are shown. */
  readonly data: ConnectedData;
}

/** Of the rows, before it is said that the base cannot read them: a few in another script are nothing to warn of. */
const NOTICED = 0.1;

/** The first rows as the base reads them, what it cuts off, and how long rows are. Nothing where its tokenizer is not to be had. */
export function RowsAsRead({ config: { model, training }, data }: RowsAsReadProps) {
  const services = useServices();
  const [read, setRead] = useState<AsRead | null>(null);
  const { maxTokens } = training;

  // biome-ignore lint/correctness/useExhaustiveDependencies: once for these rows; a federation's base never changes.
  useEffect(() => {
    let isShown = true;
    const show = async () => {
      const { hub } = await services.coordinator.offer();
      const found = await services.engine().rowsAsRead(model, hub, maxTokens);
      if (isShown) setRead(found);
    };
    // It only shows something; what it would fail of, joining says.
    show().catch(() => {});
    return () => {
      isShown = false;
    };
  }, [services, data.rows]);

  if (!read) return null;
  const { around, first, lengths } = read;
  return (
    <Panel title={words.rowsAsRead.title} aside={words.rowsAsRead.aside(lengths.most)}>
      {around && (
        <p className="soft small" style={{ margin: "0 0 8px" }}>
          {words.rowsAsRead.prompt}
        </p>
      )}
      {lengths.unread >= NOTICED * lengths.rows && (
        <Alert icon={<IconAlertTriangle />} mb="sm" title={words.rowsAsRead.unread(lengths.unread, lengths.rows)}>
          {words.rowsAsRead.unreadText}
        </Alert>
      )}
      {first.map((row) => (
        <OneRow key={row.line} row={row} around={around} />
      ))}
      <h3 style={{ marginTop: 16 }}>{words.rowsAsRead.lengths}</h3>
      <p className="soft small" style={{ margin: "4px 0 8px" }}>
        {words.rowsAsRead.loseTheirEnd(lengths.cut, lengths.rows, lengths.most)}
      </p>
      <Lengths lengths={lengths} />
    </Panel>
  );
}

/** A long row says nothing more by its end: pieces of what is read, and characters of what is not. */
const [PIECES_SHOWN, REST_SHOWN] = [120, 240] as const;

function OneRow({ row, around }: Pick<AsRead, "around"> & { readonly row: RowPieces }) {
  const { line, pieces, rest, tokens, answer } = row;
  return (
    <div className="rowAsRead">
      <span className="muted small">{words.rowsAsRead.line(line)}</span>
      <div>
        <p className="pieces">
          {around?.before && <em>{around.before}</em>}
          {pieces.slice(0, PIECES_SHOWN).map((piece, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a text in their order, which repeat
            <span key={index}>{piece.trim() === "" ? "␣" : piece.trim()}</span>
          ))}
          {pieces.length > PIECES_SHOWN && <span>…</span>}
          {rest !== "" && (
            <del>
              {rest.slice(0, REST_SHOWN)}
              {rest.length > REST_SHOWN ? "…" : ""}
            </del>
          )}
          {around?.after && <em>{around.after}</em>}
        </p>
        <p className="muted small" style={{ margin: "4px 0 0" }}>
          {words.rowsAsRead.shouldAnswer(<strong>{answer}</strong>)} · {words.rowsAsRead.tokens(tokens)}
          {tokens > pieces.length && ` · ${words.rowsAsRead.cutOff(tokens - pieces.length)}`}
        </p>
      </div>
    </div>
  );
}

const [WIDTH_AT_FIRST, HEIGHT, LEFT, HEAD, FOOT] = [480, 150, 40, 20, 38] as const;

function Lengths({ lengths: { step, counts, most, cut, rows } }: { readonly lengths: RowLengths }) {
  const { ref, width } = useWidth<HTMLDivElement>(WIDTH_AT_FIRST);
  // Of rows there are no halves.
  const ticks = roundTicks(Math.max(4, ...counts)).filter(Number.isInteger);
  const ceiling = ticks.at(-1) ?? 1;
  const bar = (width - LEFT - 8) / counts.length;
  const x = (tokens: number) => LEFT + (tokens / step) * bar;
  const bottom = HEIGHT - FOOT;
  const y = (count: number) => bottom - (count / ceiling) * (bottom - HEAD);
  const labelled = Array.from({ length: Math.floor(counts.length / 6) + 1 }, (_, index) => 6 * index * step);
  return (
    <ChartFigure name={words.rowsAsRead.lengths} summary={words.rowsAsRead.loseTheirEnd(cut, rows, most)}>
      <div ref={ref} style={{ height: HEIGHT }}>
        <svg width="100%" height={HEIGHT} aria-hidden="true" fontSize={12} fill="var(--ink-3)">
          <text x={LEFT} y={11}>
            {words.rowsAsRead.rowsOfStep(step)}
          </text>
          {ticks.map((tick) => (
            <g key={tick}>
              <line x1={LEFT} x2={width - 8} y1={y(tick)} y2={y(tick)} stroke="var(--line)" />
              <text x={LEFT - 8} y={y(tick)} dy="0.32em" textAnchor="end">
                {tick}
              </text>
            </g>
          ))}
          {counts.map((count, index) => (
            <rect
              // biome-ignore lint/suspicious/noArrayIndexKey: the step is what it is
              key={index}
              x={LEFT + bar * index + 0.5}
              y={y(count)}
              width={Math.max(1, bar - 1)}
              height={bottom - y(count)}
              fill="var(--data)"
              fillOpacity={index * step < most ? 1 : 0.4}
            />
          ))}
          <line x1={x(most)} x2={x(most)} y1={HEAD - 6} y2={bottom} stroke="var(--ink)" strokeDasharray="3 3" />
          <text x={x(most) + 6} y={HEAD + 4} fill="var(--ink)">
            {words.rowsAsRead.readUpToHere}
          </text>
          {labelled.map((tokens) => (
            <text key={tokens} x={x(tokens)} y={bottom + 16} textAnchor="middle">
              {tokens}
            </text>
          ))}
          <text x={width - 8} y={bottom + 32} textAnchor="end">
            {words.rowsAsRead.tokensInARow}
          </text>
        </svg>
      </div>
    </ChartFigure>
  );
}
