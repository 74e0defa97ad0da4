import { ActionIcon, Slider } from "@mantine/core";
import { useInterval, useReducedMotion } from "@mantine/hooks";
import { IconChevronLeft, IconChevronRight, IconPlayerPause, IconPlayerPlay } from "@tabler/icons-react";
import { useEffect } from "react";
import type { ReplayStop } from "./replayView.ts";
import { words } from "./words.ts";

/** A round is long enough to read its figures. */
const ROUND_MS = 1200;

export interface ReplayProps {
  readonly stops: readonly ReplayStop[];
  /** The round that is shown; null for the federation as it is. */
  readonly round: number | null;
  readonly onRound: (round: number | null) => void;
}

/** A slider over the closed rounds: what stands below it is as of then. It plays by itself only where motion is welcome. */
export function Replay({ stops, round, onRound }: ReplayProps) {
  const isStill = useReducedMotion();
  const last = stops.length - 1;
  const found = stops.findIndex((stop) => stop.round === round);
  const place = found < 0 ? last : found;
  const label = stops[place]?.label ?? "";
  const go = (to: number) => onRound(stops[Math.min(last, Math.max(0, to))]?.round ?? null);
  const clock = useInterval(() => go(place + 1), ROUND_MS);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the clock is another one with every render.
  useEffect(() => {
    if (place === last) clock.stop();
  }, [place, last]);

  const play = () => {
    if (place === last) go(0);
    clock.start();
  };
  const step = (to: number) => {
    clock.stop();
    go(to);
  };
  return (
    <section className="replay" aria-labelledby="replay">
      <strong id="replay" className="small">
        {words.replay.replay}
      </strong>
      {!isStill && (
        <ActionIcon
          variant="default"
          aria-label={clock.active ? words.replay.pauseTheReplay : words.replay.playRoundByRound}
          onClick={clock.active ? clock.stop : play}
        >
          {clock.active ? <IconPlayerPause size={16} /> : <IconPlayerPlay size={16} />}
        </ActionIcon>
      )}
      <ActionIcon variant="default" aria-label={words.replay.oneRoundBack} disabled={place === 0} onClick={() => step(place - 1)}>
        <IconChevronLeft size={16} />
      </ActionIcon>
      <Slider
        thumbLabel={words.replay.shown}
        thumbValueText={label}
        min={0}
        max={last}
        step={1}
        label={null}
        size={6}
        color="var(--data)"
        value={place}
        onChange={step}
      />
      <ActionIcon
        variant="default"
        aria-label={words.replay.oneRoundOn}
        disabled={place === last}
        onClick={() => step(place + 1)}
      >
        <IconChevronRight size={16} />
      </ActionIcon>
      <output className="small">{label}</output>
      {round !== null && <p className="muted small">{words.replay.note}</p>}
    </section>
  );
}
