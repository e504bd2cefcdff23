// One option of several, or any number of them; an option may ask for words of its own.

import { make } from "../dom.js";
import { say, text } from "../words.js";

export function drawSingle(tablet, question, { value, onChoose, session }) {
  return question.options.map((option) =>
    make(
      "div",
      { class: "option" },
      drawOption(tablet, question, option, { isChosen: value === option.id, onclick: () => onChoose(option.id, { stays: option.with_text }) }),
      option.with_text && value === option.id && drawWords(tablet, question, option, session),
    ),
  );
}

export function drawMultiple(tablet, question, { value, onChoose, session }) {
  const chosen = Array.isArray(value) ? value : [];
  const toggled = (id) => (chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id]);
  const inOrder = (ids) => question.options.map((option) => option.id).filter((id) => ids.includes(id));
  return question.options.map((option) =>
    make(
      "div",
      { class: "option" },
      drawOption(tablet, question, option, {
        isChosen: chosen.includes(option.id),
        isTick: true,
        onclick: () => onChoose(inOrder(toggled(option.id)), { stays: true }),
      }),
      option.with_text && chosen.includes(option.id) && drawWords(tablet, question, option, session),
    ),
  );
}

export function drawYesNo(tablet, question, { value, onChoose }) {
  return [true, false].map((answer) =>
    make(
      "div",
      { class: "option" },
      drawOption(tablet, question, { id: String(answer), text: say(tablet, answer ? "yes" : "no") }, {
        isChosen: value === answer,
        onclick: () => onChoose(answer),
      }),
    ),
  );
}

export function drawReasons(tablet, question, { value, onChoose }) {
  return question.missing.map((reason) =>
    make(
      "div",
      { class: "option aside" },
      drawOption(tablet, question, { id: reason, text: say(tablet, reason) }, {
        isChosen: value === reason,
        onclick: () => onChoose(value === reason ? undefined : reason, { stays: value === reason }),
      }),
    ),
  );
}

export function hintOf(tablet, question) {
  if (question.type !== "multiple") return "";
  const { choose_exactly: exactly, choose_at_least: least, choose_at_most: most } = question;
  if (exactly) return say(tablet, "choose_exactly", { count: exactly });
  const hints = [least && say(tablet, "choose_at_least", { count: least }), most && say(tablet, "choose_at_most", { count: most })];
  return hints.filter(Boolean).join(" ") || say(tablet, "choose_any");
}

function drawOption(tablet, question, option, { isChosen, isTick = false, onclick }) {
  return make(
    "button",
    { type: "button", class: isTick ? "choice tick" : "choice", "data-key": `${question.id}:${option.id}`, "data-value": option.id, "aria-pressed": String(isChosen), onclick },
    make("span", {}, text(tablet, option.text)),
  );
}

function drawWords(tablet, question, option, session) {
  const key = `${question.id}.${option.id}`;
  return make("input", {
    type: "text",
    class: "words",
    autocomplete: "off",
    maxlength: question.max_letters,
    "data-key": `${key}:words`,
    "aria-label": say(tablet, "please_specify", { option: text(tablet, option.text) }),
    placeholder: say(tablet, "please_specify_short"),
    value: session.raw[key] || "",
    oninput: (event) => (session.raw = { ...session.raw, [key]: event.target.value }),
  });
}
