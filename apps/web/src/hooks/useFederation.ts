import type { FeedState } from "@duet/client/federationFeed";
import { useEffect, useState } from "react";
import { useServices } from "./ServicesContext.tsx";

const LOADING: FeedState = { kind: "loading" };

/** The newest state of a federation, for as long as the component is shown. */
export function useFederation(federationId: string, token: string): FeedState {
  const services = useServices();
  const [state, setState] = useState<FeedState>(LOADING);
  useEffect(() => {
    const feed = services.feed(federationId, token);
    setState(feed.get());
    return feed.subscribe(() => setState(feed.get()));
  }, [services, federationId, token]);
  return state;
}
