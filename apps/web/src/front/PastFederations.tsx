import { Button, Checkbox, Group } from "@mantine/core";
import { useState } from "react";
import { Link } from "react-router";
import { useServices } from "../hooks/ServicesContext.tsx";
import { ADAPTERS } from "../lib/adapters.ts";
import { formatFraction } from "../lib/format.ts";
import { federationPath } from "../lib/links.ts";
import type { PastFederation } from "../services/pastFederation.ts";
import { RangeLine, type RangePoint } from "../ui/RangeLine.tsx";
import { ForgetData } from "./ForgetData.tsx";
import { words } from "./past/words.ts";
import { comparePath, pastView } from "./pastView.ts";

export interface PastFederationsProps {
  /** Gets what was forgotten, in words. */
  readonly onForgotten: (words: string) => void;
}

/** What this browser took part in to the end, each with what came of it; put away, compared, or forgotten. */
export function PastFederations({ onForgotten }: PastFederationsProps) {
  const { storage } = useServices();
  const [all, setAll] = useState(storage.past);
  const [compared, setCompared] = useState<readonly string[]>([]);
  const archived = all.filter(({ isArchived }) => isArchived);
  const shown = all.filter(({ isArchived }) => !isArchived);
  const card = (past: PastFederation) => (
    <PastCard
      key={past.federationId}
      past={past}
      isCompared={compared.includes(past.federationId)}
      onCompare={(wanted) =>
        setCompared(wanted ? [...compared, past.federationId] : compared.filter((id) => id !== past.federationId))
      }
      onArchive={() => {
        storage.savePast({ ...past, isArchived: !past.isArchived });
        setAll(storage.past());
      }}
      onForgotten={(words) => {
        setAll(storage.past());
        setCompared(compared.filter((id) => id !== past.federationId));
        onForgotten(words);
      }}
    />
  );
  if (all.length === 0) return null;
  return (
    <section aria-labelledby="past">
      <Group justify="space-between">
        <h2 id="past" className="large">
          {words.pastFederations.title}
        </h2>
        {compared.length > 1 && (
          <Button component={Link} to={comparePath(compared)} size="xs" variant="default">
            {words.pastFederations.compareThese(compared.length)}
          </Button>
        )}
      </Group>
      <div className="tiles">{shown.map(card)}</div>
      {archived.length > 0 && (
        <details>
          <summary>{words.pastFederations.archived(archived.length)}</summary>
          <div className="tiles">{archived.map(card)}</div>
        </details>
      )}
    </section>
  );
}

/** Every adapter that was measured. */
const measuredPoints = ({ accuracy }: PastFederation): readonly RangePoint[] =>
  ADAPTERS.flatMap(({ key, color }) => {
    const share = accuracy[key];
    return share === null ? [] : [{ share, color }];
  });

interface PastCardProps extends PastFederationsProps {
  readonly past: PastFederation;
  readonly isCompared: boolean;
  readonly onCompare: (wanted: boolean) => void;
  readonly onArchive: () => void;
}

function PastCard({ past, isCompared, onCompare, onArchive, onForgotten }: PastCardProps) {
  const { federationId, name, from, to, of, facts } = pastView(past);
  return (
    <article className="tile" aria-label={name}>
      <h3>{name}</h3>
      {to !== null && (
        <p className="cardFigure">
          {from !== null && `${formatFraction(from)} → `}
          {formatFraction(to)}
        </p>
      )}
      <RangeLine points={measuredPoints(past)} />
      <p className="small">{of}</p>
      <p className="muted small">{facts}</p>
      <Group gap="xs" mt="sm">
        {past.identity && (
          <Button
            component={Link}
            to={federationPath(federationId, past.identity.inviteToken)}
            size="xs"
            variant="default"
            aria-label={words.pastFederations.openNamed(name)}
          >
            {words.pastFederations.open}
          </Button>
        )}
        <Button
          size="xs"
          variant="default"
          aria-label={past.isArchived ? words.pastFederations.takeBackNamed(name) : words.pastFederations.archiveNamed(name)}
          onClick={onArchive}
        >
          {past.isArchived ? words.pastFederations.takeBack : words.pastFederations.archive}
        </Button>
        <ForgetData federationId={federationId} name={name} onForgotten={onForgotten} />
      </Group>
      <Checkbox
        size="xs"
        mt="sm"
        label={words.pastFederations.compare}
        aria-label={words.pastFederations.compareNamed(name)}
        checked={isCompared}
        onChange={(event) => onCompare(event.currentTarget.checked)}
      />
    </article>
  );
}
