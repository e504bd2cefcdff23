// The first screen: a scale to tap at once, or the way into a longer form; outside opening hours a quiet sign.

import { show } from "../display.js";
import { make } from "../dom.js";
import { hoursOfDay } from "../hours.js";
import { serverNow } from "../clock.js";
import { drawFace, drawScale } from "../questions/scale.js";
import { ratingQuestion } from "../steps.js";
import { say, text } from "../words.js";

export function showRating(tablet, order, onChoose) {
  const question = ratingQuestion(tablet.config.questionnaire);
  show(tablet, () => {
    const title = text(tablet, question.text);
    return {
      name: "rating",
      title,
      spoken: [title, ...question.scale.labels.map((label) => text(tablet, label))],
      nodes: [
        make("h1", { id: "question", tabindex: "-1" }, title),
        make("p", { class: "help" }, say(tablet, "tap_one")),
        drawScale(tablet, question.scale, { order, key: question.id, onChoose }),
        drawConsent(tablet),
      ],
    };
  });
}

export function showStart(tablet, onStart) {
  const form = tablet.config.questionnaire;
  show(tablet, () => ({
    name: "start",
    title: text(tablet, form.title),
    spoken: [text(tablet, form.title), text(tablet, form.intro)],
    nodes: [
      make("div", { class: "greeting" }, drawFace(4), make("h1", { tabindex: "-1" }, text(tablet, form.title))),
      make("p", { class: "intro" }, text(tablet, form.intro)),
      drawConsent(tablet),
      make("div", { class: "buttons" }, make("button", { type: "button", class: "button", "data-key": "start", onclick: onStart }, say(tablet, "start"))),
    ],
  }));
}

export function showClosed(tablet) {
  show(tablet, () => {
    const { config } = tablet;
    const hours = hoursOfDay(config.opening_hours, config.timezone, serverNow(tablet.clock));
    const title = say(tablet, "closed");
    return {
      name: "closed",
      title,
      nodes: [make("h1", { tabindex: "-1" }, title), make("p", { class: "intro" }, hours ? say(tablet, "hours_today", { hours }) : say(tablet, "closed_today"))],
    };
  });
}

function drawConsent(tablet) {
  const { consent } = tablet.config;
  return consent ? make("p", { class: "consent" }, text(tablet, consent)) : null;
}
