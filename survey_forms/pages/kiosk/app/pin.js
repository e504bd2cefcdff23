// The supervisor's PIN, checked on the tablet, so that it also opens without network; wrong tries cost time.

import { readHex, writeHex } from "./identity.js";

const FREE_TRIES = 3;
const WAIT_SECONDS_MAX = 300;

export async function isRightPin(pin, { salt, iterations, hash }) {
  const key = await crypto.subtle.importKey("raw", new TextEncoder().encode(pin), "PBKDF2", false, ["deriveBits"]);
  const made = { name: "PBKDF2", hash: "SHA-256", salt: readHex(salt), iterations };
  return writeHex(await crypto.subtle.deriveBits(made, key, hash.length * 4)) === hash.toLowerCase();
}

// Seconds to wait after so many wrong tries in a row.
export function penaltySeconds(wrongTries) {
  return wrongTries < FREE_TRIES ? 0 : Math.min(WAIT_SECONDS_MAX, 10 * 2 ** (wrongTries - FREE_TRIES));
}
