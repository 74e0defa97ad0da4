/**
 * The norm that clients' updates are clipped to, moved after each round towards the median of their norms: Andrew, Thakkar, McMahan and
 * Ramaswamy 2021 (arXiv:1905.03871). Clients tell whether theirs was below it, in the same noisy sum as the update.
 */

/** gamma: the share of clients that shall be below the clip. */
const TARGET = 0.5;
/** eta: how fast it moves; e^0.1 a round at most. */
const RATE = 0.2;
/** The share is known up to noise alone: beyond 0 and 1 it means nothing. */
const clamped = (share: number) => Math.min(1, Math.max(0, share));

/** C after a round in which about this share of the clients were below C: C exp(-eta (share - gamma)). */
export function nextClip(clip: number, shareBelow: number): number {
  return clip * Math.exp(-RATE * (clamped(shareBelow) - TARGET));
}

/**
 * What a client's bit counts in the vector, over the clip: -BIT/2 or BIT/2. Larger means a better known share and more noise on the
 * update, whose sensitivity becomes sqrt(1 + BIT^2 / 4) times as large: 1.02 times.
 */
export const BIT = 0.4;

/** l2 norm over the clip of an update and its bit together. */
export const JOINT_NORM = Math.sqrt(1 + BIT ** 2 / 4);
