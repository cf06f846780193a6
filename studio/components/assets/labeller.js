// The labeller's browser half. It owns the queue, so the next example is on screen before the server
// has heard of the last one, and every decision names the example the person was looking at.

const RESERVED = "sun";
const KEYS = [..."123456789", ..."abcdefghijklmnopqrstuvwxyz"].filter((key) => !RESERVED.includes(key));
const UNDO_DEPTH = 10;
const FIND_FROM = 13; // more labels than a glance takes in: offer to find one by name
const FLASH_MS = 120;

class Labeller {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.queue = [];
    this.history = [];
    this.times = [];
    this.labels = [];
    this.hear = (event) => this.onKey(event);
    // Capture on window: Streamlit listens on document (r reruns, c clears the cache) and must not see our keys.
    window.addEventListener("keydown", this.hear, true);
    this.wake = () => document.hidden || (this.shownAt = performance.now()); // time in another tab is not time spent
    document.addEventListener("visibilitychange", this.wake);
    this.bind();
  }

  bind() {
    const click = (name, act) => this.part(name).addEventListener("click", (event) => {
      act();
      if (event.detail) event.currentTarget.blur(); // after a mouse click the keys belong to the labeller again
    });
    click("skip", () => this.decide("skip"));
    click("undo", () => this.undo());
    click("write", () => this.openNote());
    click("help", () => this.part("keys").showModal());
    click("close", () => this.part("keys").close());
    click("save", () => this.save());
    this.part("find").addEventListener("input", () => this.filter());
  }

  update(data, send) {
    // First, because confirming decisions left by a lost connection draws the counts at once.
    Object.assign(this, { mode: data.mode, progress: data.progress });
    this.outbox ??= new Outbox(data.key, () => this.drawFooter());
    this.outbox.send = send;
    this.outbox.confirm(data.acked);
    const latest = this.outbox.latest();
    // The example on screen stays as it is: changing it, or its suggestion, under a finger already moving is a wrong
    // label. Those just undone stay too, in the order they were undone.
    const stays = (card, place) => place === 0 || latest.get(card.id) === "undo";
    const kept = data.scope === this.scope ? this.queue.filter(stays) : [];
    const known = new Set(kept.map((card) => card.id));
    const open = (card) => !known.has(card.id) && (latest.get(card.id) ?? "undo") === "undo";
    this.queue = [...kept, ...data.queue.filter(open)];
    this.scope = data.scope;
    this.drawLabels(data.labels);
    this.show();
  }

  get card() {
    return this.queue[0];
  }

  decide(action, answer = null) {
    const card = this.card;
    if (!card) return;
    const seconds = Math.round(performance.now() - this.shownAt) / 1000;
    const note = this.part("note").value.trim();
    this.queue.shift();
    this.history = [...this.history, { card, action, answer, note }].slice(-UNDO_DEPTH);
    this.times = [...this.times, seconds].slice(-20);
    this.outbox.add({ uid: newUid(), id: card.id, action, answer, seconds, note });
    this.show();
  }

  undo() {
    const last = this.history.pop();
    if (!last) return;
    this.queue = [last.card, ...this.queue.filter((card) => card.id !== last.card.id)];
    // An event that supersedes, not a deletion: the first one may be stored already.
    this.outbox.add({ uid: newUid(), id: last.card.id, action: "undo", answer: null, seconds: null, note: "", undid: last.action });
    this.show(last);
  }

  choose(label) {
    const button = this.buttons?.get(label);
    if (!button || !this.card) return;
    button.classList.remove("flash");
    void button.offsetWidth; // restarts the animation when the same key comes twice
    button.classList.add("flash");
    setTimeout(() => button.classList.remove("flash"), FLASH_MS);
    this.decide("answer", label);
  }

  save() {
    const draft = this.part("draft");
    if (draft.value.trim()) this.decide("answer", draft.value);
    else draft.focus();
  }

  // ---- keys -------------------------------------------------------------------------------------

  onKey(event) {
    const target = event.composedPath()[0];
    if (event.isComposing || event.repeat || !this.part("card").isConnected) return;
    if (this.part("keys").open) return event.key === "?" ? this.take(event, () => this.part("keys").close()) : undefined;
    if (document.querySelector('[role="dialog"]')) return;
    if (this.mode === "generate" && event.key === "Enter" && (event.ctrlKey || event.metaKey)) return this.take(event, () => this.save());
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (target.dataset?.part in this.fields) return this.fields[target.dataset.part](event, target);
    if (isTyping(target)) return;
    const act = this.command(event, target);
    if (act) this.take(event, act);
  }

  take(event, act) {
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  command(event, target) {
    const key = keyName(event);
    const fixed = { s: () => this.decide("skip"), u: () => this.undo(), n: () => this.openNote(), "?": () => this.part("keys").showModal() };
    if (fixed[key]) return fixed[key];
    if (key === "Enter") return target.closest?.("button, a, summary, [role=button]") ? null : () => this.accept();
    if (this.mode === "generate") return null;
    if (key === "/") return () => this.openFind();
    const label = KEYS.includes(key) && this.labels[KEYS.indexOf(key)];
    return label ? () => this.choose(label) : null;
  }

  // What keys mean inside our own fields; everything else typed there is text.
  fields = {
    draft: (event, field) => event.key === "Escape" && this.take(event, () => field.blur()),
    note: (event, field) => ["Escape", "Enter"].includes(event.key) && this.take(event, () => this.closeNote(field)),
    find: (event) => {
      if (event.key === "Escape") this.take(event, () => this.closeFind());
      if (event.key === "Enter") this.take(event, () => this.chooseFound());
    },
  };

  accept() {
    if (this.mode === "generate") this.part("draft").focus();
    else if (this.card?.suggestion) this.choose(this.card.suggestion);
  }

  openNote() {
    if (!this.card) return;
    this.part("note").hidden = false;
    this.part("note").focus();
  }

  closeNote(field) {
    field.hidden = !field.value.trim();
    field.blur();
  }

  openFind() {
    this.part("find").hidden = false;
    this.part("find").focus();
    this.part("find").select();
  }

  closeFind() {
    const find = this.part("find");
    find.value = "";
    find.hidden = this.labels.length < FIND_FROM;
    this.filter();
    find.blur();
  }

  chooseFound() {
    const found = [...this.buttons].find(([, button]) => !button.hidden);
    if (!found) return;
    this.closeFind();
    this.choose(found[0]);
  }

  filter() {
    const typed = plain(this.part("find").value);
    let first = Boolean(typed);
    for (const [label, button] of this.buttons) {
      button.hidden = !plain(label).includes(typed);
      button.classList.toggle("found", first && !button.hidden);
      first &&= button.hidden;
    }
  }

  // ---- drawing ----------------------------------------------------------------------------------

  show(restored = null) {
    const card = this.card;
    this.drawEmpty(card);
    this.drawFooter();
    if (!card || (card === this.shown && !restored)) return;
    this.shown = card;
    this.shownAt = performance.now();
    this.part("reason").textContent = card.reason;
    this.part("chips").replaceChildren(...Object.entries(card.metadata).map(([name, value]) => element("li", { title: `${name}: ${value}` }, element("b", {}, name), ` ${value}`)));
    this.part("card").replaceChildren(...marked(card.text, card.highlights));
    this.part("card").scrollTop = 0;
    this.part("draft").value = restored?.answer ?? card.suggestion ?? "";
    this.part("note").value = restored?.note ?? "";
    this.part("note").hidden = !restored?.note;
    this.drawSuggestion(card);
    this.part("heard-example").textContent = `${restored ? "Undone. " : ""}Example: ${card.text.slice(0, 400)}. ${card.reason}`;
  }

  drawEmpty(card) {
    const waiting = this.outbox.events.length > 0;
    if (!card) this.shown = null;
    for (const name of ["card", "controls", "reason", "chips"]) this.part(name).hidden = !card;
    this.part("draft").hidden = this.part("save").hidden = this.mode !== "generate";
    this.part("labels").hidden = this.mode === "generate";
    this.part("save").disabled = this.part("skip").disabled = this.part("write").disabled = !card;
    this.part("undo").disabled = !this.history.length;
    this.part("empty").hidden = Boolean(card);
    this.part("empty-title").textContent = waiting ? "Saving your last decisions" : "Queue is empty";
    this.part("empty-text").textContent = waiting
      ? "The next examples come as soon as they are stored."
      : "Nothing here waits for a decision.";
  }

  drawLabels(labels) {
    if (labels.join("\n") === this.labels.join("\n") && this.buttons) return;
    this.labels = labels;
    this.buttons = new Map(labels.map((label, index) => [label, this.labelButton(label, KEYS[index])]));
    this.part("labels").replaceChildren(...this.buttons.values());
    this.part("labels").classList.toggle("many", labels.length >= FIND_FROM);
    this.part("find").hidden = labels.length < FIND_FROM;
    this.shown = null; // the suggestion's mark sat on a button that is gone
    const rows = [["Enter", "Take the suggestion"], ["1 – 9, a – z", "Give the label"], ["/", "Find a label"], ["Ctrl Enter", "Save the text"], ["s", "Skip"], ["u", "Undo"], ["n", "Note"], ["Esc", "Leave a field"], ["?", "These keys"]];
    const unused = this.mode === "generate" ? ["1 – 9, a – z", "/", "Enter"] : ["Ctrl Enter"];
    this.part("keylist").replaceChildren(...rows.filter(([key]) => !unused.includes(key)).flatMap(([key, use]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, use)]));
  }

  labelButton(label, key) {
    const pieces = label.split(/(?<=[_/.-])/).flatMap((piece) => [piece, element("wbr")]); // long names break where a reader would
    const words = element("span", { className: "words" }, element("span", { className: "name" }, ...pieces), element("span", { className: "hint" }));
    const button = element("button", { type: "button", title: label }, ...(key ? [element("kbd", {}, key)] : []), words, element("kbd", { className: "enter" }, "Enter"));
    button.addEventListener("click", (event) => {
      this.choose(label);
      if (event.detail) button.blur();
    });
    return button;
  }

  drawSuggestion(card) {
    const sure = card.suggestion_confidence === null ? "" : ` ${Math.round(card.suggestion_confidence * 100)} %`;
    for (const [label, button] of this.buttons) {
      const suggested = label === card.suggestion;
      button.classList.toggle("suggested", suggested);
      button.querySelector(".hint").textContent = suggested ? `functions say${sure}` : "";
    }
  }

  drawFooter() {
    const waiting = this.outbox.events;
    const gained = waiting.filter((event) => event.action === "answer").length - waiting.filter((event) => event.undid === "answer").length;
    const { total } = this.progress;
    const done = Math.min(Math.max(this.progress.done + gained, 0), total);
    this.part("bar").firstElementChild.style.width = `${total ? (100 * done) / total : 0}%`;
    this.part("bar").setAttribute("aria-valuemax", total);
    this.part("bar").setAttribute("aria-valuenow", done);
    this.part("counts").textContent = `${done.toLocaleString("en")} of ${total.toLocaleString("en")} done · ${Math.max(this.progress.today + gained, 0)} today`;
    const middle = median(this.times);
    this.part("pace").textContent = middle === null ? "" : `${middle.toFixed(1)} s each`;
    const { late } = this.outbox;
    const saved = waiting.length ? `${waiting.length} unsaved${late ? " · saving again…" : ""}` : "All saved";
    this.part("saved").textContent = saved;
    this.part("saved").classList.toggle("late", late);
    if (late !== this.wasLate) this.part("heard-saved").textContent = late || this.wasLate ? saved : "";
    this.wasLate = late;
  }

  close() {
    window.removeEventListener("keydown", this.hear, true);
    document.removeEventListener("visibilitychange", this.wake);
    this.outbox?.close();
  }
}

// ---- small pure things --------------------------------------------------------------------------

function isTyping(target) {
  if (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)) return true;
  if (target.closest?.('[data-testid="stDataFrame"], [role="combobox"], [role="listbox"], [role="menu"]')) return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type);
}

// Digits by their place on the keyboard too: on a French keyboard they need Shift.
function keyName(event) {
  if (!event.shiftKey && /^(Digit|Numpad)[1-9]$/.test(event.code)) return event.code.at(-1);
  if (event.shiftKey && /^[a-z]$/i.test(event.key)) return "";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

function plain(text) {
  return text.toLowerCase().replace(/[\s_-]+/g, " ").trim();
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (!sorted.length) return null;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Text nodes and <mark>s. Python counts characters, JavaScript counts UTF-16 units: cut by character.
function marked(text, spans) {
  const characters = Array.from(text);
  const nodes = [];
  let at = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(start, at);
    const to = Math.min(end, characters.length);
    if (to <= from) continue;
    nodes.push(characters.slice(at, from).join(""), element("mark", {}, characters.slice(from, to).join("")));
    at = to;
  }
  return [...nodes, characters.slice(at).join("")];
}

const mounted = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!mounted.has(parentElement)) mounted.set(parentElement, new Labeller(parentElement));
  mounted.get(parentElement).update(data, (events) => setStateValue("events", events));
  return () => {
    mounted.get(parentElement)?.close();
    mounted.delete(parentElement);
  };
}
