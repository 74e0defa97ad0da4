/** Which adapters a client has at its end. Apart from what reads and writes them, which the first screen has no use for. */

/** The adapters a client holds, as blobs. */
export interface ClientAdapters {
  readonly personal: Uint8Array;
  readonly shared: Uint8Array;
  /** Frozen update that belongs to both, of any rank; null where the method has none. */
  readonly merged: Uint8Array | null;
  /** What the fusing round made of them, of any rank; null before it. */
  readonly served: Uint8Array | null;
  /** What learning alone has come to; null where it is not compared. */
  readonly alone: Uint8Array | null;
}

export type ClientAdapterKind = "alone" | "personal" | "shared" | "fused";

/** Those that can be written, what the rounds ended with last: the fused one is made in the fusing round. */
export function availableAdapters({ served, alone }: Pick<ClientAdapters, "served" | "alone">): readonly ClientAdapterKind[] {
  return [...(alone ? ["alone" as const] : []), "personal", "shared", ...(served ? ["fused" as const] : [])];
}
