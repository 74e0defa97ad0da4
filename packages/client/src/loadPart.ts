import { connectionError } from "@duet/lora-core/errors/connectionError";

/** What only a client needs, most of it secure aggregation's curves, is no part of the first page. @throws {DuetError} UNREACHABLE. */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch {
    throw connectionError("UNREACHABLE", ["partNotFetched"]);
  }
}
