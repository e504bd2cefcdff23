// Starts the page: the store, what was kept in it, the first screen, and all that runs beside it.

import { checkClock, makeClock } from "./clock.js";
import { recallClock, rememberClock } from "./clock_memory.js";
import { recallDevice, takeUpConfig } from "./configuration.js";
import { applyAppearance, redraw, resetAppearance } from "./display.js";
import { listOrphans } from "./drafts.js";
import { startEvents } from "./events.js";
import { changeFact } from "./facts.js";
import { watchGesture } from "./gesture.js";
import { startHeartbeats } from "./heartbeat.js";
import { runRound } from "./kiosk_loop.js";
import { noteDeadTabs } from "./last_breath.js";
import { askPin } from "./screens/pin.js";
import { showEnrol } from "./screens/enrol.js";
import { showSupervisor } from "./screens/supervisor.js";
import { makeSender, nudge } from "./send.js";
import { settleDraft } from "./session.js";
import { askToPersist } from "./storage.js";
import { openStore } from "./store.js";
import { noteTrouble, recallTroubles } from "./troubles.js";
import { startUpdates } from "./update.js";
import { loadWords } from "./words.js";

const CLOCK_SECONDS = 5;
const REMEMBER_SECONDS = 60;

async function start() {
  const tablet = {
    version: document.documentElement.getAttribute("data-version"),
    store: await openStore(),
    clock: makeClock(),
    words: {},
    key: null,
    config: null,
    nextConfig: null,
    service: null,
    seenServices: new Set(),
    troubles: [],
    isFree: true,
    needsEnrolment: false,
    wake: () => {},
  };
  globalThis.hailong = tablet; // for whoever looks at a tablet through the browser's own tools
  await recallDevice(tablet);
  await recallTroubles(tablet);
  await recallClock(tablet);
  tablet.words = await loadWords(tablet.version, (tablet.config && tablet.config.languages) || []);
  resetAppearance(tablet);
  await settleOrphans(tablet);
  await noteDeadTabs(tablet);
  await noteNewVersion(tablet);
  tablet.sender = makeSender(tablet);
  watchTablet(tablet);
  startUpdates(tablet);
  askToPersist().catch(() => {});
  if (tablet.key) startTalking(tablet);
  await runForEver(tablet);
}

// What runs beside the screens once there is a key.
function startTalking(tablet) {
  if (tablet.isTalking) return;
  tablet.isTalking = true;
  tablet.sender.listeners.push(() => tablet.beat && tablet.sender.failures === 0 && tablet.beat());
  startHeartbeats(tablet);
  startEvents(tablet);
  nudge(tablet.sender);
}

async function runForEver(tablet) {
  for (;;) {
    try {
      if (tablet.key && (tablet.config || takeUpConfig(tablet))) await runRound(tablet, () => supervise(tablet));
      else await firstEnrolment(tablet);
    } catch (error) {
      // Whatever it was, the next person finds the first screen, and the office finds this line.
      noteTrouble(tablet, `screen_${error.name}`, `${error.message} ${error.stack || ""}`);
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
}

async function firstEnrolment(tablet) {
  if (!(await showEnrol(tablet, { code: takeCode() }))) return;
  takeUpConfig(tablet);
  tablet.words = await loadWords(tablet.version, tablet.config.languages || []);
  startTalking(tablet);
}

async function supervise(tablet) {
  const code = takeCode();
  if (await askPin(tablet)) await showSupervisor(tablet, { code });
}

// The code in the address of a QR; taken once, and taken out of the address.
function takeCode() {
  const code = new URLSearchParams(location.hash.slice(1)).get("code") || "";
  if (location.hash) history.replaceState(null, "", "/kiosk");
  return code;
}

function watchTablet(tablet) {
  watchGesture(() => tablet.wake("supervisor"));
  addEventListener("hashchange", () => tablet.wake("supervisor"));
  addEventListener("resize", () => {
    applyAppearance(tablet);
    if (tablet.screen) redraw(tablet);
  });
  addEventListener("error", (event) => noteTrouble(tablet, "script_error", event.message));
  addEventListener("unhandledrejection", (event) => noteTrouble(tablet, "promise_refused", String(event.reason)));
  tablet.clock.onJump = (jump) => {
    noteTrouble(tablet, "clock_jump", `${jump.seconds} s`);
    rememberClock(tablet);
  };
  setInterval(() => checkClock(tablet.clock), CLOCK_SECONDS * 1000);
  setInterval(() => rememberClock(tablet), REMEMBER_SECONDS * 1000);
}

async function noteNewVersion(tablet) {
  await changeFact(tablet.store, "version", (before) => {
    if (before && before !== tablet.version) noteTrouble(tablet, "updated", tablet.version);
    return tablet.version;
  }).catch(() => {});
}

async function settleOrphans(tablet) {
  for (const draft of await listOrphans(tablet.store)) {
    try {
      await settleDraft(tablet, draft);
      noteTrouble(tablet, "answers_recovered", draft.id);
    } catch (error) {
      noteTrouble(tablet, `not_stored_${error.name}`, error.message);
    }
  }
}

start().catch((error) => {
  const heading = document.querySelector("#screen h1");
  heading.textContent = `Máy chưa mở được, xin báo nhân viên / The tablet could not start, please tell the staff: ${error.name} ${error.message}`;
});
