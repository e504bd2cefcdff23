// Opening hours: whether the office is open now, by the office's zone and the best known time.

export function isOpen(hours, zone, now) {
  if (!hours || !Object.keys(hours).length) return true;
  const local = localTime(zone, now);
  return (hours[local.day] || []).some(([from, to]) => from <= local.time && local.time < to);
}

// "07:30–11:30, 13:30–17:00" of the day of `now`; empty when closed all day.
export function hoursOfDay(hours, zone, now) {
  return ((hours || {})[localTime(zone, now).day] || []).map((span) => span.join("–")).join(", ");
}

function localTime(zone, now) {
  const options = { timeZone: zone || "Asia/Ho_Chi_Minh", weekday: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const parts = {};
  for (const part of new Intl.DateTimeFormat("en-GB", options).formatToParts(new Date(now))) parts[part.type] = part.value;
  return { day: parts.weekday.slice(0, 3).toLowerCase(), time: `${parts.hour}:${parts.minute}` };
}

