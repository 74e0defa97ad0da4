/** A link as it stands on a command line, whole. */
import { type LinkParts, linkProblem, partsOfLink } from "@duet/client/federationLink";
import { UsageError } from "./usage.ts";

export interface Link extends Pick<LinkParts, "kind" | "federationId" | "token"> {
  /** The coordinator's address, with the path below which it is served. */
  readonly url: string;
}

/**
 * A team's link is one for a command that `takesTeams`: the code of any other is shown to the coordinator, and a team's is a key.
 * @throws {UsageError} with what is wrong with it.
 */
export function readLink(text: string | undefined, what: string, takesTeams = false): Link {
  if (text === undefined) throw new UsageError(`The ${what} is missing: copy it whole, in quotes, with the code after its #.`);
  const parts = partsOfLink(text);
  if (!parts || !URL.canParse(parts.base) || !/^https?:$/.test(new URL(parts.base).protocol)) {
    throw new UsageError(`"${text.split("#")[0]}" is no ${what}. It begins with http and has a long code after a #.`);
  }
  if (parts.kind === "team" && !takesTeams) {
    throw new UsageError("This is the link of a team: its members join by duet join.");
  }
  const problem = linkProblem(parts.federationId, parts.token);
  if (problem) throw new UsageError(`${problem.sentence} ${problem.nextStep}`);
  const { base, kind, federationId, token } = parts;
  return { kind, federationId, token, url: base };
}
