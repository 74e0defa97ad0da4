import { ChoiceCards } from "../ui/ChoiceCards.tsx";
import type { FederationForm } from "./federationForm.ts";
import { type PrivacyLevel, privacyChange, privacyLevel } from "./privacyLevel.ts";
import { words } from "./words.ts";

export interface PrivacyChoiceProps {
  readonly form: FederationForm;
  readonly onChange: (change: Partial<FederationForm>) => void;
}

const LEVELS = ["plain", "secure", "budget"] as const;

/** What whoever runs the coordinator may see, as three pictures of it. */
export function PrivacyChoice({ form, onChange }: PrivacyChoiceProps) {
  return (
    <ChoiceCards
      label={words.privacyChoice.whatTheCoordinatorMaySee}
      value={privacyLevel(form)}
      choices={LEVELS.map((value) => ({
        value,
        ...words.privacyChoice.levels[value],
        picture: <Picture level={value} />,
      }))}
      onChange={(level) => onChange(privacyChange(form, level))}
    />
  );
}

function Picture({ level }: { readonly level: PrivacyLevel }) {
  const isPlain = level === "plain";
  return (
    <svg width={150} height={28} viewBox="0 0 150 28" aria-hidden="true" className="privacy">
      {[10, 36, 62].map((x) => (
        <g key={x}>
          <circle cx={x} cy={14} r={8} className={isPlain ? "seen" : "hidden"} />
          {!isPlain && (
            <text x={x} y={18} textAnchor="middle">
              ?
            </text>
          )}
        </g>
      ))}
      {!isPlain && (
        <>
          <path d="M78 14h18m-5-4l5 4l-5 4" className="arrow" />
          <circle cx={114} cy={14} r={11} className="seen" fillOpacity={level === "budget" ? 0.5 : 1} />
        </>
      )}
      {level === "budget" && NOISE.map(([x, y]) => <circle key={`${x} ${y}`} cx={x} cy={y} r={1.3} className="seen" />)}
    </svg>
  );
}

/** Dots around the sum. */
const NOISE = [
  [101, 8],
  [104, 24],
  [110, 2],
  [120, 2],
  [127, 7],
  [128, 17],
  [124, 25],
  [112, 26],
  [100, 17],
] as const;
