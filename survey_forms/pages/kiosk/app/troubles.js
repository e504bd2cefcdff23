// What went wrong lately, for the supervisor and for the next heartbeat.

import { writeInstant } from "./clock.js";
import { changeFact, readFact } from "./facts.js";

const MOST = 20;
const LETTERS_MAX = 200;

export function noteTrouble(tablet, code, detail = "") {
  const trouble = { at: writeInstant(tablet.clock.wall()), code: String(code), detail: String(detail).slice(0, LETTERS_MAX) };
  tablet.troubles = [...tablet.troubles, trouble].slice(-MOST);
  saveTroubles(tablet);
}

// What fails to be written is still in memory, and the disk may be what is wrong: written once there is room again.
export function saveTroubles(tablet) {
  const isNew = (old) => (one) => !old.some((other) => other.at === one.at && other.code === one.code);
  return changeFact(tablet.store, "troubles", (old = []) => [...old, ...tablet.troubles.filter(isNew(old))].slice(-MOST)).catch(() => {});
}

export async function recallTroubles(tablet) {
  tablet.troubles = (await readFact(tablet.store, "troubles")) || [];
}
