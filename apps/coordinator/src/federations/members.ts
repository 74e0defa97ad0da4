/** Who is in one federation: joins, comes back, leaves, is removed; and which socket speaks for whom. */
import { figuresInForce, toldFacts } from "@duet/lora-core/protocol/figures";
import { MAX_NAME_LENGTH } from "@duet/lora-core/protocol/limits";
import type { RequestOf } from "@duet/lora-core/protocol/messages";
import { freeName, nameKey } from "@duet/lora-core/protocol/visibleText";
import { hereIn, isGrownFrom, presentIn } from "@duet/lora-core/rounds/clientIndex";
import type { Introduction } from "@duet/lora-core/rounds/roundEvents";
import { type EnrolledClient, enrolled, type RoundState } from "@duet/lora-core/rounds/roundState";
import type { Clock } from "../ports/clock.ts";
import { createId, hashToken } from "../ports/secrets.ts";
import { Refusal } from "../refusal.ts";
import type { FederationRecord } from "../storage/federationRecord.ts";
import type { JournalEntry } from "../storage/journalEntry.ts";
import type { Federation } from "./federation.ts";
import type { FederationLoop } from "./federationLoop.ts";
import type { Grant } from "./grant.ts";
import { HeldNames } from "./heldNames.ts";
import { type Connection, createRoster } from "./roster.ts";
import type { SecureSums } from "./secureSums.ts";
import { withoutTakenBack } from "./takenBack.ts";
import type { WaitingRoom } from "./waitingRoom.ts";

export interface MemberParts {
  readonly federation: Federation;
  readonly loop: FederationLoop;
  readonly sums: SecureSums;
  readonly waitingRoom: WaitingRoom;
  readonly clock: Clock;
  /** As it is now. */
  readonly record: () => FederationRecord;
  /** Nothing is going on at this client any more. */
  readonly onGone: (clientId: string) => void;
}

/** The organiser answers one after the other. */
const ADMITTED_AGAIN_MS = 30_000;

export class Members {
  readonly #parts: MemberParts;
  readonly #roster = createRoster();
  readonly #names = new HeldNames();

  constructor(parts: MemberParts, entries: readonly JournalEntry[]) {
    this.#parts = parts;
    this.#recall(entries);
  }

  /** Clients that are connected. */
  get present(): number {
    return presentIn(this.#state.clients);
  }

  /** What a resume token gives; null where it is none of this federation. @throws {Refusal} FORBIDDEN when its client was removed. */
  grantOf(resumeToken: string): Grant | null {
    if (this.#roster.isBanned(resumeToken)) throw new Refusal("FORBIDDEN", ["clientOut", "removed"]);
    const clientId = this.#roster.clientOf(resumeToken);
    return clientId === undefined ? null : { kind: "client", clientId };
  }

  /** Adapters are transferred by who is in. @throws {Refusal} NOT_JOINED */
  assertHere(clientId: string): void {
    if (enrolled(this.#state, clientId)?.status === "left") throw new Refusal("NOT_JOINED", ["clientLeft"]);
  }

  /**
   * Adds a client, or gives an earlier one back to its owner, taking it over from an older socket. Who asks has a right to join.
   * Returns its id.
   */
  join(request: Omit<RequestOf<"client:join">, "sees">, connection: Connection): Promise<string> {
    const { federation, loop, sums } = this.#parts;
    const { resumeToken, modelSha256 } = request;
    if (modelSha256 !== federation.modelSha256) {
      throw new Refusal("MODEL_MISMATCH", ["otherBase"]);
    }
    sums.assertIdentity(request.identity);
    const introduction = introductionIn(federation.config, request);
    return loop.inTurn(() => {
      const known = this.grantOf(resumeToken);
      return known?.kind === "client"
        ? this.#readmit(known.clientId, introduction, connection)
        : this.#admit(introduction, resumeToken, connection);
    });
  }

  /** The client goes; with its resume token it may still come back. */
  leave(clientId: string, connection: Connection): Promise<void> {
    const { loop, onGone } = this.#parts;
    return loop.inTurn(async () => {
      if (!this.#roster.isConnected(clientId, connection)) return;
      await loop.apply({ type: "clientLeft", clientId });
      this.#roster.disconnect(clientId, connection);
      onGone(clientId);
    });
  }

  /** The socket is gone. Changes nothing when another one has taken over by the time this is dealt with. */
  disconnected(clientId: string, connection: Connection): void {
    const { loop, onGone } = this.#parts;
    this.#roster.disconnect(clientId, connection);
    onGone(clientId);
    loop.applyReliably({ type: "clientAway", clientId }, () => this.#roster.isConnected(clientId));
  }

  /** Call in turn: the client is out, and its resume token opens nothing any more. */
  async remove(clientId: string): Promise<void> {
    const { loop, onGone } = this.#parts;
    await loop.apply({ type: "clientRemoved", clientId });
    this.#roster.ban(clientId);
    this.#roster.expel(clientId, "removed");
    onGone(clientId);
  }

  /** Call in turn: what clients told and have taken back is in the journal no more. */
  forgetTakenBack(): Promise<void> {
    const { loop, federation } = this.#parts;
    return loop.rewrite(withoutTakenBack(this.#state, federation.config));
  }

  /** Who is not listed any more comes back as somebody new, by a link. Call after every change of the state. */
  forgetGone(before: RoundState): void {
    const { clients } = this.#state;
    if (isGrownFrom(clients, before.clients)) return;
    // Who stays keeps the order, and who is new comes last: so nobody has to be looked for.
    let next = 0;
    for (const client of before.clients) {
      const now = clients[next];
      if (now === client || now?.id === client.id) next += 1;
      else this.#forget(client);
    }
  }

  #forget({ id, name }: EnrolledClient): void {
    this.#roster.forget(id);
    this.#names.forget(id, name);
  }

  get #state(): RoundState {
    return this.#parts.loop.state;
  }

  /** In turn with all other joins, so that a place is counted before another one is given. */
  async #admit(introduction: Introduction, resumeToken: string, connection: Connection): Promise<string> {
    const { loop, waitingRoom } = this.#parts;
    loop.assertRunning();
    this.#assertRoom();
    this.#assertFree(introduction.name, resumeToken);
    this.#assertWelcome(introduction, resumeToken);
    const clientId = createId();
    const resumeHash = hashToken(resumeToken);
    await loop.apply({ type: "clientJoined", clientId, introduction }, resumeHash);
    this.#roster.remember(clientId, resumeHash);
    this.#names.add(clientId, introduction.name);
    this.#roster.connect(clientId, connection);
    // It is in, and on disk: an answer that stays is void in a day.
    await waitingRoom.forget(resumeToken).catch(() => {});
    return clientId;
  }

  /** It keeps its name, unless another one got it while it was gone. */
  async #readmit(clientId: string, introduction: Introduction, connection: Connection): Promise<string> {
    const { loop, sums, clock } = this.#parts;
    const isTaken = (key: string) => this.#names.isHeld(key, this.#state, clock.now(), clientId);
    const name = freeName(introduction.name, isTaken, MAX_NAME_LENGTH);
    sums.assertSameIdentity(clientId, introduction.identity);
    this.#assertSameRank(clientId, introduction);
    const known = enrolled(this.#state, clientId);
    await loop.apply({ type: "clientReturned", clientId, introduction: { ...introduction, name } });
    if (known) this.#names.forget(clientId, known.name);
    this.#names.add(clientId, name);
    if (introduction.figures === "nobody" && known?.figures !== "nobody") await this.forgetTakenBack();
    this.#roster.connect(clientId, connection);
    return clientId;
  }

  /** What it has sent, and keeps, is of one rank. */
  #assertSameRank(clientId: string, { rank }: Introduction): void {
    const before = enrolled(this.#state, clientId);
    if (!before || before.rank === rank) return;
    const whole = this.#parts.federation.config.adapter.rank;
    throw new Refusal("FORBIDDEN", ["cameWithRank", rank ?? whole, before.rank ?? whole]);
  }

  #assertRoom(): void {
    const { maxClients } = this.#parts.federation.config;
    if (this.#state.clients.length < maxClients) return;
    if (hereIn(this.#state.clients) >= maxClients) throw new Refusal("FEDERATION_FULL", ["federationFull", maxClients]);
  }

  #assertFree(name: string, resumeToken: string): void {
    const { clock, waitingRoom } = this.#parts;
    const asked = new Set(waitingRoom.namesBut(resumeToken).map(nameKey));
    const isTaken = (key: string) => asked.has(key) || this.#names.isHeld(key, this.#state, clock.now());
    const free = freeName(name, isTaken, MAX_NAME_LENGTH);
    if (free !== name) throw new Refusal("NAME_TAKEN", ["nameTaken", name, free]);
  }

  /** @throws {Refusal} JOINING_CLOSED; AWAITING_APPROVAL as long as the organiser has not answered; RATE_LIMITED */
  #assertWelcome(introduction: Introduction, resumeToken: string): void {
    const { joining } = this.#parts.record();
    if (joining === "open") return;
    if (joining === "closed") throw new Refusal("JOINING_CLOSED", ["joiningClosed"]);
    switch (this.#parts.waitingRoom.ask(resumeToken, introduction)) {
      case "admitted":
        return;
      case "waiting":
        throw new Refusal("AWAITING_APPROVAL", ["awaitsOrganiser"]);
      case "declined":
        throw new Refusal("JOINING_CLOSED", ["notAdmitted"]);
      case "full":
        throw new Refusal("RATE_LIMITED", ["tooManyWait"], { retryAfterMs: ADMITTED_AGAIN_MS });
    }
  }

  /** Of those that are gone altogether, resume tokens mean nothing any more. */
  #recall(entries: readonly JournalEntry[]): void {
    for (const { event, resumeHash } of entries) {
      if (event.type === "clientJoined" && resumeHash) this.#roster.remember(event.clientId, resumeHash);
      if (event.type === "clientRemoved") this.#roster.ban(event.clientId);
    }
    for (const { id, name } of this.#state.clients) this.#names.add(id, name);
    const listed = new Set(this.#state.clients.map(({ id }) => id));
    for (const { event } of entries) {
      if (event.type === "clientJoined" && !listed.has(event.clientId)) this.#roster.forget(event.clientId);
    }
  }
}

/** Of what a client says of itself, what it wants to be known. @throws {Refusal} INVALID_PAYLOAD when what the rounds need is missing. */
function introductionIn(config: Federation["config"], request: Omit<RequestOf<"client:join">, "sees">): Introduction {
  const { name, identity, device, samples, isNew } = request;
  const rank = rankIn(config, request);
  if (config.aggregation === "plain" && samples.train === null) {
    throw new Refusal("INVALID_PAYLOAD", ["rowsToldHere"]);
  }
  const figures = figuresInForce(config, request.figures);
  return { name, figures, ...toldFacts(config, figures, { device, samples }), identity, ...rank, ...(isNew ? { isNew } : {}) };
}

/** What is less than the federation's rank. @throws {Refusal} INVALID_PAYLOAD where it may not be that. */
function rankIn(
  { ranks, adapter }: Federation["config"],
  { rank }: Pick<RequestOf<"client:join">, "rank">,
): Pick<Introduction, "rank"> {
  if (rank === undefined || rank === adapter.rank) return {};
  if (!ranks) throw new Refusal("INVALID_PAYLOAD", ["oneRank", adapter.rank, rank]);
  if (rank < adapter.rank) return { rank };
  throw new Refusal("INVALID_PAYLOAD", ["highestRank", adapter.rank, rank]);
}
