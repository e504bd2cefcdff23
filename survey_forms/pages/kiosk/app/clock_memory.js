// Whether the tablet's clock was right when the server was last heard, kept over a new start without network.

import { readFact, writeFact } from "./facts.js";

const RIGHT_WITHIN_MS = 120_000;
const BACK_MS_MAX = 5_000;

// A clock that was right and did not go back since is taken for right. One that was wrong may have been mended while
// the page was closed, so nothing is said of it.
export async function recallClock(tablet) {
  const kept = await readFact(tablet.store, "clock");
  if (kept && kept.offset !== null && tablet.clock.wall() >= kept.wall - BACK_MS_MAX) tablet.clock.offset = kept.offset;
}

export function rememberClock(tablet) {
  const { clock } = tablet;
  const isRight = clock.offset !== null && Math.abs(clock.offset) < RIGHT_WITHIN_MS;
  return writeFact(tablet.store, "clock", { offset: isRight ? clock.offset : null, wall: clock.wall() }).catch(() => {});
}
