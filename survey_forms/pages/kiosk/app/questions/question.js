// One step drawn: the question, its help, what to tap or fill in, what is wrong with it.

import { make } from "../dom.js";
import { stepValue, withValue } from "../steps.js";
import { say, text } from "../words.js";
import { drawMultiple, drawReasons, drawSingle, drawYesNo, hintOf } from "./choice.js";
import { drawDate, drawNumber, drawText } from "./entry.js";
import { drawScale } from "./scale.js";

const DRAW = {
  rating: drawRated,
  matrix: drawRated,
  single: drawSingle,
  multiple: drawMultiple,
  yes_no: drawYesNo,
  number: drawNumber,
  date: drawDate,
  short_text: drawText,
  long_text: drawText,
};

// `onChosen` is called after a tap that answers the step; `onChanged` when the screen has to be drawn anew.
export function drawQuestion(tablet, session, step, { heading = "h1", problem = null, onChosen, onChanged }) {
  const { question } = step;
  const set = (value) => (session.raw = withValue(step, session.raw, value));
  const id = heading === "h1" ? "question" : `question-${question.id}`;
  const given = {
    step,
    session,
    set,
    labelled: id,
    value: stepValue(step, session.raw),
    order: session.order,
    onChoose: (value, { stays = false } = {}) => {
      set(value);
      session.typed = { ...session.typed, [step.key]: "" };
      (stays ? onChanged : onChosen)();
    },
  };
  const helps = [question.help && text(tablet, question.help), hintOf(tablet, question)].filter(Boolean);
  return [
    step.row && make("p", { class: "of" }, text(tablet, question.text)),
    make(heading, { id, tabindex: "-1" }, text(tablet, step.row ? step.row.text : question.text), isMust(tablet, question)),
    ...helps.map((help) => make("p", { class: "help" }, help)),
    make("p", { class: "mistake", role: "alert" }, problem ? say(tablet, problem.key, problem) : ""),
    make("div", { class: `answers ${question.type}`, role: "group", "aria-labelledby": id }, ...DRAW[question.type](tablet, question, given), ...drawReasons(tablet, question, given)),
  ];
}

// What is read aloud: the question and what can be chosen.
export function spokenQuestion(tablet, step) {
  const { question, row } = step;
  const choices = question.scale ? question.scale.labels : question.options.map((option) => option.text);
  return [text(tablet, question.text), row && text(tablet, row.text), question.help && text(tablet, question.help), ...choices.map((one) => text(tablet, one))].filter(Boolean);
}

function drawRated(tablet, question, { value, order, step, onChoose }) {
  return [drawScale(tablet, question.scale, { value: typeof value === "number" ? value : undefined, order, key: step.key, onChoose })];
}

function isMust(tablet, question) {
  return question.required ? make("small", {}, ` (${say(tablet, "required")})`) : null;
}
