// Compare: the better of two responses. Where they come from is not known here, so that nobody can choose by it.

const DIFFERENCES = "tunesmith.labeller.differences";

class Compare {
  constructor(frame) {
    this.frame = frame;
    this.editing = false;
    this.asking = false; // which one to edit
    this.differences = stored(DIFFERENCES) === "shown";
    this.sides = ["first", "second"].map((name) => frame.part(name));
    ["first", "second"].forEach((name, side) => {
      frame.press(`better-${name}`, () => this.prefer(side));
      frame.press(`edit-${name}`, () => this.edit(side));
    });
    frame.press("ask-edit", () => this.ask(!this.asking));
    frame.press("tie", () => this.neither("tie"));
    frame.press("both-bad", () => this.neither("both bad", true));
    frame.press("differences", () => this.toggleDifferences());
  }

  get rows() {
    if (this.editing) return [["Esc", "Choose again"], ...this.write.rows];
    return [["1, ←", "The first is better"], ["2, →", "The second is better"], ["t", "Both are as good"], ["x", "Both are bad"], ["e, then 1 or 2", "Edit the better one"], ["d", "Show differences"]];
  }

  get write() {
    return this.frame.modes.write;
  }

  get fields() {
    return this.editing ? this.write.fields : {};
  }

  draw(card, restored) {
    const { part } = this.frame;
    const said = restored?.action === "prefer" ? card.candidates.indexOf(restored.answer) : -1;
    this.sides.forEach((side, place) => side.parentElement.classList.toggle("said", place === said));
    this.drawDifferences();
    this.ask(false);
    part("first").scrollTop = part("second").scrollTop = 0;
    this.frame.hear(card.candidates.map((text, place) => `Response ${place + 1}: ${text}`).join(" "));
    this.resume(card, restored);
  }

  // An edit that was begun, or undone, goes on where it was.
  resume(card, restored) {
    const saved = restored?.action === "answer" ? { base: restored.shown, text: restored.answer, rating: restored.rating } : null;
    const begun = this.write.typed.get(card.id) ?? saved;
    const side = begun ? card.candidates.indexOf(begun.base) : -1;
    if (side >= 0) this.edit(side, begun);
  }

  prefer(side) {
    const { card } = this.frame;
    this.write.typed.drop(card.id);
    this.frame.decide("prefer", { ...this.preference(side), shown: null });
  }

  preference(side) {
    const { candidates } = this.frame.card;
    return { answer: candidates[side], rejected: candidates[1 - side] };
  }

  // The two are named, so that this pair is not asked again.
  neither(note, bad = false) {
    const { frame } = this;
    const [shown, rejected] = frame.card.candidates;
    const field = frame.part("note");
    field.value = [note, field.value.trim()].filter(Boolean).join(": ");
    frame.flagged ||= bad;
    frame.decide("skip", { shown, rejected });
  }

  // ---- editing the better one -------------------------------------------------------------------

  ask(asking) {
    this.asking = asking;
    this.frame.part("ask-edit").setAttribute("aria-pressed", asking);
    this.frame.part("which").textContent = asking ? "Edit which one, 1 or 2?" : "";
  }

  edit(side, begun = null) {
    const { frame } = this;
    const preferred = this.preference(side);
    const { card } = frame;
    const kept = this.write.typed.get(card.id);
    const from = begun ?? (kept?.base === preferred.answer ? kept : { base: preferred.answer });
    this.write.open(from, () => this.say(card, preferred));
    this.show(true);
    if (!begun) this.write.field.focus();
  }

  // Said after the text, and taken back with it: an undo takes back both.
  say(card, preferred) {
    this.frame.outbox.add({ uid: newUid(), id: card.id, action: "prefer", seconds: null, mode: "compare", drawn: card.drawn, rating: null, shown: null, note: "", flagged: false, ...preferred });
  }

  show(editing) {
    this.editing = editing;
    this.ask(false);
    this.frame.part("choosing").hidden = editing;
    for (const panel of this.frame.panels) if (panel.dataset.mode === "write") panel.hidden = !editing;
  }

  // ---- keys -------------------------------------------------------------------------------------

  chord(event) {
    return this.editing ? this.write.chord(event) : null;
  }

  command(event) {
    const key = keyName(event);
    if (this.editing) return key === "Escape" ? () => this.show(false) : this.write.command(event);
    const side = { 1: 0, ArrowLeft: 0, 2: 1, ArrowRight: 1 }[key];
    if (side !== undefined) return () => (this.asking ? this.edit(side) : this.prefer(side));
    const acts = { t: () => this.neither("tie"), x: () => this.neither("both bad", true), e: () => this.ask(!this.asking), d: () => this.toggleDifferences() };
    return acts[key] ?? (key === "Escape" && this.asking ? () => this.ask(false) : null);
  }

  clear() {
    this.show(false);
    this.write.clear();
  }

  // ---- drawing ----------------------------------------------------------------------------------

  toggleDifferences() {
    this.differences = !this.differences;
    store(DIFFERENCES, this.differences ? "shown" : "hidden");
    this.drawDifferences();
  }

  drawDifferences() {
    const [one, other] = this.frame.card.candidates;
    const pieces = this.differences ? difference(one, other) : [{ kind: "same", one, other }];
    const marks = (text, kind) => pieces.flatMap((piece) => (piece.kind === kind ? setApart("mark", piece[text]) : [piece[text]]));
    this.sides[0].replaceChildren(...marks("one", "gone"));
    this.sides[1].replaceChildren(...marks("other", "new"));
    this.frame.part("differences").setAttribute("aria-pressed", this.differences);
  }
}
