// What differs between two texts, word by word.

const MOST_STEPS = 4_000_000; // a longer middle counts as replaced: no key waits for a difference

// Pieces { kind, one, other }: "same" words may differ in the space behind them, "gone" ones are only in the first
// text, "new" ones only in the second.
function difference(one, other) {
  const [a, b] = [wordsIn(one), wordsIn(other)];
  const shorter = Math.min(a.length, b.length);
  let start = 0;
  while (start < shorter && sameWord(a[start], b[start])) start += 1;
  let end = 0;
  while (end < shorter - start && sameWord(a[a.length - 1 - end], b[b.length - 1 - end])) end += 1;
  const middle = rewritten(a.slice(start, a.length - end), b.slice(start, b.length - end));
  return [stayed(a.slice(0, start), b.slice(0, start)), ...middle, stayed(a.slice(a.length - end), b.slice(b.length - end))].filter((piece) => piece.one || piece.other);
}

function wordsIn(text) {
  return text.match(/^\s+|\S+\s*/g) ?? [];
}

function sameWord(word, other) {
  return word.trim() === other.trim();
}

function stayed(one, other) {
  return { kind: "same", one: one.join(""), other: other.join("") };
}

function rewritten(a, b) {
  if (a.length * b.length > MOST_STEPS) return [...removed(a), ...inserted(b)];
  const kept = longestFrom(a, b);
  const width = b.length + 1;
  const pieces = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    const [fromI, fromJ] = [i, j];
    while (i < a.length && j < b.length && sameWord(a[i], b[j])) [i, j] = [i + 1, j + 1];
    if (i > fromI) pieces.push(stayed(a.slice(fromI, i), b.slice(fromJ, j)));
    const [oldI, oldJ] = [i, j];
    while ((i < a.length || j < b.length) && !(i < a.length && j < b.length && sameWord(a[i], b[j]))) {
      if (j >= b.length || (i < a.length && kept[(i + 1) * width + j] >= kept[i * width + j + 1])) i += 1;
      else j += 1;
    }
    pieces.push(...removed(a.slice(oldI, i)), ...inserted(b.slice(oldJ, j)));
  }
  return pieces;
}

function removed(words) {
  return words.length ? [{ kind: "gone", one: words.join(""), other: "" }] : [];
}

function inserted(words) {
  return words.length ? [{ kind: "new", one: "", other: words.join("") }] : [];
}

// How many words the rest of one text, from word i, has in common with the rest of the other, from word j, in order.
function longestFrom(a, b) {
  const width = b.length + 1;
  const kept = new Uint16Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      kept[i * width + j] = sameWord(a[i], b[j]) ? kept[(i + 1) * width + j + 1] + 1 : Math.max(kept[(i + 1) * width + j], kept[i * width + j + 1]);
    }
  }
  return kept;
}

// Words in an element of their own, the space behind them outside it.
function setApart(tag, words) {
  const end = words.trimEnd().length;
  return [element(tag, {}, words.slice(0, end)), words.slice(end)];
}

// How far, how fast, and whether all is saved. What is still on its way counts as done already.

class Footer {
  constructor(frame) {
    this.frame = frame;
    this.times = [];
    this.wasLate = false;
  }

  took(seconds) {
    this.times = [...this.times, seconds].slice(-20);
  }

  draw() {
    const { part, progress, outbox } = this.frame;
    const answered = gained(outbox.events, (action) => ["answer", "decide"].includes(action));
    const done = within(progress.done + answered, progress.total);
    const asked = within(progress.round_done + gained(outbox.events, (action) => action !== "undo"), progress.round_total);
    const ofRound = progress.round_total > 0;
    this.bar(ofRound ? asked : done, ofRound ? progress.round_total : progress.total);
    part("round").textContent = ofRound ? `${asked} of ${progress.round_total} in this round` : "";
    part("counts").textContent = `${done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} done · ${Math.max(progress.today + answered, 0)} today`;
    this.pace(ofRound ? progress.round_total - asked : progress.total - done);
    this.saved(outbox);
  }

  bar(done, total) {
    const bar = this.frame.part("bar");
    bar.firstElementChild.style.width = `${total ? (100 * done) / total : 0}%`;
    bar.setAttribute("aria-valuemax", total);
    bar.setAttribute("aria-valuenow", done);
  }

  pace(left) {
    const middle = median(this.times);
    const words = middle === null ? [] : [`${middle.toFixed(1)} s each`];
    if (middle !== null && left > 0) words.push(`${duration(middle * left)} left`);
    this.frame.part("pace").textContent = words.join(" · ");
  }

  saved({ events, refused, late: slow }) {
    const { part } = this.frame;
    const [back] = refused.values();
    const late = slow || refused.size > 0;
    const stored = back ? `${refused.size} not stored: ${back.reason}` : "All saved";
    const words = events.length ? `${events.length} unsaved${slow ? " · saving again…" : ""}` : stored;
    part("saved").textContent = words;
    part("saved").classList.toggle("waiting", events.length > 0);
    part("saved").classList.toggle("late", late);
    if (late !== this.wasLate) part("heard-saved").textContent = words;
    this.wasLate = late;
  }
}

// How many more are decided than the server knows of: those made, less those undone.
function gained(events, counts) {
  const made = events.filter((event) => counts(event.action));
  const undone = events.filter((event) => event.undid && counts(event.undid));
  return made.length - undone.length;
}

function within(count, total) {
  return Math.min(Math.max(count, 0), total);
}

// The project's guidelines beside the text, as plain text; shut or open is remembered by the browser.

const GUIDELINES = "tunesmith.labeller.guidelines";

class Guidelines {
  constructor(frame) {
    this.frame = frame;
    this.open = stored(GUIDELINES) !== "shut";
    frame.press("guide", () => this.toggle());
  }

  draw(text) {
    this.text = text.trim();
    this.frame.part("rules").textContent = this.text;
    this.frame.part("guide").hidden = !this.text;
    this.drawOpen();
  }

  toggle() {
    if (!this.text) return;
    this.open = !this.open;
    store(GUIDELINES, this.open ? "open" : "shut");
    this.drawOpen();
  }

  drawOpen() {
    this.frame.part("guidelines").hidden = !this.text || !this.open;
    this.frame.part("guide").setAttribute("aria-expanded", this.open);
  }
}

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is switched off
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // storage is switched off or full: it is not remembered
  }
}

// The last ten decisions of this tab: to go back to, and to undo in any order.

const UNDO_DEPTH = 10;

class History {
  constructor(frame) {
    this.frame = frame;
    this.entries = [];
    this.dialog = frame.part("history");
    frame.press("past", () => this.open());
    frame.press("close-history", () => this.dialog.close());
  }

  get last() {
    return this.entries.at(-1);
  }

  // One entry an example: an undo takes back its latest decision, so an older one has nothing to undo.
  add(entry) {
    const others = this.entries.filter((other) => other.card.id !== entry.card.id);
    this.entries = [...others, entry].slice(-UNDO_DEPTH);
  }

  drop(entry) {
    this.entries = this.entries.filter((other) => other !== entry);
  }

  forget(id) {
    this.entries = this.entries.filter((entry) => entry.card.id !== id);
  }

  open() {
    if (!this.entries.length) return;
    this.frame.part("historylist").replaceChildren(...this.entries.map((entry) => this.row(entry)).reverse());
    this.dialog.showModal();
  }

  row(entry) {
    const text = element("span", { className: "said-on" }, entry.card.text.slice(0, 200));
    const again = element("button", { type: "button", className: "again" }, text, element("b", {}, inWords(entry)));
    const undo = element("button", { type: "button" }, "Undo");
    undo.setAttribute("aria-label", `Undo ${inWords(entry)}: ${entry.card.text.slice(0, 80)}`);
    again.addEventListener("click", () => this.leave(() => this.frame.revisit(entry)));
    undo.addEventListener("click", () => this.leave(() => this.frame.undo(entry)));
    return element("li", {}, again, undo);
  }

  leave(act) {
    this.dialog.close();
    act();
  }

  typed(event) {
    const rows = [...this.dialog.querySelectorAll("li")];
    const at = rows.findIndex((row) => row.contains(event.composedPath()[0]));
    const acts = {
      h: () => this.dialog.close(),
      u: () => rows[Math.max(at, 0)]?.lastElementChild.click(),
      ArrowDown: () => rows[Math.min(at + 1, rows.length - 1)]?.firstElementChild.focus(),
      ArrowUp: () => rows[Math.max(at - 1, 0)]?.firstElementChild.focus(),
    };
    const act = acts[keyName(event)];
    if (act) this.frame.take(event, act);
  }
}

function inWords(entry) {
  if (entry.card.mode === "spans" && entry.action === "answer") return inSpans(entry.answer, entry.card.text);
  const words = { skip: "Skipped", refuse: `Not ${entry.answer}` };
  return words[entry.action] ?? entry.answer ?? entry.action;
}

// Which key does what. A fixed key means the same in every mode, so that no label ever has it; y and n are the
// answers of verify, and fixed for all, or a label's key would change from one card to the next.

const FIXED = "sfmubhgyn";
const LABEL_KEYS = [..."123456789abcdefghijklmnopqrstuvwxyz"].filter((key) => !FIXED.includes(key));

// Labels beyond the keys have none: they are found by name.
function keysFor(labels) {
  return new Map(LABEL_KEYS.slice(0, labels.length).map((key, index) => [key, labels[index]]));
}

// Digits by their place on the keyboard too: on a French keyboard they need Shift.
function keyName(event) {
  if (!event.shiftKey && /^(Digit|Numpad)[1-9]$/.test(event.code)) return event.code.at(-1);
  if (event.shiftKey && /^[a-z]$/i.test(event.key)) return "";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

function isTyping(target) {
  if (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)) return true;
  if (target.closest?.('[data-testid="stDataFrame"], [role="combobox"], [role="listbox"], [role="menu"]')) return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type);
}

function isPressable(target) {
  return Boolean(target.closest?.("button, a, summary, [role=button]"));
}

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

// Compare: the better of two responses. Where they come from is not known here, so that nobody can choose by it.

const DIFFERENCES = "tunesmith.labeller.differences";

class Compare {
  constructor(frame) {
    this.frame = frame;
    this.editing = false;
    this.asking = false; // which one to edit
    this.differences = stored(DIFFERENCES) === "shown";
    this.sides = ["first", "second"].map((name) => frame.part(name));
    ["first", "second"].forEach((name, side) => {
      frame.press(`better-${name}`, () => this.prefer(side));
      frame.press(`edit-${name}`, () => this.edit(side));
    });
    frame.press("ask-edit", () => this.ask(!this.asking));
    frame.press("tie", () => this.neither("tie"));
    frame.press("both-bad", () => this.neither("both bad", true));
    frame.press("differences", () => this.toggleDifferences());
  }

  get rows() {
    if (this.editing) return [["Esc", "Choose again"], ...this.write.rows];
    return [["1, ←", "The first is better"], ["2, →", "The second is better"], ["t", "Both are as good"], ["x", "Both are bad"], ["e, then 1 or 2", "Edit the better one"], ["d", "Show differences"]];
  }

  get write() {
    return this.frame.modes.write;
  }

  get fields() {
    return this.editing ? this.write.fields : {};
  }

  draw(card, restored) {
    const { part } = this.frame;
    const said = restored?.action === "prefer" ? card.candidates.indexOf(restored.answer) : -1;
    this.sides.forEach((side, place) => side.parentElement.classList.toggle("said", place === said));
    this.drawDifferences();
    this.ask(false);
    part("first").scrollTop = part("second").scrollTop = 0;
    this.frame.hear(card.candidates.map((text, place) => `Response ${place + 1}: ${text}`).join(" "));
    this.resume(card, restored);
  }

  // An edit that was begun, or undone, goes on where it was.
  resume(card, restored) {
    const saved = restored?.action === "answer" ? { base: restored.shown, text: restored.answer, rating: restored.rating } : null;
    const begun = this.write.typed.get(card.id) ?? saved;
    const side = begun ? card.candidates.indexOf(begun.base) : -1;
    if (side >= 0) this.edit(side, begun);
  }

  prefer(side) {
    const { card } = this.frame;
    this.write.typed.drop(card.id);
    this.frame.decide("prefer", { ...this.preference(side), shown: null });
  }

  preference(side) {
    const { candidates } = this.frame.card;
    return { answer: candidates[side], rejected: candidates[1 - side] };
  }

  // The two are named, so that this pair is not asked again.
  neither(note, bad = false) {
    const { frame } = this;
    const [shown, rejected] = frame.card.candidates;
    const field = frame.part("note");
    field.value = [note, field.value.trim()].filter(Boolean).join(": ");
    frame.flagged ||= bad;
    frame.decide("skip", { shown, rejected });
  }

  // ---- editing the better one -------------------------------------------------------------------

  ask(asking) {
    this.asking = asking;
    this.frame.part("ask-edit").setAttribute("aria-pressed", asking);
    this.frame.part("which").textContent = asking ? "Edit which one, 1 or 2?" : "";
  }

  edit(side, begun = null) {
    const { frame } = this;
    const preferred = this.preference(side);
    const { card } = frame;
    const kept = this.write.typed.get(card.id);
    const from = begun ?? (kept?.base === preferred.answer ? kept : { base: preferred.answer });
    this.write.open(from, () => this.say(card, preferred));
    this.show(true);
    if (!begun) this.write.field.focus();
  }

  // Said after the text, and taken back with it: an undo takes back both.
  say(card, preferred) {
    this.frame.outbox.add({ uid: newUid(), id: card.id, action: "prefer", seconds: null, mode: "compare", drawn: card.drawn, rating: null, shown: null, note: "", flagged: false, ...preferred });
  }

  show(editing) {
    this.editing = editing;
    this.ask(false);
    this.frame.part("choosing").hidden = editing;
    for (const panel of this.frame.panels) if (panel.dataset.mode === "write") panel.hidden = !editing;
  }

  // ---- keys -------------------------------------------------------------------------------------

  chord(event) {
    return this.editing ? this.write.chord(event) : null;
  }

  command(event) {
    const key = keyName(event);
    if (this.editing) return key === "Escape" ? () => this.show(false) : this.write.command(event);
    const side = { 1: 0, ArrowLeft: 0, 2: 1, ArrowRight: 1 }[key];
    if (side !== undefined) return () => (this.asking ? this.edit(side) : this.prefer(side));
    const acts = { t: () => this.neither("tie"), x: () => this.neither("both bad", true), e: () => this.ask(!this.asking), d: () => this.toggleDifferences() };
    return acts[key] ?? (key === "Escape" && this.asking ? () => this.ask(false) : null);
  }

  clear() {
    this.show(false);
    this.write.clear();
  }

  // ---- drawing ----------------------------------------------------------------------------------

  toggleDifferences() {
    this.differences = !this.differences;
    store(DIFFERENCES, this.differences ? "shown" : "hidden");
    this.drawDifferences();
  }

  drawDifferences() {
    const [one, other] = this.frame.card.candidates;
    const pieces = this.differences ? difference(one, other) : [{ kind: "same", one, other }];
    const marks = (text, kind) => pieces.flatMap((piece) => (piece.kind === kind ? setApart("mark", piece[text]) : [piece[text]]));
    this.sides[0].replaceChildren(...marks("one", "gone"));
    this.sides[1].replaceChildren(...marks("other", "new"));
    this.frame.part("differences").setAttribute("aria-pressed", this.differences);
  }
}

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

// The spans marked in one text, and what a change makes of them. Touches no page. Places here are UTF-16 units, as
// JavaScript counts; cards and answers count code points, as Python does.

const GRAPHEMES = new Intl.Segmenter(undefined, { granularity: "grapheme" });
const WORDS = new Intl.Segmenter(undefined, { granularity: "word" }); // knows words where no spaces are, too
const SEAM = /[ \n。，、！？](?=[\p{L}\p{N}])/gu; // where a text can be cut without cutting a word
const CHUNK = 500;
const TELLING = /[\p{L}\p{N}\p{S}]/u; // a letter, a digit, or a sign such as an emoji; no comma

class Marks {
  constructor(text, spans) {
    this.text = text;
    this.units = unitsOf(text);
    this.spans = inOrder(spans.map(([start, end, label]) => ({ start: this.units[start], end: this.units[end], label })));
    this.past = [];
    this.future = [];
  }

  // What the server is told: the answer, in code points.
  get answer() {
    const said = this.spans.map(({ start, end, label }) => ({ start: this.point(start), end: this.point(end), label }));
    return JSON.stringify(said);
  }

  point(unit) {
    let [low, high] = [0, this.units.length - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.units[middle] < unit) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  words({ start, end }) {
    return this.text.slice(start, end);
  }

  // ---- changes: each returns the span it leaves, or null where nothing changed -----------------

  // What overlaps is replaced, unless this is laid over it: "9:45 tonight" is a time, and "tonight" in it a date.
  put({ start, end }, label, over = false) {
    const made = { ...this.whole({ start, end }), label };
    const touched = this.touching(made);
    const there = touched.find((span) => sameSpan(span, made));
    if (there && (over || touched.length === 1)) return there;
    this.change([...(over ? this.spans : this.spans.filter((span) => !overlap(span, made))), made]);
    return made;
  }

  relabel(span, label) {
    if (span.label === label) return span;
    return this.replace(span, { ...span, label });
  }

  remove(spans) {
    if (spans.length) this.change(this.spans.filter((span) => !spans.includes(span)));
  }

  // Moves an edge by one character; it stops at the text's ends, at its neighbours and before nothing is left.
  nudge(span, edge, step) {
    const moved = this.moved(span, edge, step);
    const others = this.spans.filter((other) => other !== span && !overlap(other, span));
    return moved && !others.some((other) => overlap(other, moved)) ? this.replace(span, moved) : null;
  }

  moved(stretch, edge, step) {
    const moved = { ...stretch, [edge]: step < 0 ? this.wholeFrom(stretch[edge] - 1) : this.wholeTo(stretch[edge] + 1) };
    return moved.start < moved.end && (moved.start !== stretch.start || moved.end !== stretch.end) ? moved : null;
  }

  replace(span, changed) {
    this.change(this.spans.map((other) => (other === span ? changed : other)));
    return changed;
  }

  change(spans) {
    this.past.push(this.spans);
    this.future = [];
    this.spans = inOrder(spans);
  }

  step(from, to) {
    const spans = from.pop();
    if (!spans) return false;
    to.push(this.spans);
    this.spans = spans;
    return true;
  }

  undo() {
    return this.step(this.past, this.future);
  }

  redo() {
    return this.step(this.future, this.past);
  }

  touching(stretch) {
    return this.spans.filter((span) => overlap(span, stretch));
  }

  // ---- where words and characters are -----------------------------------------------------------

  // The words one can be on; signs alone where there is nothing else.
  get stops() {
    this.found ??= stopsOf(this.text);
    return this.found;
  }

  // The next word after a stretch, or the one before it.
  neighbour(stretch, step) {
    if (!stretch) return step > 0 ? this.stops[0] : this.stops.at(-1);
    const next = step > 0 ? this.stops.find(({ start }) => start >= stretch.end) : this.stops.findLast(({ end }) => end <= stretch.start);
    return next ?? null;
  }

  // The words a stretch touches, whole; where it touches none, its characters.
  snapped(stretch) {
    const touched = this.stops.filter((word) => overlap(word, stretch));
    return touched.length ? { start: touched[0].start, end: touched.at(-1).end } : this.whole(stretch);
  }

  // No character as a reader sees it is cut in halves.
  whole({ start, end }) {
    return { start: this.wholeFrom(start), end: this.wholeTo(end) };
  }

  wholeFrom(unit) {
    if (unit <= 0) return 0;
    return GRAPHEMES.segment(this.text).containing(unit)?.index ?? this.text.length;
  }

  wholeTo(unit) {
    if (unit >= this.text.length) return this.text.length;
    const from = this.wholeFrom(unit);
    return from === unit ? unit : from + GRAPHEMES.segment(this.text).containing(unit).segment.length;
  }
}

// Where each code point starts, and where the last one ends.
function unitsOf(text) {
  const units = [0];
  let at = 0;
  for (const point of text) units.push((at += point.length));
  return units;
}

function stopsOf(text) {
  const [telling, signs] = [[], []];
  for (const [from, chunk] of chunksOf(text))
    for (const { index, segment } of WORDS.segment(chunk)) {
      const place = { start: from + index, end: from + index + segment.length };
      if (segment.trim()) (TELLING.test(segment) ? telling : signs).push(place);
    }
  return telling.length ? telling : signs;
}

// A text in pieces, each with its place: V8 copies the whole of what it segments with every segment.
function* chunksOf(text) {
  let from = 0;
  for (const { index, 0: seam } of text.matchAll(SEAM)) {
    const end = index + seam.length;
    if (end - from < CHUNK) continue;
    yield [from, text.slice(from, end)];
    from = end;
  }
  yield [from, text.slice(from)];
}

function inOrder(spans) {
  return [...spans].sort((a, b) => a.start - b.start || b.end - a.end);
}

function overlap(a, b) {
  return a.start < b.end && b.start < a.end;
}

function sameSpan(a, b) {
  return a.start === b.start && a.end === b.end && a.label === b.label;
}

// The pieces a text falls into: each with the spans over it, the outermost first, and whether it is picked.
function piecesOf(text, spans, picked) {
  const edges = new Set([0, text.length, ...[...spans, ...(picked ? [picked] : [])].flatMap(({ start, end }) => [start, end])]);
  const places = [...edges].sort((a, b) => a - b);
  return places.slice(1).map((end, index) => {
    const piece = { start: places[index], end };
    return { ...piece, over: spans.filter((span) => overlap(span, piece)), picked: Boolean(picked && overlap(picked, piece)) };
  });
}

function spansOf(answer) {
  return JSON.parse(answer).map(({ start, end, label }) => [start, end, label]);
}

// An answer as a person reads it.
function inSpans(answer, text) {
  const points = Array.from(text);
  return spansOf(answer).map(([start, end, label]) => `${label}: ${points.slice(start, end).join("")}`).join("; ") || "Nothing to mark";
}

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

// Write: a text, starting from the draft, which stays in view with what was changed in it.

const CHANGES = "tunesmith.labeller.changes";

class Write {
  rows = [["Enter", "Edit the text"], ["Ctrl Enter", "Save the text"], ["1 – 5", "Rate the draft"], ["Alt 1 – 5", "Rate it while you type"], ["d", "Show changes"]];

  // What keys mean inside its own fields; everything else typed there is text.
  fields = {
    draft: (event, field) => event.key === "Escape" && this.frame.take(event, () => field.blur()),
  };

  constructor(frame) {
    this.frame = frame;
    this.typed = new Typed(frame);
    this.field = frame.part("draft");
    this.field.addEventListener("input", () => this.changed());
    this.field.addEventListener("keydown", (event) => this.rateWhileTyping(event));
    this.stars = [...frame.part("rating").querySelectorAll("button")];
    this.stars.forEach((star, index) => star.addEventListener("click", () => this.rate(index + 1)));
    this.changes = stored(CHANGES) !== "hidden";
    frame.press("save", () => this.save());
    frame.press("changes", () => this.toggleChanges());
  }

  draw(card, restored) {
    const said = restored?.action ? { base: restored.shown, text: restored.answer, rating: restored.rating } : { base: card.suggestion };
    this.open(this.typed.get(card.id) ?? said);
    this.frame.hear(this.base === null ? "" : `Draft: ${this.base}`);
  }

  // `after` is called once the text is saved.
  open({ base, text, rating }, after = null) {
    Object.assign(this, { base: base ?? null, rating: rating ?? null, after });
    this.field.value = text ?? this.base ?? "";
    this.frame.part("shown").hidden = this.base === null;
    this.drawRating();
    this.drawChanges();
  }

  changed() {
    this.keep();
    this.drawChanges();
  }

  keep() {
    this.typed.set(this.frame.card.id, { base: this.base, text: this.field.value, rating: this.rating });
  }

  get edited() {
    return this.base !== null && this.field.value.trim() !== this.base.trim();
  }

  save() {
    const { frame, base, after } = this;
    const answer = this.field.value;
    if (!answer.trim()) return this.field.focus();
    this.typed.drop(frame.card.id);
    frame.decide("answer", { answer, shown: base, rating: this.rating, rejected: this.edited ? base : null });
    return after?.();
  }

  rate(stars) {
    if (this.base === null) return;
    this.rating = this.rating === stars ? null : stars;
    this.keep();
    this.drawRating();
  }

  // By the place of the key: with Alt, or Option, held it types other signs.
  rateWhileTyping(event) {
    const digit = /^(?:Digit|Numpad)([1-5])$/.exec(event.code);
    if (!digit || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.rate(Number(digit[1]));
  }

  toggleChanges() {
    this.changes = !this.changes;
    store(CHANGES, this.changes ? "shown" : "hidden");
    this.drawChanges();
  }

  // Keys with Ctrl or Command held; the frame asks for these in its fields too.
  chord(event) {
    return event.key === "Enter" ? () => this.save() : null;
  }

  command(event) {
    const key = keyName(event);
    if (key === "Enter" || key === "e") return () => this.field.focus();
    if (key === "d") return () => this.toggleChanges();
    return /^[1-5]$/.test(key) ? () => this.rate(Number(key)) : null;
  }

  clear() {
    this.open({ base: null });
  }

  drawRating() {
    this.stars.forEach((star, index) => star.setAttribute("aria-pressed", this.rating === index + 1));
  }

  drawChanges() {
    const { part } = this.frame;
    const pieces = this.changes && this.edited ? difference(this.base, this.field.value) : [{ kind: "same", one: this.base ?? "", other: "" }];
    part("base").replaceChildren(...pieces.flatMap(inDraft));
    part("changes").setAttribute("aria-pressed", this.changes);
    part("length").textContent = lengthOf(this.field.value);
  }
}

// What stays, what went and what came, one behind the other; the space between them is whichever text's has some.
function inDraft({ kind, one, other }) {
  if (kind === "same") return [/\s$/.test(other) && !/\s$/.test(one) ? other : one];
  return kind === "gone" ? setApart("del", one) : setApart("ins", other);
}

function lengthOf(text) {
  const words = text.trim() ? text.trim().split(/\s+/).length : 0;
  return `${words} ${words === 1 ? "word" : "words"} · ${Array.from(text).length} characters`;
}

// What was typed and not saved, by example: it outlives going back, a reload and a killed server.
class Typed {
  constructor(frame) {
    this.frame = frame;
    this.here = new Map();
  }

  name(id) {
    return `${this.frame.outbox.name}.typed.${id}`;
  }

  get(id) {
    try {
      return JSON.parse(sessionStorage.getItem(this.name(id))) ?? this.here.get(id) ?? null;
    } catch {
      return this.here.get(id) ?? null; // storage is switched off or holds something else
    }
  }

  set(id, typed) {
    this.here.set(id, typed);
    try {
      sessionStorage.setItem(this.name(id), JSON.stringify(typed));
    } catch {
      // storage is switched off or full: the page's memory still has it
    }
  }

  drop(id) {
    this.here.delete(id);
    try {
      sessionStorage.removeItem(this.name(id));
    } catch {
      // storage is switched off: nothing was kept there
    }
  }
}

// Decisions on their way from the browser to the store. These files are one module; labeller.py puts them together.

const RETRY_MS = 1500;
const LATE_MS = 2000;
const BURST_MS = 40;

function newUid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  // randomUUID exists only on localhost and https; a proxy may serve plain http.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

// Decisions on their way. They stay until Python says they are stored; the tab's session storage
// keeps them over a reload. Sending everything each time makes order and repetition harmless.
class Outbox {
  constructor(name, changed) {
    this.name = `tunesmith.labeller.${name}`;
    this.changed = changed;
    this.events = this.restore(this.name);
    this.refused = new Map(this.restore(`${this.name}.refused`)); // example to decision, until it is decided anew
    this.since = this.events.length ? Date.now() : null;
    this.sent = 0;
    this.asked = false; // whether the server was sent some and has not answered: what is decided meanwhile goes together
    this.retry = setInterval(() => this.tick(), 500);
    this.guard = (event) => this.events.length && event.preventDefault();
    window.addEventListener("beforeunload", this.guard);
  }

  restore(name) {
    try {
      return JSON.parse(sessionStorage.getItem(name)) ?? [];
    } catch {
      return []; // storage is switched off or holds something else: work without it
    }
  }

  keep() {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.events));
      sessionStorage.setItem(`${this.name}.refused`, JSON.stringify([...this.refused]));
    } catch {
      // storage is switched off or full: the outbox in memory still delivers
    }
    this.since = this.events.length ? (this.since ?? Date.now()) : null;
    this.changed();
  }

  add(event) {
    this.events.push(event);
    this.refused.delete(event.id);
    this.keep();
    if (!this.asked) this.flushSoon();
  }

  confirm(uids) {
    const stored = new Set(uids);
    const left = this.events.filter((event) => !stored.has(event.uid));
    if (left.length === this.events.length) return;
    this.since = null;
    this.asked = false;
    this.events = left;
    this.keep();
    if (left.length) this.flushSoon();
  }

  // What the server could not store, and why: to be looked at again, not to be sent again.
  refuse(reasons = {}) {
    const refused = this.events.filter((event) => event.uid in reasons);
    for (const event of refused) this.refused.set(event.id, { ...event, reason: reasons[event.uid] });
    this.confirm(refused.map((event) => event.uid));
    return refused;
  }

  // A short wait lets a burst of keys travel as one message.
  flushSoon() {
    this.soon ??= setTimeout(() => this.flush(), BURST_MS);
  }

  flush() {
    clearTimeout(this.soon);
    this.soon = null;
    this.sent = Date.now();
    this.asked = true;
    // Streamlit swallows a value equal to the last one; the nonce makes a resend a new value.
    if (this.events.length) this.send([...this.events, { nonce: `${this.sent}` }]);
  }

  tick() {
    if (!this.events.length) return;
    if (Date.now() - this.sent >= RETRY_MS) this.flush();
    this.changed();
  }

  get late() {
    return this.since !== null && Date.now() - this.since > LATE_MS;
  }

  // The last word on each example, of those still on their way: the server's queue may not know it yet.
  latest() {
    return new Map(this.events.map((event) => [event.id, event.action]));
  }

  close() {
    clearInterval(this.retry);
    clearTimeout(this.soon);
    window.removeEventListener("beforeunload", this.guard);
  }
}

// Small pure things: elements, and text shown as it is.

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

// Text nodes and <mark>s. Python counts characters, JavaScript counts UTF-16 units: cut by character.
function marked(text, spans) {
  const characters = Array.from(text);
  const nodes = [];
  let at = 0;
  for (const [start, end] of [...spans].sort((a, b) => a[0] - b[0])) {
    const from = Math.max(start, at);
    const to = Math.min(end, characters.length);
    if (to <= from) continue;
    nodes.push(characters.slice(at, from).join(""), element("mark", {}, characters.slice(from, to).join("")));
    at = to;
  }
  return [...nodes, characters.slice(at).join("")];
}

// Long names break where a reader would.
function breakable(name) {
  return name.split(/(?<=[_/.-])/).flatMap((piece) => [piece, element("wbr")]);
}

function plain(text) {
  return text.toLowerCase().replace(/[\s_-]+/g, " ").trim();
}

function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const half = sorted.length >> 1;
  if (!sorted.length) return null;
  return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

function duration(seconds) {
  if (seconds < 50) return "under a minute";
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

// The labeller's browser half. It owns the queue, so the next example is on screen before the server has heard of the
// last one, and every decision names the example the person was looking at. How an example is asked is its mode's part.

class Labeller {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.panels = [...root.querySelectorAll("[data-mode]")];
    this.queue = [];
    this.back = 0; // how many decisions back the card on screen is; 0 is the front of the queue
    this.flagged = false;
    this.labels = new Labels(this);
    this.history = new History(this);
    this.footer = new Footer(this);
    this.guidelines = new Guidelines(this);
    this.modes = { choose: new Choose(this), verify: new Verify(this), spans: new Spans(this), write: new Write(this), compare: new Compare(this), decide: new Decide(this) };
    this.asked = "choose";
    this.listen();
  }

  listen() {
    this.hearKey = (event) => this.onKey(event);
    // Capture on window: Streamlit listens on document (r reruns, c clears the cache) and must not see our keys.
    window.addEventListener("keydown", this.hearKey, true);
    this.wake = () => document.hidden || (this.shownAt = performance.now()); // time in another tab is not time spent
    document.addEventListener("visibilitychange", this.wake);
    this.press("skip", () => this.decide("skip"));
    this.press("undo", () => this.undo());
    this.press("flag", () => this.flag());
    this.press("write", () => this.openNote());
    this.press("back", () => this.goBack());
    this.press("forward", () => this.goForward());
    this.press("help", () => this.openHelp());
    this.press("close", () => this.part("keys").close());
  }

  press(name, act) {
    this.part(name).addEventListener("click", (event) => {
      act();
      if (event.detail) event.currentTarget.blur(); // after a mouse click the keys belong to the labeller again
    });
  }

  update(data, send) {
    // First, because confirming decisions left by a lost connection draws the counts at once.
    this.progress = data.progress;
    this.outbox ??= new Outbox(data.key, () => this.footer.draw());
    this.outbox.send = send;
    this.outbox.confirm(data.acked);
    for (const { id } of this.outbox.refuse(data.refused)) this.history.forget(id);
    if (data.scope !== this.scope) this.back = 0;
    this.queue = this.renewed(data);
    this.scope = data.scope;
    if (this.labels.draw(data.labels)) this.shown = null;
    this.guidelines.draw(data.guidelines);
    this.show();
  }

  // The example on screen stays as it is: changing it, or its suggestion, under a finger already moving is a wrong
  // label. Those just undone stay too, in the order they were undone.
  renewed(data) {
    const latest = this.outbox.latest();
    const stays = (card, place) => place === 0 || latest.get(card.id) === "undo";
    const kept = data.scope === this.scope ? this.queue.filter(stays) : [];
    const known = new Set(kept.map((card) => card.id));
    const open = (card) => !known.has(card.id) && (latest.get(card.id) ?? "undo") === "undo";
    return [...kept, ...data.queue.filter(open)];
  }

  // The decision gone back to, if one is on screen.
  get entry() {
    return this.back ? this.history.entries.at(-this.back) : undefined;
  }

  get card() {
    return this.entry?.card ?? this.queue[0];
  }

  get mode() {
    return this.modes[this.asked];
  }

  // ---- decisions --------------------------------------------------------------------------------

  decide(action, said = {}) {
    const { card, entry } = this;
    if (!card) return;
    const seconds = Math.round(performance.now() - this.shownAt) / 1000;
    const words = { answer: null, rating: null, rejected: null, shown: card.suggestion, ...said, note: this.part("note").value.trim(), flagged: this.flagged };
    if (entry) this.withdraw(entry);
    this.queue = this.queue.filter((other) => other.id !== card.id); // what was refused may wait to be chosen for
    this.back = 0;
    this.history.add({ card, action, ...words });
    this.footer.took(seconds);
    this.outbox.add({ uid: newUid(), id: card.id, action, seconds, mode: this.asked, drawn: card.drawn, ...words });
    this.show();
  }

  // An event that supersedes, not a deletion: the first one may be stored already.
  withdraw(entry) {
    this.history.drop(entry);
    this.outbox.add({ uid: newUid(), id: entry.card.id, action: "undo", answer: null, seconds: null, note: "", undid: entry.action });
  }

  undo(entry = this.entry ?? this.history.last) {
    if (!entry) return;
    this.withdraw(entry);
    this.back = 0;
    this.queue = [entry.card, ...this.queue.filter((card) => card.id !== entry.card.id)];
    this.show(entry);
  }

  goBack() {
    if (this.back < this.history.entries.length) this.revisit(this.history.entries.at(-this.back - 1));
  }

  revisit(entry) {
    if (!this.back && this.card) this.left = { card: this.card, note: this.part("note").value, flagged: this.flagged, ...this.mode.unsaid?.() };
    this.back = this.history.entries.length - this.history.entries.indexOf(entry);
    this.show(entry);
  }

  // What was begun on the open card before going back is there again.
  goForward() {
    if (!this.back) return;
    this.back = 0;
    this.show(this.left?.card === this.card ? this.left : null);
  }

  flag() {
    if (!this.card) return;
    this.flagged = !this.flagged;
    this.drawFlag();
    this.part("heard-saved").textContent = this.flagged ? "Flagged" : "Flag taken away";
  }

  // ---- keys -------------------------------------------------------------------------------------

  onKey(event) {
    const target = event.composedPath()[0];
    if (event.isComposing || (event.repeat && !this.mode.repeats?.includes(event.key)) || !this.part("card").isConnected) return undefined;
    if (this.part("keys").open) return keyName(event) === "?" ? this.take(event, () => this.part("keys").close()) : undefined;
    if (this.history.dialog.open) return this.history.typed(event);
    if (document.querySelector('[role="dialog"]')) return undefined;
    if (event.ctrlKey || event.metaKey || event.altKey) return this.take(event, this.card && this.mode.chord?.(event));
    const field = { ...this.fields, ...this.mode.fields }[target.dataset?.part];
    if (field) return field(event, target);
    return isTyping(target) ? undefined : this.take(event, this.command(event, target));
  }

  take(event, act) {
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  fixed = {
    s: () => this.decide("skip"),
    f: () => this.flag(),
    m: () => this.openNote(),
    u: () => this.undo(),
    b: () => this.goBack(),
    h: () => this.history.open(),
    g: () => this.guidelines.toggle(),
    "?": () => this.openHelp(),
  };

  command(event, target) {
    const key = keyName(event);
    if (this.fixed[key]) return this.fixed[key];
    if (!this.card || (key === "Enter" && isPressable(target))) return null;
    // Enter means the suggestion; an answer given already is not overwritten by it.
    if (this.back && ["Escape", "Enter"].includes(key) && !this.mode.holds?.(key)) return () => this.goForward();
    return this.mode.command(event, target) ?? (this.mode.pick ? this.labels.command(key) : null);
  }

  // What keys mean inside the frame's own fields; everything else typed there is text.
  fields = {
    note: (event, field) => ["Escape", "Enter"].includes(event.key) && this.take(event, () => this.closeNote(field)),
    find: (event) => this.labels.typed(event),
  };

  openNote() {
    if (!this.card) return;
    this.part("note").hidden = false;
    this.part("note").focus();
  }

  closeNote(field) {
    field.hidden = !field.value.trim();
    field.blur();
  }

  openHelp() {
    const rows = [...this.mode.rows, ["s", "Skip"], ["f", "Flag"], ["m", "Note"], ["b", "Back to the one before, to change it"], ["Esc", "Forward again; out of a field"], ["u", "Undo"], ["h", "The last ten: change or undo any"], ...(this.guidelines.text ? [["g", "Guidelines"]] : []), ["?", "These keys"]];
    this.part("keylist").replaceChildren(...rows.flatMap(([key, use]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, use)]));
    this.part("keys").showModal();
  }

  // ---- drawing ----------------------------------------------------------------------------------

  // `restored` is the decision that is gone back to or was undone, or what was begun and left to go back.
  show(restored = null) {
    const { card } = this;
    this.drawState(card);
    this.footer.draw();
    if (!card || (card === this.shown && !restored)) return;
    this.shown = card;
    this.shownAt = performance.now();
    restored ??= this.outbox.refused.get(card.id) ?? null;
    this.drawMode(card);
    this.part("reason").textContent = card.reason;
    this.part("chips").replaceChildren(...Object.entries(card.metadata).map(([name, value]) => element("li", { title: `${name}: ${value}` }, element("b", {}, name), ` ${value}`)));
    this.part("card").replaceChildren(...marked(card.text, card.highlights));
    this.part("card").scrollTop = 0;
    this.part("note").value = restored?.note ?? "";
    this.part("note").hidden = !restored?.note;
    this.flagged = restored?.flagged ?? false;
    this.drawFlag();
    this.heard = "";
    this.mode.draw(card, restored);
    const before = !restored?.action ? "" : restored.reason ? `Not stored: ${restored.reason} ` : this.back ? `You said ${inWords(restored)}. ` : "Undone. ";
    this.part("heard-example").textContent = `${before}Example: ${card.text.slice(0, 400)}. ${card.reason}. ${this.heard}`;
  }

  // What a mode asks, for who cannot see it.
  hear(words) {
    this.heard = words;
  }

  drawMode(card) {
    const asked = card.mode in this.modes ? card.mode : "choose";
    const askable = asked !== "verify" || this.labels.names.includes(card.suggestion);
    this.mode.clear();
    this.asked = askable ? asked : "choose";
    for (const panel of this.panels) panel.hidden = panel.dataset.mode !== this.asked;
    this.part("choice").hidden = !this.mode.pick;
  }

  drawState(card) {
    const waiting = this.outbox.events.length > 0;
    if (!card) this.shown = null;
    for (const name of ["card", "controls", "about"]) this.part(name).hidden = !card;
    for (const name of ["skip", "flag", "write"]) this.part(name).disabled = !card;
    for (const name of ["undo", "past"]) this.part(name).disabled = !this.history.entries.length;
    this.part("back").disabled = this.back >= this.history.entries.length;
    this.part("gone-back").hidden = !this.back;
    this.part("controls").classList.toggle("revisited", this.back > 0);
    if (this.back) this.part("said").textContent = inWords(this.entry);
    this.part("empty").hidden = Boolean(card);
    this.part("empty-title").textContent = waiting ? "Saving your last decisions" : "Queue is empty";
    this.part("empty-text").textContent = waiting ? "The next examples come as soon as they are stored." : "Nothing here waits for a decision.";
  }

  drawFlag() {
    this.part("flag").setAttribute("aria-pressed", this.flagged);
    this.part("flagged").hidden = !this.flagged;
  }

  close() {
    window.removeEventListener("keydown", this.hearKey, true);
    document.removeEventListener("visibilitychange", this.wake);
    this.outbox?.close();
  }
}

const mounted = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!mounted.has(parentElement)) mounted.set(parentElement, new Labeller(parentElement));
  mounted.get(parentElement).update(data, (events) => setStateValue("events", events));
  return () => {
    mounted.get(parentElement)?.close();
    mounted.delete(parentElement);
  };
}
