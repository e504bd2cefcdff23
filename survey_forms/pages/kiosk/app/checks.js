// What is wrong with the answer of one step, as the key of a word; null when it may be sent.

import { stepValue } from "./steps.js";

const NUMBER = /^-?[0-9]{1,15}(?:[.,][0-9]{1,10})?$/;
const AMBIGUOUS = /^-?[1-9][0-9]{0,2}[.,][0-9]{3}$/; // a thousand here, one there

export function findProblem(step, raw, typed = {}) {
  const { question } = step;
  const value = stepValue(step, raw);
  const text = (typed[step.key] || "").trim();
  if (value === undefined && text) return { key: question.type === "date" ? "wrong_date" : "wrong_number" };
  if (value === undefined) return question.required ? { key: "needs_answer" } : null;
  if (question.missing.includes(value)) return null;
  if (question.type === "multiple") return findCountProblem(question, value.length);
  if (question.type === "number" && !isWithin(question, value)) return { key: "out_of_range" };
  if (typeof value === "string" && value.length > question.max_letters) return { key: "too_long", count: question.max_letters };
  return null;
}

export function readNumber(text) {
  const clean = text.trim();
  return NUMBER.test(clean) && !AMBIGUOUS.test(clean) ? Number(clean.replace(",", ".")) : undefined;
}

// 20/11/2026 or 2026-11-20 as 2026-11-20.
export function readDate(text) {
  const found = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(text.trim());
  const iso = found ? `${found[3]}-${found[2].padStart(2, "0")}-${found[1].padStart(2, "0")}` : text.trim();
  if (!/^\d{4}-\d{2}-\d{2}$/.test(iso)) return undefined;
  const day = new Date(`${iso}T00:00:00Z`);
  const year = Number(iso.slice(0, 4));
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(iso) && year >= 1900 && year <= 2100 ? iso : undefined;
}

function findCountProblem(question, count) {
  const { choose_exactly: exactly, choose_at_least: least, choose_at_most: most } = question;
  if (exactly && count !== exactly) return { key: "choose_exactly", count: exactly };
  if (least && count < least) return { key: "choose_at_least", count: least };
  if (most && count > most) return { key: "choose_at_most", count: most };
  return null;
}

function isWithin(question, value) {
  const { minimum, maximum } = question;
  return (minimum === null || value >= minimum) && (maximum === null || value <= maximum);
}
