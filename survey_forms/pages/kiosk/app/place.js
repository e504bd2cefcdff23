// The line on top: where the tablet stands, what was just done, and what the staff should see from afar.

import { make } from "./dom.js";
import { currentService } from "./events.js";
import { say, text } from "./words.js";

export function drawPlace(tablet) {
  const { config } = tablet;
  if (!config) return [];
  const where = [text(tablet, config.unit_name), config.counter_name].filter(Boolean).join(" · ");
  const service = currentService(tablet);
  const done = service && service.procedure ? procedureName(tablet, service.procedure) : "";
  return [
    make("p", { class: "where" }, where),
    done && make("p", { class: "done" }, say(tablet, "just_done", { procedure: done })),
    tablet.needsEnrolment && make("p", { class: "for-staff" }, say(tablet, "needs_enrolment_short")),
  ];
}

export function procedureName(tablet, code) {
  const found = ((tablet.config && tablet.config.procedures) || []).find((one) => one.code === code);
  return found ? text(tablet, { vi: found.name_vi, en: found.name_en }) : code;
}
