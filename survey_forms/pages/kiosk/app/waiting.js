// How long to wait before the next try: as the server says, else twice as long each time, and not all tablets at once.

const FIRST_SECONDS = 5;
const MOST_SECONDS = 900;

export function waitSeconds(failures, { retryAfter = 0, random = Math.random } = {}) {
  const doubled = Math.min(MOST_SECONDS, FIRST_SECONDS * 2 ** Math.min(failures - 1, 10));
  return retryAfter ? retryAfter * (1 + random() / 4) : doubled * (0.5 + random() / 2);
}

// After being away with a long queue a tablet waits a random moment, since its neighbours come back with it.
export function returnSeconds(length, random = Math.random) {
  return length > 20 ? random() * 30 : random() * 2;
}
