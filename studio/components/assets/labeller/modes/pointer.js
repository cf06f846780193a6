// Between places in a text and places on the page: what the mouse has taken, and which word lies on the next line.

class Pointer {
  constructor(mode) {
    this.mode = mode;
    this.card = mode.card;
    this.card.addEventListener("mousedown", (event) => this.press(event));
    this.card.addEventListener("copy", (event) => this.copy(event));
  }

  get root() {
    return this.card.getRootNode();
  }

  // Only Chromium asks the shadow root; others ask the document.
  get selection() {
    return this.root.getSelection?.() ?? document.getSelection();
  }

  press(event) {
    if (!this.mode.marks) return;
    this.pressed = event.target.closest("mark");
    // A drag may end anywhere; the browser has its selection only after the event.
    document.addEventListener("mouseup", ({ altKey }) => setTimeout(() => this.mode.marks && this.release(altKey)), { once: true });
  }

  release(exact) {
    const { mode } = this;
    const stretch = this.taken(exact);
    if (stretch) {
      mode.pickUp(stretch);
      if (mode.hand) mode.mark(stretch, mode.hand);
    } else if (!mode.text.nodes.has(this.pressed)) mode.rest();
  }

  // What is selected in the text, in whole words, or exactly; the browser's own selection is let go.
  taken(exact = false) {
    const { marks } = this.mode;
    const { selection } = this;
    const stretch = this.selected(selection);
    if (!stretch) return null;
    selection.removeAllRanges();
    const taken = exact ? marks.whole(stretch) : marks.snapped(stretch);
    return taken.start < taken.end ? taken : null;
  }

  selected(selection) {
    if (!selection?.rangeCount) return null;
    const range = selection.getComposedRanges?.({ shadowRoots: [this.root] })[0] ?? selection.getRangeAt(0);
    const ours = [range.startContainer, range.endContainer].some((node) => this.card.contains(node));
    const stretch = { start: this.place(range.startContainer, range.startOffset), end: this.place(range.endContainer, range.endOffset) };
    return ours && stretch.start < stretch.end ? stretch : null;
  }

  // Where a place of the page is in the text; what lies outside is its beginning or its end.
  place(node, offset) {
    if (!this.card.contains(node)) return this.card.compareDocumentPosition(node) & Node.DOCUMENT_POSITION_FOLLOWING ? this.mode.marks.text.length : 0;
    const range = document.createRange();
    range.setStart(this.card, 0);
    range.setEnd(node, offset);
    return range.toString().length;
  }

  // What is picked is drawn by us, so that the browser does not know what to copy.
  copy(event) {
    const { marks, picked } = this.mode;
    if (!marks || !picked || this.selected(this.selection)) return;
    event.clipboardData.setData("text/plain", marks.words(picked));
    event.preventDefault();
  }

  // The word above or below: the nearest one of the next line that has any.
  lineOf(stretch, step) {
    const from = this.box(stretch);
    const { stops } = this.mode.marks;
    const ahead = step > 0 ? stops.filter(({ start }) => start >= stretch.end) : stops.filter(({ end }) => end <= stretch.start).reverse();
    let [best, line] = [null, null];
    for (const word of ahead) {
      const box = this.box(word);
      if (Math.abs(box.top - from.top) < from.height / 2) continue;
      line ??= box;
      if (Math.abs(box.top - line.top) > line.height / 2) break;
      const away = Math.abs(box.left + box.right - from.left - from.right);
      if (!best || away < best.away) best = { word, away };
    }
    return best?.word ?? null;
  }

  box({ start, end }) {
    const range = document.createRange();
    range.setStart(...this.node(start));
    range.setEnd(...this.node(end));
    return range.getClientRects()[0] ?? range.getBoundingClientRect();
  }

  // The text node, and the place in it, of a place in the text.
  node(unit) {
    const walker = document.createTreeWalker(this.card, NodeFilter.SHOW_TEXT);
    let at = 0;
    while (walker.nextNode()) {
      const { length } = walker.currentNode;
      if (unit <= at + length) return [walker.currentNode, unit - at];
      at += length;
    }
    return [this.card, this.card.childNodes.length];
  }
}
