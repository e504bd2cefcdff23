// What the page itself says, by language; the questionnaire brings its own texts.

const FALLBACK = "vi";

export async function loadWords(version, languages) {
  const wanted = [...new Set([FALLBACK, "en", ...languages])];
  const loaded = await Promise.all(wanted.map((language) => fetchWords(version, language)));
  return Object.fromEntries(wanted.map((language, index) => [language, loaded[index]]));
}

// A sentence in the language of the screen, with `{count}` and the like filled in.
export function say(tablet, key, values = {}) {
  const word = (tablet.words[tablet.language] || {})[key] || tablet.words[FALLBACK][key];
  return fill(word === undefined ? key : word, values);
}

// A text of the questionnaire or configuration in the language of the screen.
export function text(tablet, texts) {
  if (!texts) return "";
  if (typeof texts === "string") return texts;
  return texts[tablet.language] || texts[FALLBACK] || "";
}

async function fetchWords(version, language) {
  const reply = await fetch(`/kiosk/app/${version}/words/${language}.json`);
  return reply.ok ? reply.json() : {}; // a language without a catalogue yet falls back word by word
}

function fill(word, values) {
  return word.replace(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}
