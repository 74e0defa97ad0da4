/**
 * Turns of the event loop, dealt out to those who have something to do at the same moment: as many as clients there are would hold it up
 * for everybody else. Returns what is awaited before each piece of work; `each` go on in one turn, in the order in which they ask.
 */
export function createLoopTurns(each: number): () => Promise<void> {
  const waiting: (() => void)[] = [];
  const letIn = () => {
    for (const goOn of waiting.splice(0, each)) goOn();
    if (waiting.length > 0) setImmediate(letIn);
  };
  return () =>
    new Promise((resolve) => {
      if (waiting.push(resolve) === 1) setImmediate(letIn);
    });
}
