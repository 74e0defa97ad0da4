import type { SessionState } from "@duet/client/sessionState";
import type { Snapshot } from "@duet/lora-core/protocol/snapshot";
import { Button, Progress } from "@mantine/core";
import { IconCheck, IconClock, IconPlayerPlay, IconPlayerStop, IconUsers } from "@tabler/icons-react";
import { type ReactNode, useMemo } from "react";
import { useCoordinatorClock } from "../hooks/useCoordinatorClock.ts";
import { useLanguage } from "../hooks/useLanguage.ts";
import { useSettled } from "../hooks/useSettled.ts";
import { formatFraction } from "../lib/format.ts";
import { CopyText } from "../ui/CopyText.tsx";
import { Countdown } from "./Countdown.tsx";
import { type HeadlineView, headlineView, type Own } from "./headlineView.ts";
import { leadText } from "./leadText.ts";
import { NotifyMe } from "./mine/NotifyMe.tsx";
import { ENDED, stripView } from "./progressView.ts";
import { isPutOut, waitView } from "./waitView.ts";
import { words } from "./words.ts";

const ICONS = { waiting: IconClock, running: IconPlayerPlay, done: IconCheck, stopped: IconPlayerStop } as const;

export type OwnStanding = Own & Pick<SessionState, "stage">;

export interface HeadlineProps {
  readonly snapshot: Snapshot;
  readonly myRole: string;
  /** This tab's own figures and what it is at; null for who only looks on. */
  readonly own: OwnStanding | null;
  /** As it stood after an earlier round. */
  readonly isReplayed: boolean;
  /** For who may pass it on; null elsewhere. */
  readonly inviteLink: string | null;
  /** Which adapter to use, once that is known. */
  readonly verdict?: ReactNode;
  /** What can be done with the result. */
  readonly children?: ReactNode;
}

/** What leads the page: is it helping, is it running, for whom it waits. Without a box. */
export function Headline({ snapshot, myRole, own, isReplayed, inviteLink, verdict, children }: HeadlineProps) {
  const { now, isAway } = useCoordinatorClock();
  const view = stripView(snapshot, now);
  const wait = waitView(snapshot, own, now);
  const settled = useSettled(snapshot);
  const spoken = useLanguage();
  // biome-ignore lint/correctness/useExhaustiveDependencies: what it says is of the language.
  const figure = useMemo(() => headlineView(settled, own), [settled, own, spoken]);
  const Icon = ICONS[view.tone];
  const isOver = ENDED.has(snapshot.phase);
  const isOut = isPutOut(own);
  return (
    <div className="headline">
      <div>
        <div className="eyebrow">
          <h1>{view.name}</h1>
          <span className="muted">{myRole}</span>
        </div>
        {figure ? (
          <Figure figure={figure} />
        ) : (
          <p className="lead">{isOut ? words.headline.neverHere : leadText(snapshot, own !== null)}</p>
        )}
      </div>
      <div className="column">
        {verdict}
        <div className="standing">
          {wait.countdown && !isAway && <Countdown {...wait.countdown} />}
          <div>
            <div className="status" role="status" aria-label={words.headline.federationStatus}>
              <Icon size={16} aria-hidden="true" />
              <strong>{wait.status ?? view.status}</strong>
              {view.stage && wait.status === null && <span className="soft">{view.stage}</span>}
            </div>
            <p className="soft">{view.tone === "done" ? "" : isAway ? words.headline.awayNote : wait.reason}</p>
            {view.tone !== "done" && view.percent > 0 && (
              <Progress value={view.percent} aria-label={words.headline.progressOfTheFederation} size={4} mt={8} />
            )}
            <div className="muted small meta">
              {/* Before what counts seconds, which would move them under the pointer. */}
              {!isOver && !isOut && !isReplayed && <NotifyMe />}
              {inviteLink !== null && !isOver && <InviteButton link={inviteLink} />}
              {!isAway && view.timing && <span>{view.timing}</span>}
              <span>
                <IconUsers size={14} aria-hidden="true" /> {view.presence}
              </span>
            </div>
          </div>
        </div>
      </div>
      {children}
    </div>
  );
}

function Figure({ figure: { from, to, of, over, certainty } }: { readonly figure: HeadlineView }) {
  return (
    <div className={from === null ? "figureLine" : undefined}>
      <p className="big">
        {from !== null && (
          <>
            <span className="from">{formatFraction(from)}</span>
            <span className="arrow" aria-hidden="true">
              →
            </span>
            <span className="visuallyHidden">{words.headline.beforeAfter}</span>
          </>
        )}
        {formatFraction(to)}
      </p>
      <div>
        <p className="lead">{of}</p>
        {over && <p className="over">{over}</p>}
        {certainty && <p className="muted small">{certainty}</p>}
      </div>
    </div>
  );
}

function InviteButton({ link }: { readonly link: string }) {
  return (
    <CopyText value={link}>
      {({ isCopied, copy }) => (
        <Button size="xs" variant="default" onClick={copy}>
          {isCopied ? words.headline.inviteLinkCopied : words.headline.invite}
        </Button>
      )}
    </CopyText>
  );
}
