// A text on the page with its spans: the nodes they are drawn as, and which of them has the focus.

class SpanText {
  constructor(card) {
    this.card = card;
    this.nodes = new Map(); // node to span
  }

  get active() {
    return this.card.getRootNode().activeElement;
  }

  draw(marks, picked, hues) {
    this.within = this.card.contains(this.active);
    this.nodes = new Map();
    this.card.replaceChildren(...piecesOf(marks.text, marks.spans, picked).map((piece) => this.piece(marks, piece, hues)));
  }

  piece(marks, { start, end, over, picked }, hues) {
    const words = marks.text.slice(start, end);
    const inner = picked ? element("span", { className: "picked" }, words) : document.createTextNode(words);
    return over.toReversed().reduce((within, span) => this.node(marks, span, { start, end }, within, hues), inner);
  }

  // A span is drawn in pieces where another begins or ends; its first piece speaks for all of it.
  node(marks, span, { start, end }, within, hues) {
    const [first, last] = [span.start === start, span.end === end];
    const node = element("mark", { className: `span${first ? " first" : ""}${last ? " last" : ""}`, tabIndex: first ? 0 : -1 }, within);
    node.dataset.label = span.label;
    node.style.setProperty("--hue", hues.get(span.label) ?? "var(--st-gray-color)");
    if (first) {
      const said = `${span.label}: ${marks.words(span)}, ${marks.spans.indexOf(span) + 1} of ${marks.spans.length}`;
      for (const [name, value] of [["role", "group"], ["aria-roledescription", "span"], ["aria-label", said]]) node.setAttribute(name, value);
    }
    this.nodes.set(node, span);
    return node;
  }

  // Moves no node: a drag may have begun on one.
  point(focused, picked) {
    for (const [node, span] of this.nodes) node.classList.toggle("current", span === focused);
    if (!picked) for (const node of this.card.querySelectorAll(".picked")) node.classList.remove("picked");
  }

  // After drawing, who had the focus has it again; it is taken from no field or button.
  takeFocus(span) {
    if (!this.within && this.active) return;
    const node = span ? this.nodeOf(span) : this.within ? this.card : null;
    node?.focus({ preventScroll: true });
  }

  nodeOf(span) {
    return [...this.nodes].find(([, drawn]) => drawn === span)?.[0] ?? this.card;
  }
}
