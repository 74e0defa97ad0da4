import { useLocation, useParams } from "react-router";

/** Which federation the address names, and the secret after its #. */
export function useAddress(): { readonly federationId: string; readonly token: string } {
  const { federationId = "" } = useParams();
  return { federationId, token: useLocation().hash.slice(1) };
}
