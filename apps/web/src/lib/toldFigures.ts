/** Whose figures are there for who looks on. Pure. */
import type { FederationConfig } from "@duet/lora-core/protocol/federationConfig";
import type { ClientView } from "@duet/lora-core/protocol/snapshot";

export type Teller = Pick<ClientView, "figures" | "device">;
export type RankField = Pick<FederationConfig, "ranks">;

/** Whether this one's are. */
export const tells = (client: Teller): boolean => client.figures === "everybody" || tellsOrganiserAlone(client);

/** Whether this one's are, and only because the organiser looks on. */
export const tellsOrganiserAlone = ({ figures, device }: Teller): boolean => figures === "organiser" && device !== null;

/** Whether what a client sent and received is there for who looks on: where ranks are unlike it would tell the rank. */
export const tellsTraffic = (client: Teller, { ranks }: RankField): boolean => !ranks || tells(client);
