/** Whether what is noted of a client says already that it is not here. Pure. */
import type { ClientView } from "@duet/lora-core/protocol/snapshot";
import type { ROUND_SENTENCES } from "@duet/lora-core/rounds/roundSentences";

const GONE: readonly (keyof typeof ROUND_SENTENCES)[] = ["mayComeBack", "lost", "left", "removed"];

/** Not of a note about a round, which stays while its client goes away. */
export const saysAway = ({ told }: Pick<ClientView, "told">): boolean => GONE.some((name) => name === told?.[0]);
