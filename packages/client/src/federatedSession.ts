/**
 * A client of one federation: the shell around {@link stepSession}. It owns the engine, tells the machine what happened, and does what
 * the machine says. Everything it waits for has a deadline, except the coordinator's return, which is shown instead.
 */

import { fingerprint } from "@duet/lora-core/checkpoints/modelFileList";
import type { ClientCheckpoint, DoneRound, RoundBeginning, RoundKey } from "@duet/lora-core/contract/clientRound";
import type { SumRequest } from "@duet/lora-core/contract/secureSum";
import { hasCode } from "@duet/lora-core/errors/duetError";
import { workError } from "@duet/lora-core/errors/workError";
import { sumSizeOf, weightingOf } from "@duet/lora-core/federation/updateVector";
import type { ExchangeKey } from "@duet/lora-core/protocol/exchange";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { type FiguresFor, figuresInForce, toldFacts, withoutFigures, withoutPace } from "@duet/lora-core/protocol/figures";
import type { RequestInput } from "@duet/lora-core/protocol/messages";
import type { BackendName, Progress } from "@duet/lora-core/protocol/metrics";
import { publicKeyOf } from "@duet/lora-core/secureAggregation/identity";
import { decodeKey, encodeKey } from "@duet/lora-core/secureAggregation/messageCodec";
import type { RoundPlan } from "@duet/lora-core/strategies/strategy";
import type { ClientEngine, RowsHandle } from "./clientEngine.ts";
import type { ClientSecrets, IdentityStore } from "./clientIdentity.ts";
import type { CoordinatorClient } from "./coordinatorClient.ts";
import { delay } from "./deadline.ts";
import { engineSetup } from "./engineSetup.ts";
import type { FederationFeed } from "./federationFeed.ts";
import { createIdentityPins } from "./identityPins.ts";
import { createIdentitySecret } from "./identitySecret.ts";
import { catchesUpWith } from "./nextAction.ts";
import { createPhaseClock } from "./phaseClock.ts";
import { createRetry } from "./retry.ts";
import { createSecret } from "./secret.ts";
import { eventOf, sumEventOf } from "./sessionFailures.ts";
import { type SessionEffect, type SessionEvent, stepSession } from "./sessionMachine.ts";
import { initialMachine, type SessionStart } from "./sessionStart.ts";
import type { SessionState } from "./sessionState.ts";
import { createStore, type ReadableStore } from "./store.ts";
import { type Surroundings, unseenSurroundings } from "./surroundings.ts";
import { createThrottle } from "./throttle.ts";
import { unlessSilent } from "./unlessSilent.ts";
import { answerWords, uploadWords } from "./uploadWords.ts";

export interface FederatedSession<Engine extends ClientEngine = ClientEngine> extends ReadableStore<SessionState> {
  readonly federationId: string;
  /** Answers between rounds and after the last one; it lives on until {@link close}. */
  readonly engine: Engine;
  /** Who sees this client's figures from now on. Towards fewer, what was told before is taken back from the others. */
  tellFigures(figures: FiguresFor): Promise<void>;
  /** What computes as this client, and with how many rows, has changed: a team's members come and go. */
  recount(facts: Pick<Facts, "device" | "samples">): Promise<void>;
  /** Leaves the federation for good and forgets this client's data on this device. */
  leave(): Promise<void>;
  /** Ends the engine and stops listening; the client stays in the federation and can come back. */
  close(): void;
}

type Facts = Extract<SessionEvent, { kind: "opened" }>;

export interface SessionOptions<Engine extends ClientEngine> extends SessionStart {
  readonly coordinator: CoordinatorClient;
  readonly feed: FederationFeed;
  readonly identities: IdentityStore;
  readonly engine: Engine;
  readonly now: () => number;
  /** Left out where nobody sees any. */
  readonly surroundings?: Surroundings;
  /** Forced by the person; null lets the engine choose. */
  readonly backend: BackendName | null;
  readonly rows: RowsHandle;
  /** What a new client starts from. */
  readonly start: ClientCheckpoint | null;
}

const PROGRESS_INTERVAL_MS = 500;
const DOWNLOAD_INTERVAL_MS = 100;
const REST_MS = 2_000;

export function startFederatedSession<Engine extends ClientEngine>(options: SessionOptions<Engine>): FederatedSession<Engine> {
  const { coordinator, feed, identities, engine, now, config, identity, surroundings = unseenSurroundings } = options;
  const federationId = feed.federationId;
  const store = createStore(initialMachine(options));
  const view = createStore(store.get().view);
  const { resumeToken, identitySecret } = identity.known ?? identity.asking ?? createSecrets(config);
  const throttled = { download: createThrottle(DOWNLOAD_INTERVAL_MS, now), report: createThrottle(PROGRESS_INTERVAL_MS, now) };
  const { persistently, giveUp } = createRetry(coordinator);
  const pins = createIdentityPins(identity.known?.pins ?? {}, (seen) => {
    const known = identities.identity(federationId);
    if (known) identities.saveIdentity({ ...known, pins: seen });
  });
  let result: DoneRound | null = options.kept.done;
  const clock = createPhaseClock(now);
  /** Of its adapters; the federation's as long as it is not known. */
  let rank = config.adapter.rank;
  /** How often it has begun to join: at each connection anew. */
  let joinings = 0;

  function dispatch(event: SessionEvent): void {
    const { machine, effects } = stepSession(store.get(), event);
    store.set(machine);
    view.set(machine.view);
    for (const effect of effects) perform(effect);
  }

  const stops = [
    feed.subscribe(() => {
      const state = feed.get();
      if (state.kind === "live") dispatch({ kind: "seen", snapshot: state.snapshot });
    }),
    coordinator.onReady(() => dispatch({ kind: "connected" })),
    coordinator.status.subscribe(() => {
      if (coordinator.status.get().kind === "lost") dispatch({ kind: "disconnected" });
    }),
    coordinator.onReplaced((notice) => dispatch({ kind: "replaced", ...notice })),
    surroundings.onChange((change) => dispatch({ kind: "surroundings", change, at: now() })),
  ];
  function perform(effect: SessionEffect): void {
    switch (effect.kind) {
      case "open":
        run(open(effect.backend), null);
        break;
      case "join":
        run(join(), null);
        break;
      case "keep":
        run(keep(effect.clientId), null);
        break;
      case "work":
        run(work(effect.key, effect.plan), effect.key);
        break;
      case "submit":
        run(submit(effect.key), effect.key);
        break;
      case "sum":
        sum(effect.what, effect.key).then(dispatch, (error: unknown) => dispatch(sumEventOf(error, effect.key)));
        break;
      case "confirm":
        run(engine.confirmSubmitted(effect.key), null);
        break;
      case "cancel":
        run(engine.cancel(), null);
        break;
      case "rest":
        run(rest(), null);
        break;
      case "report":
        throttled.report(() => void coordinator.request("client:progress", toldProgress(effect.progress)).catch(() => {}));
        break;
      case "end":
        end(effect);
        break;
      default:
        effect satisfies never;
    }
  }

  /** Reports how a piece of work ended. */
  function run(work: Promise<SessionEvent | null | undefined> | Promise<void>, key: RoundKey | null): void {
    work.then(
      (event) => event && dispatch(event),
      (error: unknown) => dispatch(eventOf(error, key)),
    );
  }

  const keep = async (clientId: string): Promise<SessionEvent> => ({ kind: "kept", isKept: await engine.keepAs(clientId) });

  async function rest(): Promise<SessionEvent> {
    await delay(REST_MS);
    return { kind: "rested" };
  }

  async function open(backend: BackendName | null): Promise<SessionEvent> {
    const { hub } = await persistently(() => coordinator.offer());
    // Before it takes part: a round must not end here because the coordinator was upgraded in the middle of it.
    await persistently(() => coordinator.loadTransfers());
    const began = now();
    const openModel = () =>
      engine.openModel(config.model, hub, backend, (progress) => {
        const tell = () => dispatch({ kind: "downloaded", progress, seconds: (now() - began) / 1000 });
        if (progress.receivedBytes === progress.totalBytes) tell();
        else throttled.download(tell);
      });
    const { device, modelKept } = await clock.opening("load", openModel);
    const chosen = identity.known ? (identity.known.rank ?? config.adapter.rank) : (identity.rank ?? null);
    const { isTight, rank: own, ...begun } = await engineSetup(config, engine, backend, chosen);
    rank = own;
    const begin = () => unlessSilent(() => engine.begin({ rows: options.rows, ...begun, start: options.start }));
    const samples = await clock.opening("tokenise", begin);
    const told = isTight ? { ...device, isTight } : device;
    return { kind: "opened", device: told, modelKept, samples, kept: result ? { ...options.kept, done: result } : options.kept };
  }

  /** What is less than everybody's. */
  const ownRank = () => (rank < config.adapter.rank ? { rank } : {});

  const sentRows = () => store.get().view.samples?.train ?? null;

  const toldProgress = (progress: Progress) => (store.get().view.figures === "nobody" ? withoutPace(progress) : progress);

  /** What this client says of itself; null as long as it does not know what it computes with. */
  function introduction(): RequestInput<"client:join"> | null {
    const { device, samples, figures } = store.get().view;
    if (!device || !samples) return null;
    const { inviteToken, name } = identity;
    const modelSha256 = fingerprint(config.model.files);
    const publicKey = identitySecret && encodeKey(publicKeyOf(decodeKey(identitySecret)));
    const told = toldFacts(config, figures, { device, samples });
    return { federationId, inviteToken, name, resumeToken, modelSha256, figures, ...told, identity: publicKey, ...ownRank() };
  }

  /** What was chosen holds here at once, and elsewhere as soon as the coordinator knows, at the next connection if not now. */
  async function tellFigures(chosen: FiguresFor): Promise<void> {
    dispatch({ kind: "chose", figures: figuresInForce(config, chosen) });
    const known = identities.identity(federationId);
    if (!known) return;
    identities.saveIdentity({ ...known, figures: store.get().view.figures });
    const request = introduction();
    if (request && known.removed === null) feed.accept((await coordinator.join(request)).snapshot);
  }

  async function recount({ device, samples }: Pick<Facts, "device" | "samples">): Promise<void> {
    dispatch({ kind: "recounted", device, samples });
    const request = introduction();
    if (request && store.get().membership === "joined") feed.accept((await coordinator.join(request)).snapshot);
  }

  /**
   * Idempotent: with the same resume token this is the same client again, also when an answer was lost. What a connection before the newest had begun
   * comes to nothing: it may sleep for minutes, and must not join beside the one that follows.
   */
  async function join(): Promise<SessionEvent | null> {
    const introduced = introduction();
    if (!introduced) return null;
    const request = store.get().standing === null ? { ...introduced, isNew: true as const } : introduced;
    const mine = ++joinings;
    const isNewest = () => mine === joinings;
    const { inviteToken, name } = identity;
    const joined = await persistently(
      async () => (isNewest() ? coordinator.join(request) : null),
      (error, waitMs) => {
        if (!isNewest()) return;
        if (error.retryAfterMs !== null) dispatch({ kind: "putOff", seconds: Math.ceil(waitMs / 1000) });
        if (!hasCode(error, "AWAITING_APPROVAL")) return;
        identities.saveAsking({ federationId, name, resumeToken, identitySecret });
        dispatch({ kind: "asked" });
      },
    );
    if (joined === null || !isNewest() || store.get().engine === "ended") return null;
    const { clientId, snapshot } = joined;
    identities.saveIdentity({
      version: 4,
      federationId,
      inviteToken,
      name,
      figures: store.get().view.figures,
      clientId,
      resumeToken,
      identitySecret,
      pins: identities.identity(federationId)?.pins ?? {},
      ...ownRank(),
      removed: null,
    });
    feed.accept(snapshot);
    return { kind: "joined", clientId, snapshot };
  }

  async function work(key: RoundKey, plan: RoundPlan): Promise<SessionEvent> {
    const { round } = key;
    const received = plan.receive ? await persistently(() => coordinator.fetchAdapter(round)) : null;
    clock.begins();
    const kept = await unlessSilent((touch) => {
      const report = (progress: Progress) => {
        touch();
        dispatch({ kind: "progressed", progress });
      };
      const begun = (beginning: RoundBeginning) => dispatch({ kind: "began", key, beginning });
      return engine.runRound(key, { round, plan, received }, report, begun);
    });
    clock.ends();
    result = kept.done;
    return { kind: "worked", key, round: kept };
  }

  async function submit(key: RoundKey): Promise<SessionEvent> {
    if (!result || result.round !== key.round) throw workError("UNEXPECTED", ["noRoundResult", key.round]);
    const { round, upload, metrics } = result;
    const told = store.get().view.figures === "nobody" ? withoutFigures(metrics) : clock.withOwn(metrics);
    const { snapshot, view: shown } = store.get();
    const isCatchUp = snapshot !== null && shown.clientId !== null && catchesUpWith(snapshot, shown.clientId, round);
    // What is summed securely never leaves by itself, nor does what was learned alone outside of a round.
    const adapter = config.aggregation === "secure" || isCatchUp ? null : upload;
    await persistently(() =>
      coordinator.submitRound({ round, adapter, madeFrom: uploadWords(config, round, sentRows()), metrics: told }),
    );
    return { kind: "submitted", key };
  }

  async function sum(what: SumRequest["what"], key: ExchangeKey): Promise<SessionEvent> {
    const { snapshot } = store.get();
    if (!identitySecret || !snapshot) throw workError("UNEXPECTED", ["noSumKeys"]);
    const content = await persistently(() => coordinator.fetchForSum(key));
    const asked = {
      ...{ key, what, federationId, identitySecret, content },
      size: sumSizeOf(config, key.round, snapshot.openRound?.exchange?.clip ?? null),
      weighting: weightingOf(config),
      identities: pins.of(snapshot.clients),
    };
    const answer = await unlessSilent(() => engine.answerSum(asked));
    await persistently(() => coordinator.answerSum(key, answer, answerWords(config, what, key, sentRows())));
    return { kind: "summed", key };
  }

  function end({ how, reason, why }: Extract<SessionEffect, { kind: "end" }>): void {
    stop();
    const { snapshot, view: shown } = store.get();
    const { clientId } = shown;
    const known = identities.identity(federationId);
    // A client that was taken over lives on elsewhere; here it must not come back by itself, but it keeps what it has learned.
    if (how === "removed" && known) {
      identities.saveIdentity({ ...known, removed: reason, exit: why });
      if (snapshot) identities.saveParting(snapshot);
    }
    if (how === "left") {
      identities.forgetIdentity(federationId);
      run(forget(clientId), null);
    } else if (how !== "finished") engine.close();
    // After a finished federation the engine still answers.
    // A client whose connection ends is away: nobody waits for one that failed until a deadline.
    if (how === "failed" && clientId) coordinator.reconnect();
  }

  async function forget(clientId: string | null): Promise<void> {
    await coordinator.request("client:leave", {}).catch(() => {});
    if (clientId) await engine.forget(clientId);
    engine.close();
  }

  function stop(): void {
    giveUp();
    for (const stopListening of stops) stopListening();
  }

  if (store.get().engine === "opening") perform({ kind: "open", backend: options.backend });
  else stop();

  return {
    federationId,
    engine,
    get: view.get,
    subscribe: view.subscribe,
    tellFigures,
    recount,
    leave: async () => dispatch({ kind: "left" }),
    close() {
      stop();
      engine.close();
    },
  };
}

/** Of a new client. */
const createSecrets = ({ aggregation }: FederationConfig): ClientSecrets => ({
  resumeToken: createSecret(),
  identitySecret: aggregation === "secure" ? createIdentitySecret() : null,
});
