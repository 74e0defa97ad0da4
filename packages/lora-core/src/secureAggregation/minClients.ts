/** How many clients a secure sum is made of at least: two hide nothing from each other, and one nothing at all. */
export const MIN_CLIENTS = 3;
