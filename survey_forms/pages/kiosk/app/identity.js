// Random version 4 ids, also on browsers that cannot make them by themselves.

export function makeId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export async function sha256Hex(text) {
  return writeHex(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
}

export function writeHex(buffer) {
  return [...new Uint8Array(buffer)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function readHex(text) {
  return new Uint8Array((text.match(/../g) || []).map((pair) => parseInt(pair, 16)));
}
