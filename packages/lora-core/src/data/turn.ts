/** A conversation, as chat data sets have it: what was said in turns. */

export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly content: string;
}

/** Who speaks in a turn that cannot be used. */
export interface UnknownRole {
  readonly role: string;
}

const ROLES: Readonly<Record<string, Turn["role"]>> = {
  system: "system",
  developer: "system",
  user: "user",
  human: "user",
  prompter: "user",
  assistant: "assistant",
  gpt: "assistant",
  model: "assistant",
  bot: "assistant",
  chatgpt: "assistant",
};

/**
 * Turns of a cell that holds a JSON list of them, `role` and `content` as in `messages`, or `from` and `value` as in ShareGPT's
 * `conversations`; null when it holds none. Turns of one role after each other are one turn. A turn of another role, such as a tool's,
 * makes it the reason why the conversation cannot be used.
 */
export function turnsOf(cell: string): readonly Turn[] | UnknownRole | null {
  if (!/^\s*\[\s*\{/.test(cell)) return null;
  let list: unknown;
  try {
    list = JSON.parse(cell);
  } catch {
    return null;
  }
  if (!Array.isArray(list) || !isConversation(list)) return null;
  const turns: Turn[] = [];
  for (const item of list as readonly object[]) {
    const { role: written, text } = spoken(item);
    const role = ROLES[written.toLowerCase()];
    if (!role) return { role: written.slice(0, 40) };
    const content = text.trim();
    const last = turns.at(-1);
    if (content === "") continue;
    if (last?.role === role) turns[turns.length - 1] = { role, content: `${last.content}\n\n${content}` };
    else turns.push({ role, content });
  }
  return turns;
}

/** A list of objects with a role and what was said. */
export function isConversation(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "object" && item !== null && hasTurn(item))
  );
}

const hasTurn = (item: object): boolean =>
  ("role" in item && typeof item.role === "string" && ("content" in item || "tool_calls" in item)) ||
  ("from" in item && typeof item.from === "string" && "value" in item);

function spoken(item: object): { readonly role: string; readonly text: string } {
  const role = "role" in item ? item.role : "from" in item ? item.from : "";
  const content = "content" in item ? item.content : "value" in item ? item.value : "";
  return { role: String(role), text: textOf(content) };
}

/** Content is a text, or a list of parts of which those of text count. */
function textOf(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((part: unknown) => {
      if (typeof part === "string") return part;
      return typeof part === "object" && part !== null && "text" in part && typeof part.text === "string" ? part.text : "";
    })
    .filter((text) => text !== "")
    .join("\n");
}

const SPEAKERS = { user: "User", assistant: "Assistant" } as const;

/** Turns as one text, for models that know no turns: a question after an instruction as it is, longer talk with its speakers. */
export function turnsText(turns: readonly Turn[]): string {
  const said = turns.filter(({ role }) => role !== "system");
  if (said.length <= 1) return turns.map(({ content }) => content).join("\n\n");
  return turns.map(({ role, content }) => (role === "system" ? content : `${SPEAKERS[role]}: ${content}`)).join("\n\n");
}
