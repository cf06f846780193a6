// Write: a text, starting from the draft.

class Write {
  rows = [["Enter", "Edit the text"], ["Ctrl Enter", "Save the text"]];

  // What keys mean inside its own fields; everything else typed there is text.
  fields = {
    draft: (event, field) => event.key === "Escape" && this.frame.take(event, () => field.blur()),
  };

  constructor(frame) {
    this.frame = frame;
    frame.press("save", () => this.save());
  }

  draw(card, restored) {
    this.frame.part("draft").value = restored?.answer ?? card.suggestion ?? "";
  }

  // What was typed and not saved, to be there again after going back to another example.
  unsaid() {
    return { answer: this.frame.part("draft").value };
  }

  save() {
    const draft = this.frame.part("draft");
    if (draft.value.trim()) this.frame.decide("answer", { answer: draft.value });
    else draft.focus();
  }

  // Keys with Ctrl or Command held; the frame asks for these in its fields too.
  chord(event) {
    return event.key === "Enter" ? () => this.save() : null;
  }

  command(event) {
    return event.key === "Enter" ? () => this.frame.part("draft").focus() : null;
  }

  clear() {
    this.frame.part("draft").value = "";
  }
}
