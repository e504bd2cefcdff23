// What time it is: the tablet's clock, which may be wrong, a steady count that cannot jump, and the server's time.

const JUMP_MS = 5_000;
const JUMPS_MAX = 20;
const FIRST_PLAUSIBLE = Date.UTC(2025, 0, 1);

export function makeClock({ wall = () => Date.now(), steady = () => performance.now() } = {}) {
  return { wall, steady, offset: null, jumps: [], onJump: () => {}, lastWall: wall(), lastSteady: steady() };
}

// Compare both clocks; a difference is a jump of the tablet's clock, or sleep, in which the steady one may stand still.
export function checkClock(clock) {
  const wall = clock.wall();
  const steady = clock.steady();
  const jumped = wall - clock.lastWall - (steady - clock.lastSteady);
  clock.lastWall = wall;
  clock.lastSteady = steady;
  if (Math.abs(jumped) < JUMP_MS) return null;
  // Sleep never turns a clock back, so the server's time is still known; forward it may be either, so it is not.
  if (clock.offset !== null) clock.offset = jumped < 0 ? clock.offset - jumped : null;
  const jump = { at: writeInstant(wall), seconds: Math.round(jumped / 1000) };
  clock.jumps = [...clock.jumps, jump].slice(-JUMPS_MAX);
  clock.onJump(jump);
  return jump;
}

// Take in the server's time from a reply; half of the way there and back is the way back.
export function noteServerTime(clock, text, startedSteady) {
  const told = Date.parse(text);
  if (Number.isNaN(told)) return;
  checkClock(clock);
  clock.offset = told + (clock.steady() - startedSteady) / 2 - clock.wall();
}

export function serverNow(clock) {
  checkClock(clock);
  return clock.wall() + (clock.offset || 0);
}

export function offsetSeconds(clock) {
  checkClock(clock);
  return clock.offset === null ? null : Math.round(clock.offset / 1000);
}

export function isPlausible(clock) {
  return clock.offset !== null || clock.wall() >= FIRST_PLAUSIBLE;
}

// 2026-11-20T10:00:00.000+07:00, by the tablet's own clock and zone.
export function writeInstant(ms) {
  const minutes = -new Date(ms).getTimezoneOffset();
  const zone = `${minutes < 0 ? "-" : "+"}${pad(Math.floor(Math.abs(minutes) / 60))}:${pad(Math.abs(minutes) % 60)}`;
  return new Date(ms + minutes * 60_000).toISOString().replace("Z", zone);
}

function pad(number) {
  return String(number).padStart(2, "0");
}
