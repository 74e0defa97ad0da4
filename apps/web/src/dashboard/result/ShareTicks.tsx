interface ShareTicksProps {
  readonly ticks: readonly number[];
  /** Where a share stands, pixels from the left. */
  readonly x: (share: number) => number;
  /** From where to where their lines go, pixels from above; the figures stand below. */
  readonly top: number;
  readonly bottom: number;
}

/** The lines and figures of a chart's axis of shares. */
export const ShareTicks = ({ ticks, x, top, bottom }: ShareTicksProps) =>
  ticks.map((tick) => (
    <g key={tick}>
      <line x1={x(tick)} x2={x(tick)} y1={top} y2={bottom} stroke="var(--line)" />
      <text x={x(tick)} y={bottom + 16} textAnchor="middle">
        {tick}
      </text>
    </g>
  ));
