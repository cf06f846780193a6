// The labeller's browser half. It owns the queue, so the next example is on screen before the server has heard of the
// last one, and every decision names the example the person was looking at. How an example is asked is its mode's part.

class Labeller {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.panels = [...root.querySelectorAll("[data-mode]")];
    this.queue = [];
    this.back = 0; // how many decisions back the card on screen is; 0 is the front of the queue
    this.flagged = false;
    this.labels = new Labels(this);
    this.history = new History(this);
    this.footer = new Footer(this);
    this.guidelines = new Guidelines(this);
    this.modes = { choose: new Choose(this), verify: new Verify(this), spans: new Spans(this), write: new Write(this), compare: new Compare(this), decide: new Decide(this) };
    this.asked = "choose";
    this.listen();
  }

  listen() {
    this.hearKey = (event) => this.onKey(event);
    // Capture on window: Streamlit listens on document (r reruns, c clears the cache) and must not see our keys.
    window.addEventListener("keydown", this.hearKey, true);
    this.wake = () => document.hidden || (this.shownAt = performance.now()); // time in another tab is not time spent
    document.addEventListener("visibilitychange", this.wake);
    this.press("skip", () => this.decide("skip"));
    this.press("undo", () => this.undo());
    this.press("flag", () => this.flag());
    this.press("write", () => this.openNote());
    this.press("back", () => this.goBack());
    this.press("forward", () => this.goForward());
    this.press("help", () => this.openHelp());
    this.press("close", () => this.part("keys").close());
  }

  press(name, act) {
    this.part(name).addEventListener("click", (event) => {
      act();
      if (event.detail) event.currentTarget.blur(); // after a mouse click the keys belong to the labeller again
    });
  }

  update(data, send) {
    // First, because confirming decisions left by a lost connection draws the counts at once.
    this.progress = data.progress;
    this.outbox ??= new Outbox(data.key, () => this.footer.draw());
    this.outbox.send = send;
    this.outbox.confirm(data.acked);
    for (const { id } of this.outbox.refuse(data.refused)) this.history.forget(id);
    if (data.scope !== this.scope) this.back = 0;
    this.queue = this.renewed(data);
    this.scope = data.scope;
    if (this.labels.draw(data.labels)) this.shown = null;
    this.guidelines.draw(data.guidelines);
    this.show();
  }

  // The example on screen stays as it is: changing it, or its suggestion, under a finger already moving is a wrong
  // label. Those just undone stay too, in the order they were undone.
  renewed(data) {
    const latest = this.outbox.latest();
    const stays = (card, place) => place === 0 || latest.get(card.id) === "undo";
    const kept = data.scope === this.scope ? this.queue.filter(stays) : [];
    const known = new Set(kept.map((card) => card.id));
    const open = (card) => !known.has(card.id) && (latest.get(card.id) ?? "undo") === "undo";
    return [...kept, ...data.queue.filter(open)];
  }

  // The decision gone back to, if one is on screen.
  get entry() {
    return this.back ? this.history.entries.at(-this.back) : undefined;
  }

  get card() {
    return this.entry?.card ?? this.queue[0];
  }

  get mode() {
    return this.modes[this.asked];
  }

  // ---- decisions --------------------------------------------------------------------------------

  decide(action, said = {}) {
    const { card, entry } = this;
    if (!card) return;
    const seconds = Math.round(performance.now() - this.shownAt) / 1000;
    const words = { answer: null, rating: null, rejected: null, shown: card.suggestion, ...said, note: this.part("note").value.trim(), flagged: this.flagged };
    if (entry) this.withdraw(entry);
    this.queue = this.queue.filter((other) => other.id !== card.id); // what was refused may wait to be chosen for
    this.back = 0;
    this.history.add({ card, action, ...words });
    this.footer.took(seconds);
    this.outbox.add({ uid: newUid(), id: card.id, action, seconds, mode: this.asked, drawn: card.drawn, ...words });
    this.show();
  }

  // An event that supersedes, not a deletion: the first one may be stored already.
  withdraw(entry) {
    this.history.drop(entry);
    this.outbox.add({ uid: newUid(), id: entry.card.id, action: "undo", answer: null, seconds: null, note: "", undid: entry.action });
  }

  undo(entry = this.entry ?? this.history.last) {
    if (!entry) return;
    this.withdraw(entry);
    this.back = 0;
    this.queue = [entry.card, ...this.queue.filter((card) => card.id !== entry.card.id)];
    this.show(entry);
  }

  goBack() {
    if (this.back < this.history.entries.length) this.revisit(this.history.entries.at(-this.back - 1));
  }

  revisit(entry) {
    if (!this.back && this.card) this.left = { card: this.card, note: this.part("note").value, flagged: this.flagged, ...this.mode.unsaid?.() };
    this.back = this.history.entries.length - this.history.entries.indexOf(entry);
    this.show(entry);
  }

  // What was begun on the open card before going back is there again.
  goForward() {
    if (!this.back) return;
    this.back = 0;
    this.show(this.left?.card === this.card ? this.left : null);
  }

  flag() {
    if (!this.card) return;
    this.flagged = !this.flagged;
    this.drawFlag();
    this.part("heard-saved").textContent = this.flagged ? "Flagged" : "Flag taken away";
  }

  // ---- keys -------------------------------------------------------------------------------------

  onKey(event) {
    const target = event.composedPath()[0];
    if (event.isComposing || (event.repeat && !this.mode.repeats?.includes(event.key)) || !this.part("card").isConnected) return undefined;
    if (this.part("keys").open) return keyName(event) === "?" ? this.take(event, () => this.part("keys").close()) : undefined;
    if (this.history.dialog.open) return this.history.typed(event);
    if (document.querySelector('[role="dialog"]')) return undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return this.take(event, this.card && this.mode.chord?.(event));
    const field = { ...this.fields, ...this.mode.fields }[target.dataset?.part];
    if (field) return field(event, target);
    return isTyping(target) ? undefined : this.take(event, this.command(event, target));
  }

  take(event, act) {
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  fixed = {
    s: () => this.decide("skip"),
    f: () => this.flag(),
    m: () => this.openNote(),
    u: () => this.undo(),
    b: () => this.goBack(),
    h: () => this.history.open(),
    g: () => this.guidelines.toggle(),
    "?": () => this.openHelp(),
  };

  command(event, target) {
    const key = keyName(event);
    if (this.fixed[key]) return this.fixed[key];
    if (!this.card || (key === "Enter" && isPressable(target))) return null;
    // Enter means the suggestion; an answer given already is not overwritten by it.
    if (this.back && ["Escape", "Enter"].includes(key) && !this.mode.holds?.(key)) return () => this.goForward();
    return this.mode.command(event, target) ?? (this.mode.pick ? this.labels.command(key) : null);
  }

  // What keys mean inside the frame's own fields; everything else typed there is text.
  fields = {
    note: (event, field) => ["Escape", "Enter"].includes(event.key) && this.take(event, () => this.closeNote(field)),
    find: (event) => this.labels.typed(event),
  };

  openNote() {
    if (!this.card) return;
    this.part("note").hidden = false;
    this.part("note").focus();
  }

  closeNote(field) {
    field.hidden = !field.value.trim();
    field.blur();
  }

  openHelp() {
    const rows = [...this.mode.rows, ["s", "Skip"], ["f", "Flag"], ["m", "Note"], ["b", "Back to the one before, to change it"], ["Esc", "Forward again; out of a field"], ["u", "Undo"], ["h", "The last ten: change or undo any"], ...(this.guidelines.text ? [["g", "Guidelines"]] : []), ["?", "These keys"]];
    this.part("keylist").replaceChildren(...rows.flatMap(([key, use]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, use)]));
    this.part("keys").showModal();
  }

  // ---- drawing ----------------------------------------------------------------------------------

  // `restored` is the decision that is gone back to or was undone, or what was begun and left to go back.
  show(restored = null) {
    const { card } = this;
    this.drawState(card);
    this.footer.draw();
    if (!card || (card === this.shown && !restored)) return;
    this.shown = card;
    this.shownAt = performance.now();
    restored ??= this.outbox.refused.get(card.id) ?? null;
    this.drawMode(card);
    this.part("reason").textContent = card.reason;
    this.part("chips").replaceChildren(...Object.entries(card.metadata).map(([name, value]) => element("li", { title: `${name}: ${value}` }, element("b", {}, name), ` ${value}`)));
    this.part("card").replaceChildren(...marked(card.text, card.highlights));
    this.part("card").scrollTop = 0;
    this.part("note").value = restored?.note ?? "";
    this.part("note").hidden = !restored?.note;
    this.flagged = restored?.flagged ?? false;
    this.drawFlag();
    this.heard = "";
    this.mode.draw(card, restored);
    const before = !restored?.action ? "" : restored.reason ? `Not stored: ${restored.reason} ` : this.back ? `You said ${inWords(restored)}. ` : "Undone. ";
    this.part("heard-example").textContent = `${before}Example: ${card.text.slice(0, 400)}. ${card.reason}. ${this.heard}`;
  }

  // What a mode asks, for who cannot see it.
  hear(words) {
    this.heard = words;
  }

  drawMode(card) {
    const asked = card.mode in this.modes ? card.mode : "choose";
    const askable = asked !== "verify" || this.labels.names.includes(card.suggestion);
    this.mode.clear();
    this.asked = askable ? asked : "choose";
    for (const panel of this.panels) panel.hidden = panel.dataset.mode !== this.asked;
    this.part("choice").hidden = !this.mode.pick;
  }

  drawState(card) {
    const waiting = this.outbox.events.length > 0;
    if (!card) this.shown = null;
    for (const name of ["card", "controls", "about"]) this.part(name).hidden = !card;
    for (const name of ["skip", "flag", "write"]) this.part(name).disabled = !card;
    for (const name of ["undo", "past"]) this.part(name).disabled = !this.history.entries.length;
    this.part("back").disabled = this.back >= this.history.entries.length;
    this.part("gone-back").hidden = !this.back;
    this.part("controls").classList.toggle("revisited", this.back > 0);
    if (this.back) this.part("said").textContent = inWords(this.entry);
    this.part("empty").hidden = Boolean(card);
    this.part("empty-title").textContent = waiting ? "Saving your last decisions" : "Queue is empty";
    this.part("empty-text").textContent = waiting ? "The next examples come as soon as they are stored." : "Nothing here waits for a decision.";
  }

  drawFlag() {
    this.part("flag").setAttribute("aria-pressed", this.flagged);
    this.part("flagged").hidden = !this.flagged;
  }

  close() {
    window.removeEventListener("keydown", this.hearKey, true);
    document.removeEventListener("visibilitychange", this.wake);
    this.outbox?.close();
  }
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
