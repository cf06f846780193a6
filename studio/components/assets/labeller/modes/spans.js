// Spans: stretches of the text, each with a label, marked with the mouse or from the keyboard.

const HUES = ["primary", "green", "orange", "red", "violet", "blue", "yellow", "gray"]; // as in palette.py
const ARROWS = { ArrowRight: ["word", 1], ArrowLeft: ["word", -1], ArrowDown: ["line", 1], ArrowUp: ["line", -1] };
const QUOTED = 40; // characters of what is picked
const NUDGES = { "[": ["start", -1], "{": ["start", 1], "]": ["end", 1], "}": ["end", -1] };

class Spans {
  rows = [["← → ↑ ↓", "Go from word to word"], ["Shift ← →", "Take more words, or fewer"], ["1 – 9, a – z", "Mark them, or change the span's label"], ["Shift 1 – 9, a – z", "Mark them over another span"], ["/", "Find a label"], ["Tab", "Go from span to span"], ["Delete", "Take the span away"], ["[ ]", "One character more, to the left or the right"], ["{ }", "One character less"], ["Alt + drag", "Mark single characters"], ["Ctrl Z", "Undo a mark"], ["Enter", "Save"], ["Esc", "Let go"]];
  fields = {};
  repeats = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "[", "]", "{", "}"]; // held down, they go on

  constructor(frame) {
    this.frame = frame;
    this.card = frame.part("card");
    this.desk = this.card.closest(".labeller");
    this.known = new WeakMap(); // the marks on every card seen: what was begun is there when it comes back
    this.pointer = new Pointer(this);
    this.text = new SpanText(this.card);
    this.letGo();
    this.card.addEventListener("focusin", (event) => this.marks && this.focus(this.text.nodes.get(event.target)));
    frame.press("save-spans", () => this.save());
    frame.press("remove-span", () => this.remove());
    frame.press("undo-mark", () => this.back("undo"));
  }

  draw(card, restored) {
    const { labels } = this.frame;
    const said = restored?.action === "answer" ? spansOf(restored.answer) : null;
    this.marks = said ? new Marks(card.text, said) : (this.known.get(card) ?? new Marks(card.text, card.spans));
    this.known.set(card, this.marks);
    this.card.dir = "auto";
    this.hues = new Map(labels.names.map((label, index) => [label, `var(--st-${HUES[index % HUES.length]}-color)`]));
    for (const [label, button] of labels.buttons) button.style.setProperty("--hue", this.hues.get(label));
    labels.mark(null, null, null);
    this.letGo();
    this.takeInHand(labels.names.length === 1 ? labels.names[0] : null);
    this.render();
    this.frame.hear(card.suggestion === null && !said ? "" : this.inWords());
  }

  clear() {
    this.marks = null;
    this.card.removeAttribute("dir");
    this.takeInHand(null);
  }

  // ---- what is picked ---------------------------------------------------------------------------

  letGo() {
    this.picked = this.anchor = this.head = this.focused = null;
  }

  // Moves no node of the page: a drag may have begun on one.
  focus(span) {
    if (!span || span === this.focused) return;
    this.letGo();
    this.focused = span;
    this.drawFocus();
  }

  pickUp(stretch, anchor = stretch, head = stretch) {
    this.letGo();
    Object.assign(this, { picked: stretch, anchor, head });
    this.render();
    this.card.querySelector(".picked")?.scrollIntoView({ block: "nearest" });
    this.say(this.marks.words(stretch));
  }

  // From word to word; with Shift, all the words from where it began.
  move(word, extend) {
    if (!word) return;
    const anchor = (extend && this.anchor) || word;
    this.pickUp({ start: Math.min(anchor.start, word.start), end: Math.max(anchor.end, word.end) }, anchor, word);
  }

  // The label that a drag marks with at once.
  takeInHand(label) {
    this.hand = label;
    for (const [name, button] of this.frame.labels.buttons) button.classList.toggle("in-hand", name === label);
  }

  // ---- what is done -----------------------------------------------------------------------------

  pick(label) {
    const stretch = this.picked ?? this.pointer.taken();
    if (stretch) this.mark(stretch, label);
    else if (this.focused) this.changed(this.marks.relabel(this.focused, label), label);
    else {
      this.takeInHand(label === this.hand && this.hues.size > 1 ? null : label);
      this.drawState();
    }
  }

  mark(stretch, label, over = false) {
    this.changed(this.marks.put(stretch, label, over), label);
    if (this.hand) this.rest(); // the next drag marks the next span
  }

  changed(span, said) {
    this.letGo();
    this.focused = span;
    this.render();
    this.say(`${said}: ${this.marks.words(span)}`);
  }

  remove() {
    const gone = this.gone;
    if (!gone.length) return;
    this.marks.remove(gone);
    this.letGo();
    this.head = { start: gone[0].start, end: gone[0].start }; // arrows go on from here
    this.render();
    this.say(`Removed ${gone.map((span) => this.marks.words(span)).join(", ")}`);
  }

  get gone() {
    if (this.focused) return [this.focused];
    return this.picked ? this.marks.touching(this.picked) : [];
  }

  nudge([edge, step]) {
    if (this.picked) {
      const moved = this.marks.moved(this.picked, edge, step);
      if (moved) this.pickUp(moved);
      return;
    }
    const span = this.focused && this.marks.nudge(this.focused, edge, step);
    if (span) this.changed(span, span.label);
  }

  back(way) {
    const { focused } = this;
    if (!this.marks[way]()) return;
    this.letGo();
    this.focused = focused && (this.marks.touching(focused)[0] ?? null);
    this.render();
    this.say(this.inWords());
  }

  rest() {
    this.letGo();
    this.render();
  }

  save() {
    this.frame.decide("answer", { answer: this.marks.answer });
  }

  // ---- keys -------------------------------------------------------------------------------------

  command(event, target) {
    if (target !== document.body && !this.desk.contains(target)) return null;
    const { key, shiftKey } = event;
    if (ARROWS[key]) return () => this.move(this.beside(ARROWS[key]), shiftKey);
    if (NUDGES[key]) return () => this.nudge(NUDGES[key]);
    if (key === "Tab") return target === document.body && this.marks.spans.length ? () => this.text.nodeOf(this.marks.spans.at(shiftKey ? -1 : 0)).focus() : null;
    const over = shiftKey && this.picked ? this.frame.labels.keys.get(unshifted(event)) : undefined;
    if (over !== undefined) return () => this.mark(this.picked, over, true);
    const acts = { Enter: () => this.save(), Delete: () => this.remove(), Backspace: () => this.remove() };
    return acts[key] ?? (this.holds(key) ? () => this.release() : null);
  }

  // Keys with Ctrl, Command or Alt held. Brackets need AltGr on some keyboards.
  chord(event) {
    const { key, shiftKey } = event;
    if (isTyping(event.composedPath()[0])) return null;
    if (NUDGES[key]) return () => this.nudge(NUDGES[key]);
    if (event.altKey) return ["ArrowLeft", "ArrowRight"].includes(key) ? () => this.nudge(this.edge(key, shiftKey)) : null;
    const way = { z: shiftKey ? "redo" : "undo", y: "redo" }[key.toLowerCase()];
    return way ? () => this.back(way) : null;
  }

  // Whether Enter or Escape mean something here that is more than to leave the card.
  holds(key) {
    if (key === "Enter") return this.marks.past.length > 0;
    return key === "Escape" && Boolean(this.picked || this.focused || (this.hand && this.hues.size > 1));
  }

  release() {
    if (!this.picked && !this.focused) this.takeInHand(null);
    this.rest();
  }

  get forwards() {
    return getComputedStyle(this.card).direction === "rtl" ? "ArrowLeft" : "ArrowRight";
  }

  beside([way, step]) {
    const from = this.head ?? this.focused;
    if (way === "line") return from ? this.pointer.lineOf(from, step) : this.marks.neighbour(null, step);
    return this.marks.neighbour(from, this.forwards === "ArrowRight" ? step : -step);
  }

  // The arrow says which way an edge goes: outwards, or with Shift inwards.
  edge(key, inwards) {
    const step = key === this.forwards ? 1 : -1;
    return [step > 0 === inwards ? "start" : "end", step];
  }

  // ---- drawing ----------------------------------------------------------------------------------

  render() {
    this.text.draw(this.marks, this.picked, this.hues);
    this.drawFocus();
    this.text.takeFocus(this.focused);
  }

  drawFocus() {
    this.text.point(this.focused, this.picked);
    this.drawState();
  }

  drawState() {
    const { part } = this.frame;
    part("span-count").textContent = this.marks.spans.length ? `Save ${counted(this.marks.spans.length)}` : "Nothing to mark";
    part("remove-span").disabled = !this.gone.length;
    part("undo-mark").disabled = !this.marks.past.length;
    part("span-said").textContent = this.state;
  }

  get state() {
    if (this.picked) return `${this.quoted(this.picked)}: which label?`;
    if (this.focused) return `${this.quoted(this.focused)} is ${this.focused.label}`;
    return this.hand ? `Drag over words to mark them as ${this.hand}` : "Select words, then a label";
  }

  // Isolated: words that run from right to left turn nothing round but themselves.
  quoted(stretch) {
    const characters = Array.from(this.marks.words(stretch).replace(/\s+/g, " "));
    return `\u2068“${characters.length > QUOTED ? `${characters.slice(0, QUOTED).join("")}…` : characters.join("")}”\u2069`;
  }

  inWords() {
    return inSpans(this.marks.answer, this.marks.text);
  }

  say(words) {
    this.frame.part("heard-spans").textContent = words;
  }
}

function unshifted({ code, key }) {
  return /^Digit[1-9]$/.test(code) ? code.at(-1) : key.toLowerCase();
}

function counted(number) {
  return `${number} ${number === 1 ? "span" : "spans"}`;
}
