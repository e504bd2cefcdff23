// Reads a screen aloud where the tablet has a voice for its language; a language without a voice offers nothing.

const TAGS = { vi: "vi-VN", en: "en-GB" };

export function findVoice(language) {
  if (!("speechSynthesis" in window)) return null;
  return speechSynthesis.getVoices().find((voice) => voice.lang.toLowerCase().startsWith(language)) || null;
}

export function speak(texts, language) {
  hush();
  const voice = findVoice(language);
  if (!voice) return;
  for (const text of texts.filter(Boolean)) {
    const said = new SpeechSynthesisUtterance(text);
    said.lang = TAGS[language] || language;
    said.voice = voice;
    said.rate = 0.9;
    speechSynthesis.speak(said);
  }
}

export function hush() {
  if ("speechSynthesis" in window) speechSynthesis.cancel();
}
