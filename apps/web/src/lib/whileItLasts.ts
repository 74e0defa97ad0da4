/**
 * What `work` gives. What it tells of its way is shown only while it lasts: from a worker, the last of it may come after the result, and would stay.
 */
export async function whileItLasts<Told, Result>(
  show: (told: Told) => void,
  work: (tell: (told: Told) => void) => Promise<Result>,
): Promise<Result> {
  let isOver = false;
  try {
    return await work((told) => {
      if (!isOver) show(told);
    });
  } finally {
    isOver = true;
  }
}
