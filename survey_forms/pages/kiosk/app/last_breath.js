// Whether a page before this one ended without being closed: a crash, a power cut, somebody who killed the browser.

import { makeId } from "./identity.js";
import { noteTrouble } from "./troubles.js";

const PREFIX = "hailong-kiosk-tab:";

// A living tab holds the lock of its mark, a closed one took its mark away; a mark without a lock is of a dead one.
export async function noteDeadTabs(tablet) {
  if (!navigator.locks) return;
  for (const mark of listMarks()) {
    if (await isFree(mark)) {
      forget(mark);
      noteTrouble(tablet, "ended_abruptly", mark.slice(PREFIX.length, PREFIX.length + 8));
    }
  }
  const own = PREFIX + makeId();
  navigator.locks.request(own, () => new Promise(() => {})).catch(() => {});
  leave(own);
  addEventListener("pagehide", () => forget(own));
  addEventListener("pageshow", () => leave(own));
}

function listMarks() {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
  } catch (error) {
    return []; // a browser that keeps nothing for us
  }
}

function leave(mark) {
  try {
    localStorage.setItem(mark, "1");
  } catch (error) {
    // full: then a crash of this tab goes unsaid
  }
}

function forget(mark) {
  try {
    localStorage.removeItem(mark);
  } catch (error) {
    // as above
  }
}

function isFree(name) {
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => lock !== null);
}
