/**
 * How recognisable this tab's rows are in what it sent and in what it could give away: measured in the worker by itself, once nothing is
 * trained any more. Sent to nobody, since it is made of rows.
 */
import type { FederatedSession } from "@duet/client/federatedSession";
import { createStore, type ReadableStore } from "@duet/client/store";
import type { AnswerEngine, RecognisedIn, RowRecognition } from "@duet/lora-core/contract/answering";
import { explain, type FailureText, hasCode } from "@duet/lora-core/errors/duetError";
import { availableAdapters, type ClientAdapterKind } from "@duet/lora-core/federation/heldAdapters";

/** What was sent last, or an adapter of one's own. */
export type Recognisable = "sent" | ClientAdapterKind;

export interface RecognitionState {
  /** Null as long as there is nothing to measure. */
  readonly federationId: string | null;
  /** What is measured now, and the share of it that is done; null where nothing is. */
  readonly measuring: { readonly what: Recognisable; readonly share: number } | null;
  /** What comes after it. */
  readonly waiting: readonly Recognisable[];
  readonly measured: Readonly<Partial<Record<Recognisable, RowRecognition>>>;
  readonly failure: FailureText | null;
}

/** As much of a tab as a client as is looked at. */
export type Measurable = Pick<FederatedSession, "federationId" | "get" | "subscribe"> & {
  readonly engine: Pick<AnswerEngine, "measureRecognition">;
};

export interface RecognitionStore extends ReadableStore<RecognitionState> {
  /** Measures this session once it is over; the one before is forgotten. */
  follow(session: Measurable): void;
}

export const NOTHING_MEASURED: RecognitionState = {
  federationId: null,
  measuring: null,
  waiting: [],
  measured: {},
  failure: null,
};

const SUBJECTS: Readonly<Record<Recognisable, RecognisedIn>> = {
  sent: "sent",
  alone: "alone",
  personal: { kind: "product", weights: { personal: 1, shared: 0 } },
  shared: { kind: "product", weights: { personal: 0, shared: 1 } },
  fused: "served",
};

export function createRecognition(): RecognitionStore {
  const store = createStore(NOTHING_MEASURED);
  let followed: Measurable | null = null;

  async function measure(session: Measurable, all: readonly Recognisable[]): Promise<void> {
    const isFollowed = () => followed === session;
    const set = (part: Partial<RecognitionState>) => isFollowed() && store.set({ ...store.get(), ...part });
    for (const [index, what] of all.entries()) {
      if (!isFollowed()) return;
      set({ measuring: { what, share: 0 }, waiting: all.slice(index + 1) });
      const found = await measured(session, what, (share) => {
        if (store.get().measuring?.what === what) set({ measuring: { what, share } });
      });
      if (found) set({ measured: { ...store.get().measured, [what]: found } });
    }
    set({ measuring: null, waiting: [] });
  }

  return {
    get: store.get,
    subscribe: store.subscribe,
    follow(session) {
      followed = session;
      store.set(NOTHING_MEASURED);
      const { federationId } = session;
      const look = () => {
        const { stage, samples, adapters } = session.get();
        const isOver = stage.kind === "finished" && samples !== null && adapters !== null;
        if (!isOver || followed !== session || store.get().federationId !== null) return;
        store.set({ ...NOTHING_MEASURED, federationId });
        measure(session, ["sent", ...availableAdapters(adapters)]).catch((error: unknown) => {
          if (followed === session) store.set({ ...store.get(), measuring: null, waiting: [], failure: explain(error) });
        });
      };
      session.subscribe(look);
      look();
    },
  };
}

/** Null of what is not known any more, as what was sent is after a reload before the end. */
async function measured(
  { engine }: Measurable,
  what: Recognisable,
  onProgress: (share: number) => void,
): Promise<RowRecognition | null> {
  try {
    return await engine.measureRecognition(SUBJECTS[what], onProgress);
  } catch (error) {
    if (hasCode(error, "ADAPTER_MISSING")) return null;
    throw error;
  }
}
