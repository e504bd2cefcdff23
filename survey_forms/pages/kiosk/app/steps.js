// A form as steps, one question or one line of a table each; which come next changes with the answers.

import { listAsked, given } from "./logic.js";

export function listSteps(form, raw) {
  return listAsked(form, raw).reduce((steps, question) => {
    if (question.type !== "matrix") return steps.concat([{ key: question.id, question, row: null }]);
    return steps.concat(question.rows.map((row) => ({ key: `${question.id}.${row.id}`, question, row })));
  }, []);
}

export function stepValue(step, raw) {
  const value = raw[step.question.id];
  if (!step.row) return given(step.question, value);
  const level = (value || {})[step.row.id];
  return level === null ? undefined : level;
}

// `raw` with the answer of one step; undefined takes it away.
export function withValue(step, raw, value) {
  if (!step.row) return { ...raw, [step.question.id]: value };
  return { ...raw, [step.question.id]: { ...(raw[step.question.id] || {}), [step.row.id]: value } };
}

// The question a one-tap rating asks: the first required one with a scale, else the first with a scale.
export function ratingQuestion(form) {
  const rated = form.sections.reduce((all, one) => all.concat(one.questions), []).filter((one) => one.type === "rating");
  return rated.find((one) => one.required) || rated[0] || null;
}

// What is asked after a tap: nothing, unless the tap itself made a question appear.
export function listFollowUps(form, rated, raw) {
  const others = (answers) => listSteps(form, answers).filter((step) => step.question.id !== rated.id);
  const isOpened = (step) => step.question.asked_if.some((condition) => condition.question === rated.id);
  const steps = others(raw);
  return steps.some(isOpened) ? steps : [];
}
