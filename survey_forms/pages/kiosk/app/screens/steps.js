// A form one question after the other, with back, progress and a last look before sending. Knows no kiosk: it asks,
// and says whether the person came to the end.

import { findProblem } from "../checks.js";
import { show } from "../display.js";
import { make } from "../dom.js";
import { drawQuestion, spokenQuestion } from "../questions/question.js";
import { keepDraft, noteDuration } from "../session.js";
import { listSteps, stepValue } from "../steps.js";
import { say, text } from "../words.js";

const LAST = "last";

// Fulfilled with "finished" or "left"; `stop` of the session's watch may also end it from outside.
export function askSteps(tablet, session) {
  return new Promise((resolve) => {
    const visit = { at: listSteps(session.form, session.raw)[0].key, since: tablet.clock.steady(), problem: null };
    const steps = () => listSteps(session.form, session.raw);
    const index = () => steps().findIndex((step) => step.key === visit.at);
    const goTo = (key) => {
      leaveStep(tablet, session, visit);
      Object.assign(visit, { at: key, since: tablet.clock.steady(), problem: null });
      draw(false);
    };
    const forward = () => {
      const now = steps()[index()];
      const problem = findProblem(now, session.raw, session.typed);
      if (problem) {
        visit.problem = problem;
        return draw(true);
      }
      keepDraft(tablet, session);
      const next = steps()[index() + 1];
      return goTo(next ? next.key : LAST);
    };
    const back = () => {
      const list = steps();
      const before = visit.at === LAST ? list[list.length - 1] : list[index() - 1];
      if (before) goTo(before.key);
      else resolve("left");
    };
    const finish = () => {
      const open = steps().find((step) => findProblem(step, session.raw, session.typed));
      if (!open) return resolve("finished");
      goTo(open.key);
      visit.problem = findProblem(open, session.raw, session.typed);
      return draw(true);
    };
    const leave = () => resolve("left");
    const draw = (stays) => {
      if (visit.at === LAST) return show(tablet, () => drawLast(tablet, session, { steps: steps(), back, finish, leave, goTo }));
      return show(tablet, () => {
        const step = steps()[index()];
        return {
          name: "question",
          title: text(tablet, step.question.text),
          spoken: spokenQuestion(tablet, step),
          nodes: [
            drawProgress(tablet, index(), steps().length),
            ...drawQuestion(tablet, session, step, { problem: visit.problem, onChosen: forward, onChanged: () => draw(true) }),
            drawWay(tablet, session, step, { back, forward, leave }),
          ],
        };
      }, { stays });
    };
    draw(false);
  });
}

function leaveStep(tablet, session, visit) {
  if (visit.at === LAST) return;
  noteDuration(session, visit.at.split(".")[0], (tablet.clock.steady() - visit.since) / 1000);
}

function drawProgress(tablet, index, count) {
  const said = say(tablet, "progress", { at: index + 1, of: count });
  return make(
    "div",
    { class: "progress" },
    make("progress", { max: count, value: index, "aria-label": said }),
    make("span", {}, said),
  );
}

function drawWay(tablet, session, step, { back, forward, leave }) {
  const isEmpty = stepValue(step, session.raw) === undefined && !session.typed[step.key];
  const isSkipping = isEmpty && !step.question.required && !["short_text", "long_text", "number", "date"].includes(step.question.type);
  return make(
    "div",
    { class: "buttons" },
    make("button", { type: "button", class: "button second", "data-key": "back", onclick: back }, say(tablet, "back")),
    make("button", { type: "button", class: "button", "data-key": "next", onclick: forward }, say(tablet, isSkipping ? "skip" : "next")),
    make("button", { type: "button", class: "button quiet", "data-key": "leave", onclick: leave }, say(tablet, "leave")),
  );
}

function drawLast(tablet, session, { steps, back, finish, leave, goTo }) {
  const open = steps.filter((step) => stepValue(step, session.raw) === undefined);
  const title = say(tablet, "last_title");
  return {
    name: "last",
    title,
    nodes: [
      make("h1", { tabindex: "-1" }, title),
      make("p", { class: "intro" }, say(tablet, "answered", { count: steps.length - open.length, of: steps.length })),
      open.length
        ? make("button", { type: "button", class: "button second", "data-key": "open", onclick: () => goTo(open[0].key) }, say(tablet, "see_open"))
        : null,
      make(
        "div",
        { class: "buttons" },
        make("button", { type: "button", class: "button second", "data-key": "back", onclick: back }, say(tablet, "back")),
        make("button", { type: "button", class: "button", "data-key": "send", onclick: finish }, say(tablet, "send")),
        make("button", { type: "button", class: "button quiet", "data-key": "leave", onclick: leave }, say(tablet, "leave")),
      ),
    ],
  };
}
