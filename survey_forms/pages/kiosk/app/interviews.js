// The cases of an interviewer and what came of each try: kept on the tablet, sent when there is a line. Nothing here
// names a response, and a try that ended with answers says only on which day it was.

import { writeInstant } from "./clock.js";
import { changeFact, readFact } from "./facts.js";
import { makeId } from "./identity.js";
import { call } from "./network.js";
import { noteTrouble } from "./troubles.js";

const BASE = "/api/v1/interviews";
const FACT = "interviews";
const BATCH_MOST = 200;
const ANSWERED = ["complete", "partial", "break_off"];

// In the order in which they stand on the screen of a case.
export const OUTCOMES = ["non_contact", "refusal", "unable", "language", "not_found", "not_eligible", "other"];

// Why an interview was broken off.
export const WHYS = ["refused", "no_time", "interrupted", "device"];

export async function recallInterviews(tablet) {
  return (await readFact(tablet.store, FACT)) || { cases: [], attempts: [], asked_at: null };
}

// Fulfilled when it is on disk.
export function noteAttempt(tablet, assignment, outcome, { seconds = null, consent = null, why = null } = {}) {
  const wall = tablet.clock.wall();
  const hasAnswers = ANSWERED.includes(outcome);
  const attempt = { id: makeId(), assignment, outcome, at: writeInstant(hasAnswers ? noonOf(wall) : wall), consent };
  if (why) attempt.why = why;
  if (!hasAnswers && seconds !== null) attempt.seconds = Math.round(seconds);
  return changeFact(tablet.store, FACT, (kept) => {
    const before = kept || { cases: [], attempts: [], asked_at: null };
    const cases = before.cases.map((one) => (one.id === assignment ? withTry(one, outcome) : one));
    return { ...before, cases, attempts: [...before.attempts, attempt] };
  });
}

// Send what waits, then ask for the list; true when the server answered.
export async function syncInterviews(tablet) {
  if (!tablet.key) return false;
  try {
    await sendAttempts(tablet);
    const { body } = await call(tablet, "/assignments", { base: BASE });
    await changeFact(tablet.store, FACT, (kept) => {
      const waiting = (kept && kept.attempts) || [];
      const cases = body.assignments.map((one) => waiting.filter((attempt) => attempt.assignment === one.id).reduce((found, attempt) => withTry(found, attempt.outcome), one));
      return { cases, attempts: waiting, asked_at: writeInstant(tablet.clock.wall()) };
    });
    return true;
  } catch (error) {
    if (error.code !== "no_reply") noteTrouble(tablet, error.code || error.name, error.message);
    return false;
  }
}

async function sendAttempts(tablet) {
  for (;;) {
    const { attempts } = await recallInterviews(tablet);
    // Not in the order in which they were made: that is the order of the responses.
    const batch = [...attempts].sort((one, other) => (one.id < other.id ? -1 : 1)).slice(0, BATCH_MOST);
    if (!batch.length) return;
    const { body } = await call(tablet, "/attempts", { base: BASE, body: { attempts: batch } });
    const settled = new Set(body.results.map((result) => result.id));
    for (const result of body.results) if (result.status === "refused") noteTrouble(tablet, "attempt_refused", result.id);
    if (!batch.some((attempt) => settled.has(attempt.id))) throw new Error("no result for any try");
    await changeFact(tablet.store, FACT, (kept) => ({ ...kept, attempts: kept.attempts.filter((attempt) => !settled.has(attempt.id)) }));
  }
}

function withTry(one, outcome) {
  return { ...one, outcome: one.outcome === "complete" ? "complete" : outcome, tries: one.tries + 1 };
}

function noonOf(wall) {
  const day = new Date(wall);
  day.setHours(12, 0, 0, 0);
  return day.getTime();
}
