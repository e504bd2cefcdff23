// What is on the screen: one screen at a time, redrawn when the language, the size of text or the contrast changes.

import { drawPlace } from "./place.js";
import { speak } from "./speech.js";
import { drawTools } from "./tools.js";

const NARROW_REM = 40; // below it, choices stand under each other
const SCALES = [1, 1.25, 1.5, 2];

// `build` gives { name, title, nodes, spoken? }; it is called again whenever the screen is redrawn. `stays`: it is the
// screen that is shown already, with something changed; whoever uses the keyboard stays where they are.
export function show(tablet, build, { hasTools = true, stays = false } = {}) {
  tablet.screen = { build, hasTools };
  redraw(tablet);
  if (stays) {
    const mistake = document.querySelector(".mistake:not(:empty)");
    if (mistake) mistake.scrollIntoView({ block: "nearest" });
    return;
  }
  const heading = document.querySelector("#screen h1");
  if (heading) heading.focus({ preventScroll: true });
  scrollTo(0, 0);
}

export function redraw(tablet) {
  const { build, hasTools } = tablet.screen;
  const focused = document.activeElement && document.activeElement.getAttribute("data-key");
  applyAppearance(tablet);
  const built = build();
  document.documentElement.lang = tablet.language;
  document.documentElement.dir = tablet.words[tablet.language] && tablet.words[tablet.language].direction === "rtl" ? "rtl" : "ltr";
  document.title = built.title;
  document.body.setAttribute("data-screen", built.name);
  replace("screen", built.nodes);
  replace("place", hasTools ? drawPlace(tablet) : []);
  replace("tools", hasTools ? drawTools(tablet, () => redraw(tablet)) : []);
  if (focused) {
    const again = [...document.querySelectorAll("[data-key]")].find((one) => one.getAttribute("data-key") === focused);
    if (again) again.focus({ preventScroll: true });
  }
  tablet.spoken = built.spoken || [built.title];
  if (tablet.isSpeaking) speak(tablet.spoken, tablet.language);
}

export function applyAppearance(tablet) {
  const config = tablet.config || {};
  const root = document.documentElement;
  root.style.setProperty("--scale", String((config.text_scale || 1) * tablet.textScale));
  root.classList.toggle("high", tablet.isHighContrast);
  const rem = parseFloat(getComputedStyle(root).fontSize);
  root.classList.toggle("narrow", innerWidth / rem < NARROW_REM);
  dim(config.brightness === undefined ? 100 : config.brightness);
}

// As it is when nobody is there: what one person chose is not left to the next.
export function resetAppearance(tablet) {
  const config = tablet.config || {};
  Object.assign(tablet, {
    language: config.language || "vi",
    textScale: 1,
    isHighContrast: config.contrast === "high",
    isSpeaking: false,
    isAssisted: false,
  });
}

export function isAsReset(tablet) {
  const config = tablet.config || {};
  return (
    tablet.language === (config.language || "vi") &&
    tablet.textScale === 1 &&
    tablet.isHighContrast === (config.contrast === "high") &&
    !tablet.isSpeaking &&
    !tablet.isAssisted
  );
}

export function changeTextScale(tablet, direction) {
  const place = SCALES.indexOf(tablet.textScale) + direction;
  tablet.textScale = SCALES[Math.max(0, Math.min(SCALES.length - 1, place))];
}

function dim(brightness) {
  const shade = document.getElementById("dim");
  shade.hidden = brightness >= 100;
  shade.style.opacity = String(((100 - Math.max(0, brightness)) / 100) * 0.7);
}

function replace(id, nodes) {
  const element = document.getElementById(id);
  element.textContent = "";
  element.append(...nodes.filter(Boolean));
}
