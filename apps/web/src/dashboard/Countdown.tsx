export interface CountdownProps {
  readonly secondsLeft: number;
  /** Of the whole time that a round has, 0 to 1. */
  readonly share: number;
}

const RADIUS = 30;
const LENGTH = 2 * Math.PI * RADIUS;

/** The time until the round closes, as a ring that empties. What is in it is said beside it too. */
export function Countdown({ secondsLeft, share }: CountdownProps) {
  const whole = Math.round(secondsLeft);
  return (
    <svg className="countdown" width={68} height={68} viewBox="-34 -34 68 68" aria-hidden="true">
      <circle r={RADIUS} fill="none" stroke="var(--line)" strokeWidth={4} />
      <circle
        r={RADIUS}
        fill="none"
        stroke="var(--ink)"
        strokeWidth={4}
        strokeLinecap="round"
        strokeDasharray={`${share * LENGTH} ${LENGTH}`}
        transform="rotate(-90)"
      />
      <text textAnchor="middle" dy="0.35em" fontSize={14} fill="var(--ink)">
        {Math.floor(whole / 60)}:{String(whole % 60).padStart(2, "0")}
      </text>
    </svg>
  );
}
