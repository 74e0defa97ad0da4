/** How much room text takes, before it is drawn: an estimate, at 12 px. Pure. */

/** Of a Latin letter or a digit on average, and of a Chinese character, pixels. */
const [NARROW, WIDE] = [6.5, 12] as const;
const FIRST_WIDE = "⺀";

const roomOf = (character: string): number => (character < FIRST_WIDE ? NARROW : WIDE);

export const textRoom = (text: string): number => [...text].reduce((room, character) => room + roomOf(character), 0);

/** As much of a text as there is room for, in pixels; an ellipsis stands for the rest. */
export function cutTo(text: string, room: number): string {
  if (textRoom(text) <= room) return text;
  const characters = [...text];
  while (characters.length > 0 && textRoom(characters.join("")) + roomOf("…") > room) characters.pop();
  return `${characters.join("").trimEnd()}…`;
}
