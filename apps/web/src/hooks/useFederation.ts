import type { FeedState } from "@duet/client/federationFeed";
import { linkProblem } from "@duet/client/federationLink";
import { startTransition, useEffect, useState } from "react";
import { isCrowd } from "../lib/crowd.ts";
import { useServices } from "./ServicesContext.tsx";

const LOADING: FeedState = { kind: "loading" };

/** A crowd reports many times a second, and its page is large: it is drawn anew no sooner than that, in milliseconds. */
const CROWD_MS = 500;

/** The newest state of a federation, for as long as the component is shown, drawn as useStreamed draws; a link that can be none is not asked for. */
export function useFederation(federationId: string, token: string): FeedState {
  const services = useServices();
  const [state, setState] = useState<FeedState>(LOADING);
  useEffect(() => {
    const failure = linkProblem(federationId, token);
    if (failure) return setState({ kind: "refused", failure });
    const feed = services.feed(federationId, token);
    let timer: ReturnType<typeof setTimeout> | null = null;
    const show = () => {
      timer = null;
      startTransition(() => setState(feed.get()));
    };
    show();
    const stop = feed.subscribe(() => {
      const state = feed.get();
      if (state.kind !== "live" || !isCrowd(state.snapshot)) show();
      else timer ??= setTimeout(show, CROWD_MS);
    });
    return () => {
      stop();
      if (timer !== null) clearTimeout(timer);
    };
  }, [services, federationId, token]);
  return state;
}
