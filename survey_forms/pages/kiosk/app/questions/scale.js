// A scale to tap: faces, stars or numbers, always with their words; the order of left and right is the session's.

import { draw, make } from "../dom.js";
import { text } from "../words.js";

const MOUTHS = ["M10 23.500q6-7 12 0", "M10.500 22.500q5.500-4 11 0", "M10.500 21.500h11", "M10.500 20.500q5.500 5 11 0", "M9.500 19q6.500 9 13 0z"];

export function drawScale(tablet, scale, { value, order, key, onChoose }) {
  const levels = scale.labels.map((label, index) => ({ level: index + 1, label }));
  if (order === "descending") levels.reverse();
  return make(
    "div",
    { class: `scale k${levels.length}`, role: "group", "aria-labelledby": "question" },
    levels.map(({ level, label }) =>
      make(
        "button",
        {
          type: "button",
          class: `level tint${tintOf(level, levels.length)}`,
          "data-key": `${key}:${level}`,
          "data-value": level,
          "aria-pressed": value === undefined ? undefined : String(value === level),
          onclick: () => onChoose(level),
        },
        drawMark(scale.style, level, levels.length),
        make("span", {}, text(tablet, label)),
      ),
    ),
  );
}

function drawMark(style, level, levels) {
  if (style === "faces") return drawFace(tintOf(level, levels));
  return make("b", { "aria-hidden": "true" }, style === "stars" ? "★".repeat(level) : String(level));
}

export function drawFace(mood) {
  return draw([
    ["circle", { cx: 16, cy: 16, r: 14 }],
    ["path", { d: "M11.500 11.500v2.500M20.500 11.500v2.500" }],
    ["path", { d: MOUTHS[mood - 1] }],
  ]);
}

// A scale of any length has the five moods spread over it.
function tintOf(level, levels) {
  return levels === 1 ? 5 : 1 + Math.round(((level - 1) * 4) / (levels - 1));
}
