// The last ten decisions of this tab: to go back to, and to undo in any order.

const UNDO_DEPTH = 10;

class History {
  constructor(frame) {
    this.frame = frame;
    this.entries = [];
    this.dialog = frame.part("history");
    frame.press("past", () => this.open());
    frame.press("close-history", () => this.dialog.close());
  }

  get last() {
    return this.entries.at(-1);
  }

  // One entry an example: an undo takes back its latest decision, so an older one has nothing to undo.
  add(entry) {
    const others = this.entries.filter((other) => other.card.id !== entry.card.id);
    this.entries = [...others, entry].slice(-UNDO_DEPTH);
  }

  drop(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  forget(id) {
    this.entries = this.entries.filter((entry) => entry.card.id !== id);
  }

  open() {
    if (!this.entries.length) return;
    this.frame.part("historylist").replaceChildren(...this.entries.map((entry) => this.row(entry)).reverse());
    this.dialog.showModal();
  }

  row(entry) {
    const text = element("span", { className: "said-on" }, entry.card.text.slice(0, 200));
    const again = element("button", { type: "button", className: "again" }, text, element("b", {}, inWords(entry)));
    const undo = element("button", { type: "button" }, "Undo");
    undo.setAttribute("aria-label", `Undo ${inWords(entry)}: ${entry.card.text.slice(0, 80)}`);
    again.addEventListener("click", () => this.leave(() => this.frame.revisit(entry)));
    undo.addEventListener("click", () => this.leave(() => this.frame.undo(entry)));
    return element("li", {}, again, undo);
  }

  leave(act) {
    this.dialog.close();
    act();
  }

  typed(event) {
    const rows = [...this.dialog.querySelectorAll("li")];
    const at = rows.findIndex((row) => row.contains(event.composedPath()[0]));
    const acts = {
      h: () => this.dialog.close(),
      u: () => rows[Math.max(at, 0)]?.lastElementChild.click(),
      ArrowDown: () => rows[Math.min(at + 1, rows.length - 1)]?.firstElementChild.focus(),
      ArrowUp: () => rows[Math.max(at - 1, 0)]?.firstElementChild.focus(),
    };
    const act = acts[keyName(event)];
    if (act) this.frame.take(event, act);
  }
}

function inWords(entry) {
  if (entry.card.mode === "spans" && entry.action === "answer") return inSpans(entry.answer, entry.card.text);
  const words = { skip: "Skipped", refuse: `Not ${entry.answer}` };
  return words[entry.action] ?? entry.answer ?? entry.action;
}
