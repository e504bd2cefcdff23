// When a question is asked, and what of the answers is sent: the same rules as survey_forms/logic.py, tested against it.

const TEXT_TYPES = ["short_text", "long_text"];

export function listQuestions(form) {
  return form.sections.reduce((all, section) => all.concat(section.questions), []);
}

// The questions asked of somebody who answered `raw`, in order.
export function listAsked(form, raw) {
  const values = {};
  const asked = [];
  for (const question of listQuestions(form)) {
    if (!question.asked_if.every((condition) => holds(condition, values))) continue;
    asked.push(question);
    Object.assign(values, storedValues(question, raw[question.id]));
  }
  return asked;
}

// The answers to send: those of questions that are asked, without what was left empty.
export function assembleAnswers(form, raw, { leaveOut = () => false } = {}) {
  const answers = {};
  for (const question of listAsked(form, raw)) {
    if (leaveOut(question)) continue;
    const value = given(question, raw[question.id]);
    if (value !== undefined) answers[question.id] = value;
    for (const option of question.options.filter((one) => one.with_text)) {
      const words = raw[`${question.id}.${option.id}`];
      const isChosen = value === option.id || (Array.isArray(value) && value.includes(option.id));
      if (isChosen && typeof words === "string" && words.trim()) answers[`${question.id}.${option.id}`] = words.trim();
    }
  }
  return answers;
}

// The value of an answer, undefined when there is none.
export function given(question, value) {
  if (value === undefined || value === null || value === "") return undefined;
  if (typeof value === "string" && !value.trim()) return undefined;
  if (Array.isArray(value)) return value.length ? value : undefined;
  if (question.type === "matrix" && typeof value === "object") {
    const rows = Object.entries(value).filter(([, level]) => level !== undefined && level !== null);
    return rows.length ? Object.fromEntries(rows) : undefined;
  }
  return TEXT_TYPES.includes(question.type) && typeof value === "string" ? value.trim() : value;
}

function holds(condition, values) {
  const name = condition.question;
  const value = values[name];
  const { at_least: least = null, at_most: most = null } = condition;
  if (least !== null || most !== null) {
    if (typeof value !== "number") return false;
    if (least !== null && value < least) return false;
    if (most !== null && value > most) return false;
  }
  if (!condition.values.length) return true;
  return (
    condition.values.includes(value) ||
    condition.values.includes(values[`${name}#missing`]) ||
    condition.values.some((option) => values[`${name}.${option}`] === true)
  );
}

// The columns an answer becomes on the server (survey_forms/columns.py); free text has none.
function storedValues(question, raw) {
  const value = given(question, raw);
  if (value === undefined) return {};
  const isReason = (one) => typeof one === "string" && question.missing.includes(one);
  if (question.type === "matrix") {
    return Object.fromEntries(
      Object.entries(value).map(([row, level]) => [`${question.id}.${row}${isReason(level) ? "#missing" : ""}`, level]),
    );
  }
  if (isReason(value)) return { [`${question.id}#missing`]: value };
  if (TEXT_TYPES.includes(question.type)) return {};
  if (question.type === "multiple") {
    return Object.fromEntries(question.options.map((option) => [`${question.id}.${option.id}`, value.includes(option.id)]));
  }
  return { [question.id]: value };
}
