// The round of a kiosk: first screen, answers, stored, thanks, first screen again.

import { isPlausible, serverNow } from "./clock.js";
import { takeUpConfig } from "./configuration.js";
import { isAsReset, redraw, resetAppearance } from "./display.js";
import { make } from "./dom.js";
import { currentService } from "./events.js";
import { readFact } from "./facts.js";
import { isOpen } from "./hours.js";
import { watchIdle } from "./idle.js";
import { holdForAmending } from "./queue.js";
import { askProcedure } from "./screens/procedure.js";
import { askReasons } from "./screens/reasons.js";
import { showNotice } from "./screens/simple.js";
import { askSteps } from "./screens/steps.js";
import { hideCountdown, showCountdown } from "./screens/still_there.js";
import { showClosed, showRating, showStart } from "./screens/welcome.js";
import { nudge, sendNow } from "./send.js";
import { beginSession, finishSession, keepDraft, leaveSession, TooLate } from "./session.js";
import { listFollowUps, ratingQuestion } from "./steps.js";
import { noteTrouble } from "./troubles.js";
import { takeOverIfReady } from "./update.js";
import { say, text } from "./words.js";

const LOOK_SECONDS = 15;
const THANKS_SECONDS = 5;
const RETRY_SECONDS = 10;
const RETRIES_MAX = 12;
const AMEND_MS = 15_000; // longer than the thanks are shown; then it is sent

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
  const service = currentService(tablet);
  const isShut = isPlausible(clock) && !service && !isOpen(config.opening_hours, config.timezone, now);
  if (isShut) return { key: "closed", order, show: () => showClosed(tablet) };
  const key = [config.version, order, service ? service.service : "", tablet.needsEnrolment].join(" ");
  if (config.mode === "rating" && ratingQuestion(config.questionnaire)) {
    return { key: `rating ${key}`, order, show: (begin) => showRating(tablet, order, (value) => begin({ kind: "rating", value })) };
  }
  return { key: `form ${key}`, order, show: (begin) => showStart(tablet, () => begin({ kind: "form" })) };
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

async function rate(tablet, { value, order }) {
  const question = ratingQuestion(tablet.config.questionnaire);
  const session = beginSession(tablet, { service: currentService(tablet), order, isOneTap: true });
  tablet.service = null;
  let level = value;
  for (;;) {
    session.raw = { ...session.raw, [question.id]: level };
    session.pressed = `${question.id}:${level}`;
    const outcome = await askWhy(tablet, session, question);
    if (outcome === "left") return;
    if (outcome === "finished") {
      if (!(await keep(tablet, session, { amendableMs: session.isAmending ? 0 : AMEND_MS }))) return;
      if ((await thank(tablet, session, { mayAmend: !session.isAmending })) !== "again") return;
      session.isAmending = true;
    }
    level = await rateAgain(tablet, session, order);
    if (level === null) return;
  }
}

// The rating once more; null when nobody chose: then what was stored before stays.
async function rateAgain(tablet, session, order) {
  const chosen = await whilePresent(tablet, session, () => new Promise((resolve) => showRating(tablet, order, resolve)));
  if (chosen !== "left") session.raw = {};
  return chosen === "left" ? null : chosen;
}

async function askWhy(tablet, session, question) {
  if (!listFollowUps(session.form, question, session.raw).length) return "finished";
  keepDraft(tablet, session);
  return whilePresent(tablet, session, () => askReasons(tablet, session, question));
}

async function fillIn(tablet, { order }) {
  const session = beginSession(tablet, { service: currentService(tablet), order });
  tablet.service = null;
  const outcome = await whilePresent(tablet, session, async () => {
    const { procedures } = tablet.config;
    if (!session.procedure && procedures && procedures.length) session.procedure = await askProcedure(tablet);
    return askSteps(tablet, session);
  });
  if (outcome === "left") return;
  if (await keep(tablet, session)) await thank(tablet, session, { mayAmend: false });
}

// `work` until it ends or the person is gone; then what is there is kept as the form says, and "left" given back.
async function whilePresent(tablet, session, work) {
  const { idle_seconds: seconds = 30, countdown_seconds: countdown = 10 } = tablet.config;
  let stop;
  const gone = new Promise((resolve) => {
    stop = watchIdle({
      seconds,
      countdown,
      onCount: (left) => showCountdown(tablet, left),
      onBack: hideCountdown,
      onIdle: () => resolve("left"),
    });
  });
  const outcome = await Promise.race([work(), gone]);
  stop();
  hideCountdown();
  if (outcome === "left") await leave(tablet, session);
  return outcome;
}

async function leave(tablet, session) {
  try {
    await leaveSession(tablet, session);
  } catch (error) {
    noteTrouble(tablet, `not_stored_${error.name}`, error.message);
  }
  nudge(tablet.sender);
}

// Store the whole response, or say that it is not stored and try again; true when it is.
async function keep(tablet, session, how) {
  for (let tries = 0; ; tries += 1) {
    try {
      await finishSession(tablet, session, how);
      return true;
    } catch (error) {
      if (error instanceof TooLate) return tellTooLate(tablet);
      noteTrouble(tablet, `not_stored_${error.name}`, error.message);
      sendNow(tablet.sender); // what is sent makes room
      if ((await tellNotStored(tablet, error, tries)) === "give_up") return giveUp(tablet, session);
    }
  }
}

// The draft, if one could be written, stays: it is settled as left when the page starts anew.
function giveUp(tablet, session) {
  noteTrouble(tablet, "given_up", session.id);
  session.release();
  return false;
}

export function tellNotStored(tablet, error, tries) {
  const why = error.name === "QuotaExceededError" ? "not_stored_full" : "not_stored_other";
  return showNotice(tablet, {
    name: "failure",
    build: () => ({
      title: say(tablet, "not_stored"),
      nodes: [make("p", { class: "intro" }, say(tablet, why)), make("p", { class: "help" }, say(tablet, "not_stored_what"))],
    }),
    buttons: () => [
      { key: "again", label: say(tablet, "try_again") },
      { key: "give_up", label: say(tablet, "give_up"), isMain: false },
    ],
    seconds: RETRY_SECONDS,
    otherwise: tries < RETRIES_MAX ? "again" : "give_up",
  });
}

async function tellTooLate(tablet) {
  await showNotice(tablet, {
    name: "too-late",
    build: () => ({ title: say(tablet, "too_late") }),
    buttons: () => [{ key: "done", label: say(tablet, "done") }],
    seconds: THANKS_SECONDS,
  });
  return false;
}

async function thank(tablet, session, { mayAmend }) {
  const pressed = await showNotice(tablet, {
    name: "thanks",
    build: () => ({
      title: text(tablet, session.form.thanks),
      nodes: [
        session.isAmending && make("p", { class: "intro" }, say(tablet, "amended")),
        mayAmend &&
          make("p", { class: "chosen" }, say(tablet, "you_chose", { label: labelOf(tablet, session) })),
      ].filter(Boolean),
    }),
    buttons: () => [
      { key: "done", label: say(tablet, "done") },
      ...(mayAmend ? [{ key: "again", label: say(tablet, "pressed_wrong"), isMain: false }] : []),
    ],
    seconds: THANKS_SECONDS,
    otherwise: "done",
  });
  const { idle_seconds: idle = 30, countdown_seconds: countdown = 10 } = tablet.config;
  if (pressed === "again" && (await holdForAmending(tablet.store, session.id, tablet.clock.wall() + Math.min(60, idle + countdown) * 1000))) {
    return "again";
  }
  await holdForAmending(tablet.store, session.id, 0).catch(() => {});
  nudge(tablet.sender);
  return "done";
}

function labelOf(tablet, session) {
  const question = ratingQuestion(session.form);
  return text(tablet, question.scale.labels[session.raw[question.id] - 1]);
}
