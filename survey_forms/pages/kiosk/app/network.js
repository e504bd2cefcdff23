// One request to the server, with the tablet's key, an end to waiting, and errors that say what to do.

import { noteServerTime } from "./clock.js";

const API = "/api/v1/kiosks";
const SECONDS_MAX = 30;

// The server answered with a problem. `action`: "final" never again, "retry" later, "re_enrol" with a new key.
export class Refused extends Error {
  constructor(status, problem, retryAfter) {
    super(problem.title || `HTTP ${status}`);
    this.status = status;
    this.problem = problem;
    this.code = problem.code || `http_${status}`;
    this.retryAfter = retryAfter;
    this.action = problem.action || (status === 401 ? "re_enrol" : status < 500 && status !== 429 ? "final" : "retry");
  }
}

// Nothing came back: no network, no server, or too late. Whatever was sent may have arrived.
export class NoReply extends Error {
  constructor(cause) {
    super(String((cause && cause.message) || cause));
    this.code = "no_reply";
    this.action = "retry";
  }
}

export async function call(tablet, path, { body, etag, base = API, method = body === undefined ? "GET" : "POST" } = {}) {
  const headers = { Accept: "application/json" };
  if (tablet.key) headers.Authorization = `Bearer ${tablet.key}`;
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (etag) headers["If-None-Match"] = etag;
  const started = tablet.clock.steady();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(), SECONDS_MAX * 1000);
  let reply;
  let read;
  try {
    reply = await fetch(base + path, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
      signal: ended.signal,
      credentials: "omit",
      cache: "no-store",
    });
    read = await readBody(reply);
  } catch (error) {
    throw new NoReply(error);
  } finally {
    clearTimeout(timer);
  }
  if (read && read.server_time) noteServerTime(tablet.clock, read.server_time, started);
  if (reply.ok || reply.status === 304) return { status: reply.status, body: read, etag: reply.headers.get("ETag") };
  throw new Refused(reply.status, read || {}, Number(reply.headers.get("Retry-After")) || 0);
}

async function readBody(reply) {
  const text = await reply.text(); // an end in the middle throws here: then nothing was acknowledged
  if (!/json/.test(reply.headers.get("Content-Type") || "")) return null;
  return text ? JSON.parse(text) : null;
}
