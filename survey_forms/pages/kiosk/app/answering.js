// One person at the tablet, from the first tap until the answers are kept or left behind.

import { showCountdown, hideCountdown } from "./screens/still_there.js";
import { currentService } from "./events.js";
import { watchIdle } from "./idle.js";
import { AMEND_MS, keep, thank } from "./keeping.js";
import { askProcedure } from "./screens/procedure.js";
import { askReasons } from "./screens/reasons.js";
import { askSteps } from "./screens/steps.js";
import { showRating } from "./screens/welcome.js";
import { nudge } from "./send.js";
import { beginSession, keepDraft, leaveSession } from "./session.js";
import { listFollowUps, ratingQuestion } from "./steps.js";
import { noteTrouble } from "./troubles.js";

export async function rate(tablet, { value, order }) {
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

// "kept" when the whole response is stored, "left" when the person did not come to the end.
export async function fillIn(tablet, { order }) {
  const session = beginSession(tablet, { service: currentService(tablet), order });
  tablet.service = null;
  const outcome = await whilePresent(tablet, session, async () => {
    const { procedures } = tablet.config;
    if (!session.procedure && procedures && procedures.length) session.procedure = await askProcedure(tablet);
    return askSteps(tablet, session);
  });
  if (outcome === "left") return "left";
  if (!(await keep(tablet, session))) return "left";
  await thank(tablet, session, { mayAmend: false });
  return "kept";
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
