// The row at the bottom: language, size of text, contrast, reading aloud, and the mark that somebody helps.

import { changeTextScale } from "./display.js";
import { make } from "./dom.js";
import { findVoice, hush, speak } from "./speech.js";
import { say } from "./words.js";

export function drawTools(tablet, redraw) {
  const { config } = tablet;
  const press = (key, change) => ({
    class: "tool",
    type: "button",
    "data-key": `tool-${key}`,
    onclick: () => {
      change();
      redraw();
    },
  });
  const toggle = (key, is, change) => make("button", { ...press(key, change), "aria-pressed": String(is) }, say(tablet, key));
  const languages = ((config && config.languages) || ["vi", "en"]).filter((language) => language !== tablet.language);
  const canSpeak = config && config.speech && findVoice(tablet.language);
  return [
    ...languages.map((language) =>
      make("button", { ...press(`language-${language}`, () => (tablet.language = language)), lang: language }, nameOf(tablet, language)),
    ),
    make("button", { ...press("smaller", () => changeTextScale(tablet, -1)), "aria-label": say(tablet, "smaller") }, "A−"),
    make("button", { ...press("larger", () => changeTextScale(tablet, 1)), "aria-label": say(tablet, "larger") }, "A+"),
    toggle("contrast", tablet.isHighContrast, () => (tablet.isHighContrast = !tablet.isHighContrast)),
    canSpeak && toggle("speech", tablet.isSpeaking, () => switchSpeech(tablet)),
    toggle("assisted", tablet.isAssisted, () => (tablet.isAssisted = !tablet.isAssisted)),
  ];
}

function switchSpeech(tablet) {
  tablet.isSpeaking = !tablet.isSpeaking;
  if (tablet.isSpeaking) speak(tablet.spoken, tablet.language);
  else hush();
}

function nameOf(tablet, language) {
  return (tablet.words[language] && tablet.words[language].language_name) || language;
}
