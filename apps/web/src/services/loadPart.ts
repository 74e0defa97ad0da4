import { DuetError } from "@duet/lora-core/errors/duetError";

/** What only a client needs, most of it secure aggregation's curves, is no part of the first page. @throws {DuetError} UNREACHABLE. */
export async function loadPart<Part>(load: () => Promise<Part>): Promise<Part> {
  try {
    return await load();
  } catch {
    throw new DuetError("UNREACHABLE", "A part of this page could not be fetched");
  }
}
