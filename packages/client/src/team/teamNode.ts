/**
 * One member of a team, as long as it runs: it enters, gets what it takes part in from whoever leads, trains along, and leads itself once the
 * leader has gone and it is its turn. Rows stay with it; what a leader needs to go on as the team's client it has from the leader before.
 */
import type { KeptClient } from "@duet/lora-core/contract/clientRound";
import type { TeamLead, TrainingOrder } from "@duet/lora-core/contract/teamTraining";
import type { Exit } from "@duet/lora-core/protocol/exits";
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import { successorOf } from "@duet/lora-core/team/succession";
import type { TeamChoices, TeamMate, TeamMessage } from "@duet/lora-core/team/teamMessages";
import { type ClientIdentity, clientIdentity } from "../clientIdentity.ts";
import { createStore, type ReadableStore } from "../store.ts";
import type { TeamChannel } from "./teamChannel.ts";
import { createTeamTrainer, type TeamProgress, type TeamTrainer, type TeamTrainerParts } from "./teamTrainer.ts";

/** What another member needs to go on as the client that the team is. */
export interface TeamClient {
  readonly identity: ClientIdentity;
  readonly kept: KeptClient;
  readonly choices: TeamChoices;
}

/** How a team ended: the federation is over for its client, or was left. */
export interface TeamEnd {
  readonly isFinished: boolean;
  readonly sentence: string;
  /** Which exit the sentence says; null or left out where it is none. */
  readonly why?: Exit | null;
}

export interface TeamState {
  /** Null as long as nobody is known to lead. */
  readonly leader: string | null;
  /** Who is connected and trains, this member included once it does. */
  readonly mates: readonly TeamMate[];
  /** Of the training that is under way, or was the last; null before the first. */
  readonly training: TeamProgress | null;
  readonly config: FederationConfig | null;
  /** Null until the leader has joined. */
  readonly client: TeamClient | null;
  /** How it ended for the team; null while it has not. */
  readonly over: TeamEnd | null;
}

export interface TeamNodeOptions extends Pick<TeamTrainerParts, "help" | "cancel" | "onFailure"> {
  readonly channel: TeamChannel;
  /** Opens base and rows for what the team takes part in: how the others in the team see it, and the number of its training rows. */
  readonly prepare: (config: FederationConfig) => Promise<Omit<TeamMate, "member">>;
  /** It leads from now on, in place of one that has gone. */
  readonly onLead: (config: FederationConfig, client: TeamClient) => void;
}

export interface TeamNode extends ReadableStore<TeamState> {
  readonly self: string;
  /** Begins as the leader, of a client that joins or comes back under this name. */
  found(config: FederationConfig, name: string): void;
  /** As the leader: its own rows are there. */
  ready(rows: number): void;
  /** As the leader: what a successor needs. */
  share(client: TeamClient): void;
  /** As the leader: with whom a round's trainings are taken. */
  lead(scope: string, every: number): TeamLead;
  /** As the leader: it is over for all. Resolves once they have been told. */
  end(over: TeamEnd): Promise<void>;
  idle(): Promise<void>;
  close(): void;
}

/** How long a leader may be away: a connection that comes back within it changes nothing. */
const GRACE_MS = 5_000;

export function startTeamNode(options: TeamNodeOptions): TeamNode {
  const { channel, prepare, onLead } = options;
  const { self } = channel;
  const store = createStore<TeamState>({ leader: null, mates: [], training: null, config: null, client: null, over: null });
  let own: TeamMate | null = null;
  let foundAs = "";
  let isPreparing = false;
  let grace: ReturnType<typeof setTimeout> | null = null;
  let wasPresent = false;

  const change = (part: Partial<TeamState>) => store.set({ ...store.get(), ...part });
  const isLeading = () => store.get().leader === self;
  const present = () => channel.present.get().map(({ member }) => member);
  const trainer: TeamTrainer = createTeamTrainer({
    ...options,
    self,
    send: channel.send,
    leader: () => store.get().leader,
    present: () => [self, ...present()],
    onLeftOut: () => sayReady(),
    onBehind: () => announce(),
    onProgress: (training) => change({ training }),
  });

  const stops = [channel.onMessage(({ from, message }) => receive(from, message)), channel.present.subscribe(seated)];

  function receive(from: string, message: TeamMessage): void {
    switch (message.kind) {
      case "hello":
        if (isLeading()) welcome(from);
        return;
      case "welcome":
        follow(from);
        if (isPreparing) sayReady();
        else void begin(message.config);
        return;
      case "ready":
        if (isLeading()) admit(message.mate);
        return;
      case "lead":
        follow(from);
        change({ mates: message.mates });
        // Who came while nobody led has had no answer yet.
        if (store.get().config === null) void channel.send(from, { kind: "hello" });
        else if (!message.mates.some(({ member }) => member === self)) sayReady();
        trainer.changed();
        return;
      case "client":
        keepClient(message);
        return;
      case "over":
        if (from === store.get().leader) {
          const { isFinished, sentence, why = null } = message;
          change({ over: { isFinished, sentence, why } });
        }
        return;
      default:
        trainer.receive(from, message);
    }
  }

  function follow(leader: string): void {
    if (store.get().leader === leader) return;
    change({ leader });
    stopWaiting();
  }

  async function begin(config: FederationConfig): Promise<void> {
    isPreparing = true;
    change({ config });
    try {
      own = { member: self, ...(await prepare(config)) };
      sayReady();
    } catch (error) {
      options.onFailure(error);
    }
  }

  function sayReady(): void {
    const { leader } = store.get();
    if (own && leader !== null && leader !== self) void channel.send(leader, { kind: "ready", mate: own });
  }

  function welcome(member: string): void {
    const { config } = store.get();
    if (config) void channel.send(member, { kind: "welcome", config });
  }

  function admit(mate: TeamMate): void {
    const { client, mates } = store.get();
    change({ mates: [...mates.filter(({ member }) => member !== mate.member), mate] });
    if (client) void channel.send(mate.member, { kind: "client", ...client });
    trainer.letIn(mate.member);
    announce();
  }

  /** Who leads and who trains, to all. */
  function announce(): void {
    void channel.send(null, { kind: "lead", mates: [...store.get().mates] });
  }

  function keepClient({ identity, kept, choices }: Extract<TeamMessage, { kind: "client" }>): void {
    const parsed = clientIdentity.safeParse(identity);
    if (parsed.success && !isLeading()) change({ client: { identity: parsed.data, kept, choices } });
  }

  /** Who is connected has changed. */
  function seated(): void {
    const here = present();
    const isPresent = here.includes(self);
    const came = isPresent && !wasPresent;
    wasPresent = isPresent;
    if (!isPresent) {
      stopWaiting();
      return;
    }
    const { leader, mates } = store.get();
    if (isLeading()) {
      change({ mates: mates.filter(({ member }) => member === self || here.includes(member)) });
      announce();
    } else {
      if (came) void channel.send(null, { kind: "hello" });
      if (leader === null || here.includes(leader)) stopWaiting();
      else waitForLeader();
    }
    trainer.changed();
  }

  function waitForLeader(): void {
    grace ??= setTimeout(() => {
      grace = null;
      const { leader, mates, config, client } = store.get();
      const here = channel.present.get();
      if (leader === null || here.length === 0 || here.some(({ member }) => member === leader)) return;
      const next = successorOf({ present: here, mates: mates.map(({ member }) => member), training: trainer.members() });
      if (next !== self || !own || !config || !client) return waitForLeader();
      change({ leader: self, mates: mates.filter(({ member }) => here.some((seat) => seat.member === member)) });
      announce();
      trainer.changed();
      onLead(config, client);
    }, GRACE_MS);
  }

  function stopWaiting(): void {
    if (grace !== null) clearTimeout(grace);
    grace = null;
  }

  async function order(training: TrainingOrder, step: number, state: Uint8Array | null): Promise<void> {
    const members = store.get().mates.map(({ member }) => member);
    await trainer.begin(training, step, state, [self, ...members.filter((member) => member !== self)]);
  }

  return {
    self,
    get: store.get,
    subscribe: store.subscribe,
    found(config, name) {
      foundAs = name;
      change({ leader: self, config });
    },
    ready(rows) {
      own = { member: self, name: foundAs, rows };
      change({ mates: [own, ...store.get().mates.filter(({ member }) => member !== self)] });
      announce();
    },
    share(client) {
      change({ client });
      void channel.send(null, { kind: "client", ...client });
    },
    lead: (scope, every) => ({
      ...trainer.averages,
      scope,
      every,
      async rowsEach() {
        const { mates } = store.get();
        return Math.ceil(mates.reduce((sum, { rows }) => sum + rows, 0) / Math.max(1, mates.length));
      },
      begin: order,
    }),
    async end(over) {
      change({ over });
      await channel.send(null, { kind: "over", ...over });
    },
    idle: trainer.idle,
    close() {
      stopWaiting();
      trainer.close();
      for (const stop of stops) stop();
      channel.close();
    },
  };
}
