import type { FeedState } from "@duet/client/federationFeed";
import { linkProblem } from "@duet/client/federationLink";
import { useEffect, useState } from "react";
import { useServices } from "./ServicesContext.tsx";

const LOADING: FeedState = { kind: "loading" };

/** The newest state of a federation, for as long as the component is shown; a link that can be none is not asked for. */
export function useFederation(federationId: string, token: string): FeedState {
  const services = useServices();
  const [state, setState] = useState<FeedState>(LOADING);
  useEffect(() => {
    const failure = linkProblem(federationId, token);
    if (failure) return setState({ kind: "refused", failure });
    const feed = services.feed(federationId, token);
    setState(feed.get());
    return feed.subscribe(() => setState(feed.get()));
  }, [services, federationId, token]);
  return state;
}
