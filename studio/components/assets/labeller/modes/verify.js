// Verify: yes or no to a suggestion, the fastest question. With two labels no is the other one; with more it only says
// that this one is wrong, and the example comes again to be chosen for.

class Verify {
  fields = {};

  constructor(frame) {
    this.frame = frame;
    frame.press("yes", () => this.yes());
    frame.press("no", () => this.no());
  }

  get rows() {
    return [["y", "Yes"], ["Enter", "Yes"], ["n", "No"], [this.frame.labels.range, "No, it is this one"], ["/", "Find a label"]];
  }

  draw(card, restored) {
    const { frame } = this;
    const sure = card.suggestion_confidence;
    frame.part("asked").textContent = card.suggestion;
    frame.part("sure").textContent = sure === null ? "" : `suggested ${Math.round(sure * 100)} %`;
    const said = restored?.action === "refuse" ? "no" : restored?.answer === card.suggestion ? "yes" : null;
    for (const name of ["yes", "no"]) frame.part(name).classList.toggle("said", said === name);
    const other = restored?.action === "answer" && said === null ? restored.answer : null;
    frame.labels.mark(null, null, other);
    frame.part("choice").hidden = frame.part("or-other").hidden = frame.labels.names.length < 3; // no says it
    frame.hear(`Is this ${card.suggestion}?`);
  }

  yes() {
    this.frame.decide("answer", { answer: this.frame.card.suggestion });
  }

  no() {
    const { card, labels } = this.frame;
    const others = labels.names.filter((label) => label !== card.suggestion);
    if (others.length === 1) this.frame.decide("answer", { answer: others[0] });
    else this.frame.decide("refuse", { answer: card.suggestion });
  }

  pick(label) {
    this.frame.decide("answer", { answer: label });
  }

  command(event) {
    const acts = { y: () => this.yes(), Enter: () => this.yes(), n: () => this.no() };
    return acts[keyName(event)] ?? null;
  }

  clear() {}
}
