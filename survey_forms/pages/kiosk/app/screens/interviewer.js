// The screens of an interviewer: the list of cases, one case, the consent.

import { show } from "../display.js";
import { make } from "../dom.js";
import { showNotice } from "./simple.js";
import { say, text } from "../words.js";

const OPEN = ["open", "non_contact"];
const STOPPED_SECONDS = 120;

export function showCases(tablet, { cases, attempts }, { onChoose, onSync }) {
  show(tablet, () => {
    const title = say(tablet, "cases_title");
    const done = cases.filter((one) => !OPEN.includes(one.outcome)).length;
    const ordered = [...cases].sort((one, other) => Number(!OPEN.includes(one.outcome)) - Number(!OPEN.includes(other.outcome)));
    return {
      name: "cases",
      title,
      nodes: [
        make("h1", { tabindex: "-1" }, title),
        make("p", { class: "intro" }, cases.length ? say(tablet, "cases_done", { done, count: cases.length }) : say(tablet, "cases_none")),
        attempts.length ? make("p", { class: "help" }, say(tablet, "tries_waiting", { count: attempts.length })) : null,
        make("div", { class: "cases" }, ordered.map((one) => drawCase(tablet, one, onChoose))),
        make("div", { class: "buttons" }, make("button", { type: "button", class: "button second", "data-key": "sync", onclick: onSync }, say(tablet, "cases_sync"))),
      ],
    };
  });
}

function drawCase(tablet, one, onChoose) {
  const state = say(tablet, `outcome_${one.outcome}`) + (one.tries ? ` · ${say(tablet, "tries", { count: one.tries })}` : "");
  return make(
    "button",
    { type: "button", class: OPEN.includes(one.outcome) ? "case" : "case done", "data-key": `case-${one.code}`, onclick: () => onChoose(one) },
    make("b", {}, one.code),
    make("span", {}, one.place),
    make("small", {}, state),
  );
}

// Fulfilled with "begin", "back", or what came of the try.
export function askCase(tablet, assignment, outcomes) {
  return showNotice(tablet, {
    name: "case",
    build: () => ({
      title: assignment.code,
      nodes: [make("p", { class: "intro" }, assignment.place), make("p", { class: "help" }, say(tablet, "case_help"))],
    }),
    buttons: () => [
      { key: "begin", label: say(tablet, "case_begin") },
      ...outcomes.map((outcome) => ({ key: outcome, label: say(tablet, `outcome_${outcome}`), isMain: false })),
      { key: "back", label: say(tablet, "case_back"), isMain: false },
    ],
  });
}

// The text is read out or shown before the first question; what is not agreed to is not asked.
export function askConsent(tablet) {
  const { consent, questionnaire } = tablet.config;
  return showNotice(tablet, {
    name: "consent",
    build: () => ({
      title: text(tablet, questionnaire.title),
      nodes: [
        make("p", { class: "intro" }, text(tablet, questionnaire.intro)),
        consent ? make("p", { class: "intro" }, text(tablet, consent)) : null,
        consent ? make("p", { class: "help" }, say(tablet, "consent_version", { version: consent.version })) : null,
      ].filter(Boolean),
    }),
    buttons: () => [
      { key: "agree", label: say(tablet, "consent_agree") },
      { key: "decline", label: say(tablet, "consent_decline"), isMain: false },
    ],
  });
}

// Fulfilled with one of `whys`; with null when nobody is there to say it.
export function askWhyStopped(tablet, whys) {
  return showNotice(tablet, {
    name: "stopped",
    build: () => ({ title: say(tablet, "stopped_title") }),
    buttons: () => whys.map((why) => ({ key: why, label: say(tablet, `stopped_${why}`), isMain: false })),
    seconds: STOPPED_SECONDS,
  });
}

export function tellProblem(tablet) {
  return showNotice(tablet, {
    name: "failure",
    build: () => ({ title: say(tablet, "not_stored"), nodes: [make("p", { class: "intro" }, say(tablet, "not_stored_what"))] }),
    buttons: () => [
      { key: "again", label: say(tablet, "try_again") },
      { key: "give_up", label: say(tablet, "give_up"), isMain: false },
    ],
  });
}
