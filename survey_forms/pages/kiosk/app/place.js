// The line on top: where the tablet stands, what was just done, and what the staff should see from afar.

import { make } from "./dom.js";
import { currentService } from "./events.js";
import { say, text } from "./words.js";

export function drawPlace(tablet) {
  const { config } = tablet;
  if (!config) return [];
  const where = [text(tablet, config.unit_name), config.counter_name].filter(Boolean).join(" · ");
  const service = currentService(tablet);
  const name = service && service.procedure && procedureName(tablet, service);
  return [
    make("p", { class: "where" }, where),
    service && make("p", { class: "done" }, name ? say(tablet, "just_done", { procedure: name }) : say(tablet, "just_done_any")),
    tablet.needsEnrolment && make("p", { class: "for-staff" }, say(tablet, "needs_enrolment_short")),
  ];
}

// Its name, as the event said it or the configuration knows it; a bare code tells a citizen nothing.
function procedureName(tablet, { procedure, name }) {
  if (name) return text(tablet, name);
  const found = ((tablet.config && tablet.config.procedures) || []).find((one) => one.code === procedure);
  return found ? text(tablet, { vi: found.name_vi, en: found.name_en }) : "";
}
