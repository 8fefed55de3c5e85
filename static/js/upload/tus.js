// One file on its way to the site in pieces (tus 1.0.0), which goes on after whatever breaks.

const SMALLEST = 64 * 1024; // what the site takes for a piece that is not the last
const FIRST = 256 * 1024;
const LARGEST = 4 * 1024 * 1024;
const RESTARTS = 3;
const TROUBLES = 8; // bad answers in a row that are taken for a passing trouble
export const UNREADABLE = "unreadable_file";
const VERSION = { "Tus-Resumable": "1.0.0" };

/** The connection broke, or the site was unwell: it is worth trying again. */
export class LinkLost extends Error {}

/** The site will not take this file, and says why. */
export class Refused extends Error {
  constructor(message, code) {
    super(message);
    this.code = code;
  }
}

/** A piece takes some seconds: a bad link loses little of it, a good one is not held up. */
export function nextSize(size, seconds) {
  if (seconds < 2) return Math.min(LARGEST, size * 2);
  if (seconds > 8) return smaller(size);
  return size;
}

function smaller(size) {
  return Math.max(SMALLEST, Math.floor(size / 2));
}

function base64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

export class Sending {
  /**
   * `send(method, address, {headers, body, onProgress, signal})` resolves to {status, header(name),
   * json} or throws LinkLost; `pause(attempt, signal)` resolves when it is time to try again;
   * `tell(sending)` hears of every change. `known` is what has arrived before: {location, received}.
   */
  constructor({ file, photograph = false, address, send, pause, tell, known = null, subtle }) {
    Object.assign(this, { file, photograph, address, send, pause, tell, subtle });
    this.location = known && known.location;
    this.offset = known ? known.received : 0;
    this.sure = Boolean(known);
    this.size = FIRST;
    this.restarts = 0;
    this.troubles = 0;
    this.inFlight = 0;
    this.state = "waiting";
    this.problem = null;
    this.stopped = new AbortController();
  }

  get id() {
    return this.location && this.location.split("/").filter(Boolean).at(-1);
  }

  get whole() {
    return Boolean(this.location) && this.sure && this.offset === this.file.size;
  }

  get arrived() {
    return Math.min(this.file.size, this.offset + this.inFlight);
  }

  async run() {
    for (let failures = 0; !this.stopped.signal.aborted && !this.whole; ) {
      try {
        this.#now(failures ? this.state : "sending");
        await this.#step();
        failures = 0;
      } catch (error) {
        if (this.stopped.signal.aborted) break;
        if (!(error instanceof LinkLost)) {
          this.problem = error;
          return this.#now("refused");
        }
        this.sure = false;
        this.size = smaller(this.size);
        this.#now("lost");
        await this.pause(failures, this.stopped.signal);
        failures += 1;
      } finally {
        this.inFlight = 0;
      }
    }
    return this.#now(this.stopped.signal.aborted ? "cancelled" : "whole");
  }

  /** Not wanted any more: here, and on the site as far as it can be told. */
  async cancel() {
    this.stopped.abort();
    this.#now("cancelled");
    if (!this.location) return;
    await this.send("DELETE", this.location, { headers: VERSION }).catch(() => {});
  }

  #now(state) {
    this.state = state;
    this.tell(this);
  }

  #step() {
    if (!this.location) return this.#begin();
    return this.sure ? this.#piece() : this.#ask();
  }

  async #begin() {
    const name = base64(new TextEncoder().encode(this.file.name.slice(0, 255)));
    const about = `filename ${name}${this.photograph ? ",photograph" : ""}`;
    const headers = { "Upload-Length": String(this.file.size), "Upload-Metadata": about };
    const answer = await this.#request("POST", this.address, { headers });
    if (answer.status !== 201) return this.#refused(answer);
    this.location = answer.header("Location");
    this.offset = 0;
    this.sure = true;
    return null;
  }

  async #ask() {
    const answer = await this.#request("HEAD", this.location, {});
    if (answer.status !== 200) return this.#refused(answer);
    this.offset = Number(answer.header("Upload-Offset"));
    this.sure = true;
    return null;
  }

  async #piece() {
    const body = await this.#read(this.offset, this.offset + this.size);
    const headers = {
      "Content-Type": "application/offset+octet-stream",
      "Upload-Offset": String(this.offset),
    };
    if (this.subtle) {
      const sum = await this.subtle.digest("SHA-256", body);
      headers["Upload-Checksum"] = `sha256 ${base64(new Uint8Array(sum))}`;
    }
    const began = performance.now();
    const onProgress = (loaded) => {
      this.inFlight = loaded;
      this.#now("sending");
    };
    const answer = await this.#request("PATCH", this.location, { headers, body, onProgress });
    if (answer.status !== 204) return this.#refused(answer);
    this.offset = Number(answer.header("Upload-Offset"));
    this.troubles = 0;
    this.size = nextSize(this.size, (performance.now() - began) / 1000);
    return null;
  }

  /** Phones take a picture away that was not kept; a browser would call it a broken link. */
  async #read(start, end) {
    try {
      return await this.file.slice(start, end).arrayBuffer();
    } catch {
      throw new Refused("", UNREADABLE);
    }
  }

  #request(method, address, { headers, ...more }) {
    const signal = this.stopped.signal;
    return this.send(method, address, { headers: { ...VERSION, ...headers }, signal, ...more });
  }

  #refused({ status, json }) {
    const told = json && json.files && json.files[0];
    if ((status === 404 || status === 410) && this.restarts < RESTARTS) {
      this.restarts += 1; // forgotten there meanwhile: from the beginning
      this.location = null;
      return null;
    }
    const passing = status >= 500 || [408, 409, 429, 460].includes(status);
    this.troubles += 1; // answered, and not well: one file must not hold up the others for ever
    if (passing && this.troubles <= TROUBLES) throw new LinkLost(String(status));
    throw new Refused(told ? told.message : "", told ? told.code : String(status));
  }
}

/**
 * Whether a file begins with what has arrived on the site. Its name and length do not tell: many a
 * radiograph of another patient has the same.
 */
export async function beginsWith(file, pieces, subtle) {
  if (!subtle) return false;
  for (const { start, length, sha256 } of pieces) {
    const bytes = await file.slice(start, start + length).arrayBuffer();
    const sum = new Uint8Array(await subtle.digest("SHA-256", bytes));
    const hex = Array.from(sum, (byte) => byte.toString(16).padStart(2, "0")).join("");
    if (hex !== sha256) return false;
  }
  return true;
}
