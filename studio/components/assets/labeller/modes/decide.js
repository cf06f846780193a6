// Decide: which of the answers people gave stands, or another one. Who gave which is hidden until asked for.

const LETTERS = LABEL_KEYS.filter((key) => !/[1-9]/.test(key) && !"rex".includes(key));

class Decide {
  rows = [["1 – 9", "Decide for an answer given"], ["a – z", "Decide for another label"], ["/", "Find a label"], ["r", "Show or hide who said what"], ["e", "Write another response"], ["Ctrl Enter", "Decide for what is written"], ["x", "Exclude the example"]];

  // What keys mean inside its own fields; everything else typed there is text.
  fields = {
    "find-other": (event) => this.finding(event),
    decided: (event, field) => event.key === "Escape" && this.frame.take(event, () => field.blur()),
  };

  constructor(frame) {
    this.frame = frame;
    this.find = frame.part("find-other");
    this.find.addEventListener("input", () => this.filter());
    this.field = frame.part("decided");
    frame.press("reveal", () => this.reveal(!this.revealed));
    frame.press("write-other", () => this.write());
    frame.press("save-decided", () => this.save());
    frame.press("exclude", () => this.exclude());
    this.clear();
  }

  draw(card, restored) {
    const given = new Set(card.answers.map(({ answer }) => answer));
    this.answers = card.answers;
    this.others = this.frame.labels.names.filter((label) => !given.has(label) && !this.marks(card));
    const said = restored?.action === "decide" ? restored.answer : null;
    this.frame.part("given").replaceChildren(...card.answers.map((one, index) => this.button(card, one, index, said)));
    this.frame.part("silent").replaceChildren(...card.unanswered.map((one) => this.voice(one, one.did)));
    this.frame.part("silent").hidden = !card.unanswered.length;
    this.drawOthers(said);
    this.frame.part("write-other").hidden = this.frame.labels.names.length > 0;
    this.open(said !== null && !given.has(said) && !this.others.includes(said) ? said : null);
    this.reveal(false);
    this.frame.hear(card.answers.map(({ answer, voices }, index) => `${index + 1}: ${this.marks(card) ? inSpans(answer, card.text) : answer}, ${people(voices.length)}`).join(". "));
  }

  // Answers that are spans are shown in the text.
  marks(card) {
    return card.answers.some(({ spans }) => spans !== null);
  }

  decide(answer) {
    this.frame.decide("decide", { answer });
  }

  exclude() {
    this.frame.decide("exclude");
  }

  // ---- who said what ----------------------------------------------------------------------------

  reveal(shown) {
    this.revealed = shown;
    this.frame.part("reveal").setAttribute("aria-pressed", shown);
    this.frame.part("reveal").firstChild.textContent = shown ? "Hide names " : "Show names ";
    for (const node of this.names) node.hidden = !shown;
  }

  get names() {
    return this.frame.part("decide").querySelectorAll(".name-of");
  }

  // ---- writing another --------------------------------------------------------------------------

  write() {
    this.open(this.field.value || this.answers[0]?.answer || "");
    this.field.focus();
  }

  open(text) {
    this.field.value = text ?? "";
    this.frame.part("deciding").hidden = text === null;
  }

  save() {
    if (this.field.value.trim()) this.decide(this.field.value);
    else this.field.focus();
  }

  // ---- finding another label --------------------------------------------------------------------

  finding(event) {
    if (event.key === "Escape") this.frame.take(event, () => this.leaveFind());
    if (event.key === "Enter") this.frame.take(event, () => this.take());
  }

  openFind() {
    this.find.hidden = false;
    this.find.focus();
  }

  leaveFind() {
    this.find.value = "";
    this.filter();
    this.find.blur();
  }

  get found() {
    const typed = plain(this.find.value);
    const matches = this.others.filter((label) => plain(label).includes(typed));
    return typed ? (matches.find((label) => plain(label).startsWith(typed)) ?? matches[0]) : undefined;
  }

  take() {
    const { found } = this;
    if (found === undefined) return;
    this.leaveFind();
    this.decide(found);
  }

  filter() {
    const typed = plain(this.find.value);
    const { found } = this;
    for (const [label, button] of this.buttons) {
      button.hidden = !plain(label).includes(typed);
      button.classList.toggle("found", label === found);
    }
    this.frame.part("heard-find").textContent = found ?? (typed ? "No label is called that." : "");
  }

  // ---- keys -------------------------------------------------------------------------------------

  // Keys with Ctrl or Command held; the frame asks for these in its fields too.
  chord(event) {
    return event.key === "Enter" && !this.frame.part("deciding").hidden ? () => this.save() : null;
  }

  command(event) {
    const key = keyName(event);
    const given = /^[1-9]$/.test(key) && this.answers[key - 1];
    if (given) return () => this.decide(given.answer);
    const other = LETTERS.includes(key) && this.others[LETTERS.indexOf(key)];
    if (other) return () => this.decide(other);
    if (key === "e" && this.frame.labels.names.length) return null;
    const acts = { r: () => this.reveal(!this.revealed), e: () => this.write(), x: () => this.exclude(), "/": this.others.length ? () => this.openFind() : null };
    return acts[key] ?? null;
  }

  clear() {
    Object.assign(this, { answers: [], others: [], buttons: new Map() });
    this.open(null);
    this.reveal(false);
  }

  // ---- drawing ----------------------------------------------------------------------------------

  button(card, { answer, spans, voices }, index, said) {
    const label = !spans && this.frame.labels.names.length;
    const words = element("div", { className: label ? "name" : "response" }, ...(label ? breakable(answer) : spans ? this.inText(card.text, spans) : [answer]));
    const count = element("span", { className: "count" }, people(voices.length));
    const key = index < 9 ? [element("kbd", {}, `${index + 1}`)] : [];
    const button = element("button", { type: "button", className: `answer${answer === said ? " said" : ""}` }, ...key, words, count);
    if (index < 9) button.setAttribute("aria-keyshortcuts", `${index + 1}`);
    button.addEventListener("click", () => this.decide(answer));
    return element("div", { className: "given-answer" }, button, ...voices.map((voice) => this.voice(voice)));
  }

  // A note is always shown; whose it is, and those without a note, only with the names.
  voice({ name, note }, did = "") {
    const who = element("b", { className: "name-of", hidden: !this.revealed }, name, did || note ? " " : "");
    const words = [did, note].filter(Boolean).join(": ");
    return element("p", { className: `voice${words ? "" : " name-of"}`, hidden: !words && !this.revealed }, who, words);
  }

  inText(text, spans) {
    if (!spans.length) return [element("span", { className: "nothing" }, "Nothing to mark")];
    const { names } = this.frame.labels;
    const marks = new Marks(text, spans);
    const node = (span, start, end, within) => {
      const made = element("mark", { className: `span${span.start === start ? " first" : ""}${span.end === end ? " last" : ""}` }, within);
      made.dataset.label = span.label;
      made.style.setProperty("--hue", `var(--st-${HUES[Math.max(0, names.indexOf(span.label)) % HUES.length]}-color)`);
      return made;
    };
    return piecesOf(text, marks.spans, null).map(({ start, end, over }) => over.toReversed().reduce((within, span) => node(span, start, end, within), text.slice(start, end)));
  }

  drawOthers(said) {
    const keyOf = (index) => (index < LETTERS.length ? [element("kbd", {}, LETTERS[index])] : []);
    this.buttons = new Map(this.others.map((label, index) => [label, element("button", { type: "button", title: label, className: label === said ? "said" : "" }, ...keyOf(index), element("span", { className: "words" }, element("span", { className: "name" }, ...breakable(label))))]));
    for (const [label, button] of this.buttons) button.addEventListener("click", () => this.decide(label));
    const box = this.frame.part("others");
    box.replaceChildren(...this.buttons.values());
    box.classList.toggle("many", this.others.length >= FIND_FROM);
    this.frame.part("other-labels").hidden = !this.others.length;
    this.find.value = "";
    this.find.hidden = this.others.length < FIND_FROM;
  }
}

function people(number) {
  return number === 1 ? "1 person" : `${number} people`;
}
