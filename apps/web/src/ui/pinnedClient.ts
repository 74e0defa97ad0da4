/** The client that is looked at in all charts and tables of the page. */
import { createStore } from "@duet/client/store";

/** Its id; null while none is. */
export const pinnedClient = createStore<string | null>(null);
