// Decisions on their way from the browser to the store. These files are one module; labeller.py puts them together.

const RETRY_MS = 1500;
const LATE_MS = 2000;
const BURST_MS = 40;

function newUid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // randomUUID exists only on localhost and https; a proxy may serve plain http.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Decisions on their way. They stay until Python says they are stored; the tab's session storage
// keeps them over a reload. Sending everything each time makes order and repetition harmless.
class Outbox {
  constructor(name, changed) {
    this.name = `tunesmith.labeller.${name}`;
    this.changed = changed;
    this.events = this.restore(this.name);
    this.refused = new Map(this.restore(`${this.name}.refused`)); // example to decision, until it is decided anew
    this.since = this.events.length ? Date.now() : null;
    this.sent = 0;
    this.asked = false; // whether the server was sent some and has not answered: what is decided meanwhile goes together
    this.retry = setInterval(() => this.tick(), 500);
    this.guard = (event) => this.events.length && event.preventDefault();
    window.addEventListener("beforeunload", this.guard);
  }

  restore(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name)) ?? [];
    } catch {
      return []; // storage is switched off or holds something else: work without it
    }
  }

  keep() {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.events));
      sessionStorage.setItem(`${this.name}.refused`, JSON.stringify([...this.refused]));
    } catch {
      // storage is switched off or full: the outbox in memory still delivers
    }
    this.since = this.events.length ? (this.since ?? Date.now()) : null;
    this.changed();
  }

  add(event) {
    this.events.push(event);
    this.refused.delete(event.id);
    this.keep();
    if (!this.asked) this.flushSoon();
  }

  confirm(uids) {
    const stored = new Set(uids);
    const left = this.events.filter((event) => !stored.has(event.uid));
    if (left.length === this.events.length) return;
    this.since = null;
    this.asked = false;
    this.events = left;
    this.keep();
    if (left.length) this.flushSoon();
  }

  // What the server could not store, and why: to be looked at again, not to be sent again.
  refuse(reasons = {}) {
    const refused = this.events.filter((event) => event.uid in reasons);
    for (const event of refused) this.refused.set(event.id, { ...event, reason: reasons[event.uid] });
    this.confirm(refused.map((event) => event.uid));
    return refused;
  }

  // A short wait lets a burst of keys travel as one message.
  flushSoon() {
    this.soon ??= setTimeout(() => this.flush(), BURST_MS);
  }

  flush() {
    clearTimeout(this.soon);
    this.soon = null;
    this.sent = Date.now();
    this.asked = true;
    // Streamlit swallows a value equal to the last one; the nonce makes a resend a new value.
    if (this.events.length) this.send([...this.events, { nonce: `${this.sent}` }]);
  }

  tick() {
    if (!this.events.length) return;
    if (Date.now() - this.sent >= RETRY_MS) this.flush();
    this.changed();
  }

  get late() {
    return this.since !== null && Date.now() - this.since > LATE_MS;
  }

  // The last word on each example, of those still on their way: the server's queue may not know it yet.
  latest() {
    return new Map(this.events.map((event) => [event.id, event.action]));
  }

  close() {
    clearInterval(this.retry);
    clearTimeout(this.soon);
    window.removeEventListener("beforeunload", this.guard);
  }
}
