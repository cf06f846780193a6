// Choose: one label of several, with what is suggested marked.

class Choose {
  fields = {};

  constructor(frame) {
    this.frame = frame;
  }

  get rows() {
    return [[this.frame.labels.range, "Give the label"], ["/", "Find a label"], ["Enter", "Take the suggestion"]];
  }

  draw(card, restored) {
    const { labels, back } = this.frame;
    const suggestion = back ? null : card.suggestion; // gone back to, Enter keeps what was said
    labels.mark(suggestion, card.suggestion_confidence, restored?.action === "answer" ? restored.answer : null);
    this.frame.hear(card.suggestion ? `Suggested: ${card.suggestion}.` : "");
  }

  pick(label) {
    this.frame.decide("answer", { answer: label });
  }

  command(event) {
    const { card, labels } = this.frame;
    return event.key === "Enter" && card.suggestion ? () => labels.pick(card.suggestion) : null;
  }

  clear() {
    this.frame.labels.mark(null, null, null);
  }
}
