// The labels as buttons, the key of each, and finding one by its name. Modes that have `pick(label)` show them.

const FIND_FROM = 13; // more labels than a glance takes in: offer to find one by name
const FLASH_MS = 120;

class Labels {
  constructor(frame) {
    this.frame = frame;
    this.names = [];
    this.buttons = new Map();
    this.keys = new Map();
    this.marked = [];
    this.found = null;
    this.field = frame.part("find");
    this.field.addEventListener("input", () => this.filter());
    frame.press("offer", () => this.pick(this.marked[0]));
  }

  // For the help: the keys there are, as a reader would say them.
  get range() {
    const letters = [...this.keys.keys()].filter((key) => /[a-z]/.test(key));
    const digits = this.keys.size - letters.length;
    return [digits > 1 ? `1 – ${digits}` : "1", letters.length > 1 ? `a – ${letters.at(-1)}` : letters[0]].filter(Boolean).join(", ");
  }

  get many() {
    return this.names.length >= FIND_FROM;
  }

  // Whether the buttons are new ones: marks sat on those that are gone.
  draw(names) {
    if (this.drawn && names.join("\n") === this.names.join("\n")) return false;
    this.drawn = true; // a task that writes has no labels
    this.names = names;
    this.keys = keysFor(names);
    const keyOf = new Map([...this.keys].map(([key, label]) => [label, key]));
    this.buttons = new Map(names.map((label) => [label, this.button(label, keyOf.get(label))]));
    this.frame.part("labels").replaceChildren(...this.buttons.values());
    this.frame.part("labels").classList.toggle("many", this.many);
    this.field.hidden = !this.many;
    return true;
  }

  button(label, key) {
    const words = element("span", { className: "words" }, element("span", { className: "name" }, ...breakable(label)), element("span", { className: "hint" }));
    const button = element("button", { type: "button", title: label }, ...(key ? [element("kbd", {}, key)] : []), words, element("kbd", { className: "enter" }, "Enter"));
    if (key) button.setAttribute("aria-keyshortcuts", key);
    button.addEventListener("click", (event) => {
      this.pick(label);
      if (event.detail) button.blur();
    });
    return button;
  }

  pick(label) {
    const button = this.buttons.get(label);
    if (!button || !this.frame.card) return;
    button.classList.add("flash");
    setTimeout(() => button.classList.remove("flash"), FLASH_MS);
    this.frame.mode.pick(label);
  }

  // What is suggested, how sure that is, and what the person said before.
  mark(suggestion, confidence, said) {
    const sure = confidence === null ? "" : ` ${Math.round(confidence * 100)} %`;
    for (const label of new Set([...this.marked, suggestion, said])) {
      const button = this.buttons.get(label);
      if (!button) continue;
      button.classList.toggle("suggested", label === suggestion);
      button.classList.toggle("said", label === said);
      button.querySelector(".hint").textContent = label === said ? "you said" : label === suggestion ? `suggested${sure}` : "";
    }
    this.marked = [suggestion, said]; // the others are as they were: there may be a hundred
    this.frame.part("offer").hidden = !this.many || !this.buttons.has(suggestion); // its button may be out of sight
    this.frame.part("offered").textContent = `${suggestion} suggested${sure}`;
  }

  command(key) {
    if (key === "/") return () => this.openFind();
    const label = this.keys.get(key);
    return label === undefined ? null : () => this.pick(label);
  }

  // ---- finding by name --------------------------------------------------------------------------

  openFind() {
    this.field.hidden = false;
    this.field.focus();
    this.field.select();
  }

  closeFind() {
    this.field.value = "";
    this.field.hidden = !this.many;
    this.filter();
    this.field.blur();
  }

  typed(event) {
    if (event.key === "Escape") this.frame.take(event, () => this.closeFind());
    if (event.key === "Enter") this.frame.take(event, () => this.chooseFound());
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.frame.take(event, () => this.move(step));
  }

  chooseFound() {
    const { found } = this;
    if (found === null) return;
    this.closeFind();
    this.pick(found);
  }

  get matches() {
    return this.names.filter((label) => !this.buttons.get(label).hidden);
  }

  filter() {
    const typed = plain(this.field.value);
    for (const [label, button] of this.buttons) button.hidden = !plain(label).includes(typed);
    const { matches } = this;
    const first = matches.find((label) => plain(label).startsWith(typed)) ?? matches[0];
    this.point(typed && first !== undefined ? first : null);
  }

  move(step) {
    const { matches } = this;
    if (!matches.length) return;
    const at = matches.indexOf(this.found);
    this.point(matches[at < 0 && step < 0 ? matches.length - 1 : (at + step + matches.length) % matches.length]);
  }

  point(label) {
    this.buttons.get(this.found)?.classList.remove("found");
    this.found = label;
    const button = this.buttons.get(label);
    button?.classList.add("found");
    button?.scrollIntoView({ block: "nearest" });
    const { length } = this.matches;
    const heard = label === null ? (length ? "" : "No label is called that.") : `${label}, one of ${length}.`;
    this.frame.part("heard-find").textContent = heard;
  }
}
