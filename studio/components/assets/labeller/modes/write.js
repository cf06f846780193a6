// Write: a text, starting from the draft, which stays in view with what was changed in it.

const CHANGES = "tunesmith.labeller.changes";

class Write {
  rows = [["Enter", "Edit the text"], ["Ctrl Enter", "Save the text"], ["1 – 5", "Rate the draft"], ["Alt 1 – 5", "Rate it while you type"], ["d", "Show changes"]];

  // What keys mean inside its own fields; everything else typed there is text.
  fields = {
    draft: (event, field) => event.key === "Escape" && this.frame.take(event, () => field.blur()),
  };

  constructor(frame) {
    this.frame = frame;
    this.typed = new Typed(frame);
    this.field = frame.part("draft");
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.rateWhileTyping(event));
    this.stars = [...frame.part("rating").querySelectorAll("button")];
    this.stars.forEach((star, index) => star.addEventListener("click", () => this.rate(index + 1)));
    this.changes = stored(CHANGES) !== "hidden";
    frame.press("save", () => this.save());
    frame.press("changes", () => this.toggleChanges());
  }

  draw(card, restored) {
    const said = restored?.action ? { base: restored.shown, text: restored.answer, rating: restored.rating } : { base: card.suggestion };
    this.open(this.typed.get(card.id) ?? said);
    this.frame.hear(this.base === null ? "" : `Draft: ${this.base}`);
  }

  // `after` is called once the text is saved.
  open({ base, text, rating }, after = null) {
    Object.assign(this, { base: base ?? null, rating: rating ?? null, after });
    this.field.value = text ?? this.base ?? "";
    this.frame.part("shown").hidden = this.base === null;
    this.drawRating();
    this.drawChanges();
  }

  changed() {
    this.keep();
    this.drawChanges();
  }

  keep() {
    this.typed.set(this.frame.card.id, { base: this.base, text: this.field.value, rating: this.rating });
  }

  get edited() {
    return this.base !== null && this.field.value.trim() !== this.base.trim();
  }

  save() {
    const { frame, base, after } = this;
    const answer = this.field.value;
    if (!answer.trim()) return this.field.focus();
    this.typed.drop(frame.card.id);
    frame.decide("answer", { answer, shown: base, rating: this.rating, rejected: this.edited ? base : null });
    return after?.();
  }

  rate(stars) {
    if (this.base === null) return;
    this.rating = this.rating === stars ? null : stars;
    this.keep();
    this.drawRating();
  }

  // By the place of the key: with Alt, or Option, held it types other signs.
  rateWhileTyping(event) {
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code);
    if (!digit || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.rate(Number(digit[1]));
  }

  toggleChanges() {
    this.changes = !this.changes;
    store(CHANGES, this.changes ? "shown" : "hidden");
    this.drawChanges();
  }

  // Keys with Ctrl or Command held; the frame asks for these in its fields too.
  chord(event) {
    return event.key === "Enter" ? () => this.save() : null;
  }

  command(event) {
    const key = keyName(event);
    if (key === "Enter" || key === "e") return () => this.field.focus();
    if (key === "d") return () => this.toggleChanges();
    return /^[1-5]$/.test(key) ? () => this.rate(Number(key)) : null;
  }

  clear() {
    this.open({ base: null });
  }

  drawRating() {
    this.stars.forEach((star, index) => star.setAttribute("aria-pressed", this.rating === index + 1));
  }

  drawChanges() {
    const { part } = this.frame;
    const pieces = this.changes && this.edited ? difference(this.base, this.field.value) : [{ kind: "same", one: this.base ?? "", other: "" }];
    part("base").replaceChildren(...pieces.flatMap(inDraft));
    part("changes").setAttribute("aria-pressed", this.changes);
    part("length").textContent = lengthOf(this.field.value);
  }
}

// What stays, what went and what came, one behind the other; the space between them is whichever text's has some.
function inDraft({ kind, one, other }) {
  if (kind === "same") return [/\s$/.test(other) && !/\s$/.test(one) ? other : one];
  return kind === "gone" ? setApart("del", one) : setApart("ins", other);
}

function lengthOf(text) {
  const words = text.trim() ? text.trim().split(/\s+/).length : 0;
  return `${words} ${words === 1 ? "word" : "words"} · ${Array.from(text).length} characters`;
}

// What was typed and not saved, by example: it outlives going back, a reload and a killed server.
class Typed {
  constructor(frame) {
    this.frame = frame;
    this.here = new Map();
  }

  name(id) {
    return `${this.frame.outbox.name}.typed.${id}`;
  }

  get(id) {
    try {
      return JSON.parse(sessionStorage.getItem(this.name(id))) ?? this.here.get(id) ?? null;
    } catch {
      return this.here.get(id) ?? null; // storage is switched off or holds something else
    }
  }

  set(id, typed) {
    this.here.set(id, typed);
    try {
      sessionStorage.setItem(this.name(id), JSON.stringify(typed));
    } catch {
      // storage is switched off or full: the page's memory still has it
    }
  }

  drop(id) {
    this.here.delete(id);
    try {
      sessionStorage.removeItem(this.name(id));
    } catch {
      // storage is switched off: nothing was kept there
    }
  }
}
