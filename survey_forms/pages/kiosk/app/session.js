// One person's answers from the first tap to the last: begun, answered, finished or left. Draws nothing.

import { findProblem } from "./checks.js";
import { offsetSeconds, writeInstant } from "./clock.js";
import { forgetDraft, holdDraft, saveDraft } from "./drafts.js";
import { makeId } from "./identity.js";
import { assembleAnswers, listQuestions } from "./logic.js";
import { amendResponse, keepResponse } from "./queue.js";
import { listSteps } from "./steps.js";

export function beginSession(tablet, { service = null, order, isOneTap = false }) {
  const { config, clock } = tablet;
  const id = makeId();
  return {
    id,
    form: config.questionnaire,
    release: holdDraft(id),
    raw: {},
    typed: {},
    durations: {},
    order,
    isOneTap,
    isAmending: false,
    pressed: null,
    startedAt: writeInstant(clock.wall()),
    consent: config.consent ? config.consent.version : null,
    service: service && service.service,
    procedure: service && service.procedure,
  };
}

// How long each question was on the screen, in seconds, summed over visits.
export function noteDuration(session, question, seconds) {
  const sum = (session.durations[question] || 0) + seconds;
  session.durations[question] = Math.round(sum * 10) / 10;
}

// Keep what was answered so far, in case this tab does not live to the end; its loss is no reason to stop.
export function keepDraft(tablet, session) {
  if (session.isAmending || !Object.keys(assembleAnswers(session.form, session.raw)).length) return Promise.resolve();
  const { id, form, raw, isOneTap, pressed } = session;
  return saveDraft(tablet.store, { id, form, raw, isOneTap, pressed, item: describe(tablet, session, {}, "partial") }).catch(() => {});
}

// Whole: every answer was checked before. Fulfilled when it is stored; the error of the store otherwise.
export async function finishSession(tablet, session, { amendableMs = 0 } = {}) {
  const item = describe(tablet, session, assembleAnswers(session.form, session.raw), "complete");
  if (session.isAmending) {
    if (!(await amendResponse(tablet.store, item))) throw new TooLate();
  } else {
    await keepResponse(tablet.store, item, { amendableMs, pressed: session.pressed, now: tablet.clock.wall() });
  }
  session.release();
}

// Left before the end: kept as the form says, or forgotten. Gives back what became of it.
export async function leaveSession(tablet, session) {
  const { form, raw, isOneTap, pressed } = session;
  const item = session.isAmending ? null : describeLeft(form, raw, isOneTap, describe(tablet, session, {}, "partial"));
  if (item) await keepResponse(tablet.store, item, { pressed, now: tablet.clock.wall() });
  else await forgetDraft(tablet.store, session.id).catch(() => {});
  session.release();
  return item ? item.completeness : "discarded";
}

// A draft of a tab that died is what somebody left.
export async function settleDraft(tablet, draft) {
  const item = describeLeft(draft.form, draft.raw, draft.isOneTap, draft.item);
  if (item) await keepResponse(tablet.store, item, { pressed: draft.pressed, now: tablet.clock.wall() });
  else await forgetDraft(tablet.store, draft.id);
}

// The response was sent before it could be amended.
export class TooLate extends Error {}

function describeLeft(form, raw, isOneTap, item) {
  if (form.on_idle === "discard") return null;
  const wrong = new Set(listSteps(form, raw).filter((step) => findProblem(step, raw)).map((step) => step.question.id));
  const answers = assembleAnswers(form, raw, { leaveOut: (question) => wrong.has(question.id) });
  if (!Object.keys(answers).length) return null;
  // Only the dissatisfied are asked for more after a tap. If walking away then made their rating half a response,
  // the figures would leave out just them.
  const isRated = isOneTap && listQuestions(form).every((question) => !question.required || question.id in answers);
  return { ...item, answers, completeness: isRated ? "flagged" : form.on_idle || "partial" };
}

function describe(tablet, session, answers, completeness) {
  return {
    id: session.id,
    form: session.form.id,
    version: session.form.version,
    answers,
    language: tablet.language,
    started_at: session.startedAt,
    submitted_at: writeInstant(tablet.clock.wall()),
    clock_offset_seconds: offsetSeconds(tablet.clock),
    procedure: session.procedure,
    completeness,
    is_assisted: tablet.isAssisted,
    option_order: session.order,
    durations: Object.keys(session.durations).length ? session.durations : null,
    consent: session.consent,
    service: session.service,
    channel: tablet.config.mode === "interviewer" ? "interviewer" : "kiosk",
  };
}
