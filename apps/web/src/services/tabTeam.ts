/** This tab in a team, as a member that helps or as the one that leads: its way to the others, and what it has opened for them. */
import type { OpenedModel, RowsHandle } from "@duet/client/clientEngine";
import type { CoordinatorClient } from "@duet/client/coordinatorClient";
import { engineSetup } from "@duet/client/engineSetup";
import { createStore, type ReadableStore } from "@duet/client/store";
import { openTeamChannel } from "@duet/client/team/teamChannel";
import { startTeamNode, type TeamClient, type TeamNode } from "@duet/client/team/teamNode";
import { unlessSilent } from "@duet/client/unlessSilent";
import type { DownloadProgress } from "@duet/lora-core/checkpoints/resumableDownload";
import { explain, type FailureText } from "@duet/lora-core/errors/duetError";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { BackendName, SampleCounts } from "@duet/lora-core/protocol/metrics";
import type { Said } from "@duet/lora-core/sayings/saying";
import type { TabEngine } from "../worker/tabEngine.ts";

/** What a member helps with. */
export interface HelpOffer {
  readonly name: string;
  readonly rows: RowsHandle;
  /** Under which they are kept on this device, so that a reload need not connect them again. */
  readonly rowsId: string;
}

/** What goes on besides what {@link TeamNode} tells. */
export interface TabTeamNews {
  /** Why the team is not there; null while it is. */
  readonly absent: Said | null;
  readonly download: DownloadProgress | null;
  /** It can take part no more. */
  readonly failure: FailureText | null;
  /** What was not accepted of others, newest last. */
  readonly refused: readonly Said[];
}

export interface TabTeam {
  readonly federationId: string;
  readonly secret: string;
  readonly node: TeamNode;
  readonly news: ReadableStore<TabTeamNews>;
  /** What this tab has opened as a member; null for one that has led from the beginning. */
  readonly opened: { readonly model: OpenedModel; readonly samples: SampleCounts } | null;
  /** Becomes a member with these rows. */
  help(offer: HelpOffer): void;
  /** Whether somebody else leads, for one that led before a reload. */
  isLedByAnother(): Promise<boolean>;
  close(): void;
}

export interface TabTeamParts {
  readonly coordinator: CoordinatorClient;
  readonly engine: () => TabEngine;
  readonly backend: BackendName | null;
  readonly federationId: string;
  readonly secret: string;
  readonly onLead: (config: FederationConfig, client: TeamClient) => Promise<void>;
}

/** Longer than the others wait for a leader that has gone: by then one of them leads, if any can. */
const ANSWER_WITHIN_MS = 15_000;

export function openTabTeam({ coordinator, engine, backend, federationId, secret, onLead }: TabTeamParts): TabTeam {
  const news = createStore<TabTeamNews>({ absent: null, download: null, failure: null, refused: [] });
  const tell = (part: Partial<TabTeamNews>) => news.set({ ...news.get(), ...part });
  const fail = (error: unknown) => tell({ failure: explain(error) });
  let offer: (offered: HelpOffer) => void = () => {};
  const offered = new Promise<HelpOffer>((resolve) => {
    offer = resolve;
  });
  let opened: TabTeam["opened"] = null;

  async function open(config: FederationConfig): Promise<{ name: string; rows: number }> {
    const { name, rows, rowsId } = await offered;
    const { hub } = await coordinator.offer();
    const model = await engine().openModel(config.model, hub, backend, (download) => tell({ download }));
    const setup = await engineSetup(config, engine(), backend);
    const samples = await unlessSilent(() => engine().begin({ rows, ...setup, start: null }));
    await engine().keepAs(rowsId);
    opened = { model, samples };
    return { name, rows: samples.train };
  }

  const channel = openTeamChannel({ coordinator, federationId, secret }, (absent) => tell({ absent }));
  channel.onRefused((said) => tell({ refused: [...news.get().refused, said] }));
  channel.present.subscribe(() => {
    if (channel.present.get().length > 0) tell({ absent: null });
  });
  // The engine is another one once this tab leads: its session has taken the one that it helped with.
  const helping = engine();
  const node = startTeamNode({
    channel,
    prepare: open,
    help: (order, state, averages) => helping.help(order, state, averages, () => {}),
    cancel: () => helping.cancel(),
    onFailure: fail,
    onLead: (config, client) => void onLead(config, client).catch(fail),
  });

  return {
    ...{ federationId, secret, node, news },
    get opened() {
      return opened;
    },
    help: offer,
    isLedByAnother: () =>
      new Promise((resolve) => {
        const decide = (answer: boolean) => {
          clearTimeout(timer);
          for (const stop of stops) stop();
          resolve(answer);
        };
        const look = () => {
          const isAlone = channel.present.get().length === 1;
          if (node.get().leader !== null) decide(true);
          else if (news.get().absent !== null || isAlone) decide(false);
        };
        const timer = setTimeout(() => decide(false), ANSWER_WITHIN_MS);
        const stops = [node.subscribe(look), news.subscribe(look), channel.present.subscribe(look)];
        look();
      }),
    close: () => node.close(),
  };
}
