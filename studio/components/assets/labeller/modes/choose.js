// Choose: one label of several, with what is suggested marked.

class Choose {
  rows = [["1 – 9, a – z", "Give the label"], ["/", "Find a label"], ["Enter", "Take the suggestion"]];
  fields = {};

  constructor(frame) {
    this.frame = frame;
  }

  draw(card, restored) {
    this.frame.labels.mark(card.suggestion, card.suggestion_confidence, restored?.action === "answer" ? restored.answer : null);
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
