// The round of a kiosk: the first screen, somebody, the first screen again.

import { fillIn, rate } from "./answering.js";
import { isPlausible, serverNow } from "./clock.js";
import { takeUpConfig } from "./configuration.js";
import { isAsReset, redraw, resetAppearance } from "./display.js";
import { currentService } from "./events.js";
import { readFact } from "./facts.js";
import { isOpen } from "./hours.js";
import { watchIdle } from "./idle.js";
import { visitCase } from "./interviewing.js";
import { recallInterviews, syncInterviews } from "./interviews.js";
import { showCases } from "./screens/interviewer.js";
import { hideCountdown } from "./screens/still_there.js";
import { showClosed, showRating, showStart } from "./screens/welcome.js";
import { ratingQuestion } from "./steps.js";
import { takeOverIfReady } from "./update.js";

const LOOK_SECONDS = 15;

// One round; gives back when the first screen is due again. `openSupervisor` is what the hidden gesture leads to.
export async function runRound(tablet, openSupervisor) {
  takeUpConfig(tablet);
  resetAppearance(tablet);
  const begun = await waitForSomebody(tablet);
  tablet.isFree = false;
  try {
    if (begun.kind === "supervisor") await openSupervisor();
    else if (begun.kind === "rating") await rate(tablet, begun);
    else if (begun.kind === "form") await fillIn(tablet, begun);
    else if (begun.kind === "case") await visitCase(tablet, begun);
  } finally {
    hideCountdown();
  }
}

function waitForSomebody(tablet) {
  return new Promise((resolve) => {
    let shown = null;
    let stopIdle = null;
    const end = (begun) => {
      clearInterval(timer);
      if (stopIdle) stopIdle();
      tablet.wake = () => {};
      resolve(begun);
    };
    const look = async (why) => {
      if (why === "supervisor") return end({ kind: "supervisor" });
      if (takeUpConfig(tablet)) return end({ kind: "again" });
      if (takeOverIfReady(tablet)) return undefined; // the page begins anew
      const state = await describeState(tablet);
      if (state.key !== shown && tablet.isFree) {
        shown = state.key;
        state.show((begun) => end({ ...begun, order: state.order }));
      }
      return undefined;
    };
    const timer = setInterval(look, LOOK_SECONDS * 1000);
    stopIdle = forgetChoices(tablet);
    tablet.wake = look;
    tablet.isFree = true;
    look("begin");
  });
}

async function describeState(tablet) {
  const { config, clock } = tablet;
  const now = serverNow(clock);
  const order = await chooseOrder(tablet);
  if (config.mode === "interviewer") return describeCases(tablet, order);
  const service = currentService(tablet);
  const isShut = isPlausible(clock) && !service && !isOpen(config.opening_hours, config.timezone, now);
  if (isShut) return { key: "closed", order, show: () => showClosed(tablet) };
  const key = [config.version, order, service ? service.service : "", tablet.needsEnrolment].join(" ");
  if (config.mode === "rating" && ratingQuestion(config.questionnaire)) {
    return { key: `rating ${key}`, order, show: (begin) => showRating(tablet, order, (value) => begin({ kind: "rating", value })) };
  }
  return { key: `form ${key}`, order, show: (begin) => showStart(tablet, () => begin({ kind: "form" })) };
}

// Interviewers go when people are at home: no opening hours.
async function describeCases(tablet, order) {
  const list = await recallInterviews(tablet);
  const sync = () => syncInterviews(tablet).then(() => tablet.wake("interviews"));
  if (!list.asked_at && !tablet.isAskingCases) {
    tablet.isAskingCases = true;
    sync().then(() => {
      tablet.isAskingCases = false;
    });
  }
  const tries = list.cases.reduce((sum, one) => sum + one.tries, 0);
  const key = ["cases", tablet.config.version, list.asked_at, list.cases.length, tries, list.attempts.length, tablet.needsEnrolment].join(" ");
  return { key, order, show: (begin) => showCases(tablet, list, { onChoose: (assignment) => begin({ kind: "case", assignment }), onSync: sync }) };
}

async function chooseOrder(tablet) {
  const { option_order: wanted } = tablet.config;
  if (wanted !== "alternate") return wanted || "ascending";
  return ((await readFact(tablet.store, "sequence")) || 0) % 2 ? "descending" : "ascending";
}

// What somebody chose on the first screen and went away is not left to the next.
function forgetChoices(tablet) {
  let stop = () => {};
  const begin = () => {
    stop = watchIdle({
      seconds: tablet.config.idle_seconds || 30,
      countdown: 0,
      onCount: () => {},
      onBack: () => {},
      onIdle: () => {
        if (!isAsReset(tablet)) {
          resetAppearance(tablet);
          redraw(tablet);
        }
        begin();
      },
    });
  };
  begin();
  return () => stop();
}
