// Spans: stretches of the text, each with a label, marked with the mouse or from the keyboard.

const HUES = ["primary", "green", "orange", "red", "violet", "blue", "yellow", "gray"]; // as in palette.py
const NUDGES = { "[": ["start", -1], "{": ["start", 1], "]": ["end", 1], "}": ["end", -1] };

class Spans {
  rows = [["← → ↑ ↓", "Go from word to word"], ["Shift ← →", "Take more words, or fewer"], ["1 – 9, a – z", "Mark them, or change the span's label"], ["/", "Find a label"], ["Tab", "Go from span to span"], ["Delete", "Take the span away"], ["[ ]", "One character more, to the left or the right"], ["{ }", "One character less"], ["Alt + drag", "Mark single characters"], ["Ctrl Z", "Undo a mark"], ["Enter", "Save"], ["Esc", "Let go"]];
  fields = {};
  repeats = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "[", "]", "{", "}"]; // held down, they go on

  constructor(frame) {
    this.frame = frame;
    this.card = frame.part("card");
    this.known = new WeakMap(); // the marks of every card seen: what was begun is there when it comes back
    this.listen();
    frame.press("save-spans", () => this.save());
    frame.press("remove-span", () => this.remove());
    frame.press("undo-mark", () => this.goBack());
  }

  listen() {
    this.card.addEventListener("mousedown", () => this.marks && this.takeDrag());
    this.card.addEventListener("focusin", (event) => this.focus(this.nodes?.get(event.target)));
    document.addEventListener("copy", (event) => {
      if (!this.marks || !this.picked || `${document.getSelection()}`) return;
      event.clipboardData.setData("text/plain", this.marks.words(this.picked));
      event.preventDefault();
    });
  }

  draw(card, restored) {
    this.marks = restored?.action === "answer" ? new Marks(card.text, read(restored.answer)) : (this.known.get(card) ?? new Marks(card.text, card.spans));
    this.known.set(card, this.marks);
    this.letGo();
    this.card.dir = "auto";
    this.hues = new Map(this.frame.labels.names.map((label, index) => [label, `var(--st-${HUES[index % HUES.length]}-color)`]));
    for (const [label, button] of this.frame.labels.buttons) button.style.setProperty("--hue", this.hues.get(label));
    this.hand = this.hues.size === 1 ? this.frame.labels.names[0] : null; // the label a drag marks with at once
    this.frame.labels.mark(null, null, null);
    this.render();
    this.frame.hear(this.inWords());
  }

  clear() {
    this.marks = null;
    this.card.removeAttribute("dir");
    for (const button of this.frame.labels.buttons.values()) button.classList.remove("in-hand");
  }

  // ---- what is picked ---------------------------------------------------------------------------

  letGo() {
    this.picked = this.anchor = this.head = this.focused = null;
  }

  focus(span) {
    if (!span || span === this.focused) return;
    this.letGo();
    this.focused = span;
    this.render();
  }

  pickUp(stretch) {
    this.letGo();
    this.picked = this.anchor = this.head = stretch;
    this.render();
    this.say(this.marks.words(stretch));
  }

  // From word to word; with Shift the words from where it began are picked.
  move(word, extend) {
    if (!word) return;
    const anchor = (extend && this.anchor) || word;
    this.pickUp({ start: Math.min(anchor.start, word.start), end: Math.max(anchor.end, word.end) });
    Object.assign(this, { anchor, head: word });
    this.card.querySelector(".picked")?.scrollIntoView({ block: "nearest" });
  }

  get at() {
    return this.head ?? this.focused;
  }

  // ---- the mouse --------------------------------------------------------------------------------

  takeDrag() {
    const done = (event) => {
      // After the browser has made a selection of the last click.
      setTimeout(() => this.marks && this.dragged(event.altKey));
    };
    document.addEventListener("mouseup", done, { once: true });
  }

  dragged(exact) {
    const stretch = this.selected();
    if (!stretch) return this.clicked();
    this.selection.removeAllRanges();
    const picked = exact ? this.marks.whole(stretch) : this.marks.snapped(stretch);
    if (picked.start === picked.end) return undefined;
    this.pickUp(picked);
    return this.hand ? this.mark(this.hand) : undefined;
  }

  clicked() {
    if (!this.picked && (!this.focused || this.card.contains(this.active))) return;
    if (this.nodes.get(this.active) === this.focused && this.focused) return;
    this.letGo();
    this.render();
  }

  get root() {
    return this.card.getRootNode();
  }

  get active() {
    return this.root.activeElement;
  }

  // Only Chromium asks the shadow root; others ask the document.
  get selection() {
    return this.root.getSelection?.() ?? document.getSelection();
  }

  selected() {
    const { selection } = this;
    if (!selection?.rangeCount) return null;
    const range = selection.getComposedRanges?.({ shadowRoots: [this.root] })[0] ?? selection.getRangeAt(0);
    const start = this.place(range.startContainer, range.startOffset);
    const end = this.place(range.endContainer, range.endOffset);
    return start < end ? { start, end } : null;
  }

  // Where a place of the page is in the text; what lies outside is its beginning or its end.
  place(node, offset) {
    if (!this.card.contains(node)) return this.card.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING ? this.marks.text.length : 0;
    const range = document.createRange();
    range.setStart(this.card, 0);
    range.setEnd(node, offset);
    return range.toString().length;
  }
