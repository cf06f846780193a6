// A page of examples that are alike, all answered already: exceptions are taken out, and one key accepts the rest. The
// page on screen, and what was changed on it, belong to this tab: they outlive a reload and a server that is gone.

const LEGEND = 12; // labels whose keys a line can hold; the help has them all
const CHECKS = 2; // rows of a page that are asked without the answer, so that nobody accepts unread

class Sheet {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.rows = [];
    this.labels = [];
    this.at = 0;
    this.agreed = [0, 0];
    this.listen();
  }

  listen() {
    this.hearKey = (event) => this.onKey(event);
    // Capture on window: Streamlit listens on document (r reruns, c clears the cache) and must not see our keys.
    window.addEventListener("keydown", this.hearKey, true);
    this.part("accept").addEventListener("click", () => this.accept());
    this.part("undo").addEventListener("click", () => this.undo());
    this.part("help").addEventListener("click", () => this.openHelp());
    this.part("close").addEventListener("click", () => this.part("keys").close());
    this.resized = new ResizeObserver(() => this.rows.forEach((row) => row.measure()));
    this.resized.observe(this.part("rows"));
  }

  update(data, send) {
    this.outbox ??= new Outbox(`sheet.${data.key}`, () => this.drawSaved());
    this.outbox.send = send;
    this.outbox.confirm(data.acked);
    this.labels = data.labels;
    this.keys = keysFor(data.labels);
    this.drawLegend();
    this.name = `tunesmith.sheet.${data.key}`;
    this.queue = data.queue;
    this.size = data.size;
    const kept = this.page ?? this.restored();
    if (kept?.scope === data.scope && kept.rows.length) this.page = kept;
    else this.page = this.next(data.scope);
    this.show();
  }

  // ---- pages ------------------------------------------------------------------------------------

  // The next rows that are not on their way to the store already.
  next(scope) {
    const gone = this.outbox.latest();
    const open = this.queue.filter((row) => (gone.get(row.id) ?? "undo") === "undo");
    const rows = open.slice(0, this.size).map((row) => ({ ...row, answer: row.label, left: false, check: false }));
    for (const row of rows.length > 2 * CHECKS ? sample(rows, CHECKS) : []) Object.assign(row, { check: true, answer: null });
    return { scope, batch: `bulk-${newUid()}`, rows, since: Date.now() };
  }

  restored() {
    try {
      const page = JSON.parse(sessionStorage.getItem(this.name));
      const gone = this.outbox.latest();
      return page && { ...page, rows: page.rows.filter((row) => !gone.has(row.id)) };
    } catch {
      return null; // storage is switched off or holds something else: work without it
    }
  }

  keep() {
    try {
      sessionStorage.setItem(this.name, JSON.stringify(this.page));
    } catch {
      // storage is switched off or full: a reload would bring the page back untouched
    }
  }

  put(row, change) {
    Object.assign(row.data, change);
    row.draw();
    this.go(row.place, false);
    this.keep();
    this.drawAccept();
  }

  accept() {
    const first = this.rows.find((row) => row.waits);
    if (first) return this.go(first.place);
    if (!this.rows.length) return undefined;
    this.last = { page: this.page, agreed: this.agreed };
    this.send(this.page);
    this.turn();
    return undefined;
  }

  // Answers first: the batch is known by its first word.
  send({ batch, rows, since }) {
    const seconds = Math.round((Date.now() - since) / rows.length) / 1000;
    const said = rows.map((row) => ({ row, action: row.left ? (row.check ? "skip" : "refuse") : "answer" }));
    said.sort((a, b) => (b.action === "answer") - (a.action === "answer"));
    for (const { row, action } of said) {
      const answer = { answer: row.answer, refuse: row.label, skip: null }[action];
      this.outbox.add({ uid: newUid(), id: row.id, action, answer, seconds, note: "", mode: "bulk", drawn: "bulk", shown: row.check ? null : row.label, batch });
    }
    const checks = rows.filter((row) => row.check && !row.left);
    const right = checks.filter((row) => row.answer === row.label).length;
    this.agreed = [this.agreed[0] + right, this.agreed[1] + checks.length];
  }

  turn() {
    const { scope } = this.page;
    const accepted = this.page.rows.filter((row) => !row.left).length;
    this.page = this.next(scope);
    this.at = 0;
    this.show();
    this.part("rows").scrollIntoView({ block: "nearest" });
    this.part("heard").textContent = `${accepted} accepted. ${this.rows.length ? "Next page." : ""}`;
  }

  // Events that supersede, not deletions: the page may be stored already.
  undo() {
    if (!this.last) return;
    const { page, agreed } = this.last;
    for (const row of page.rows) this.outbox.add({ uid: newUid(), id: row.id, action: "undo", answer: null, seconds: null, note: "", batch: page.batch });
    this.page = { ...page, batch: `bulk-${newUid()}`, since: Date.now() };
    this.agreed = agreed;
    this.last = null;
    this.show();
    this.part("heard").textContent = "The page is back, and nothing of it is kept.";
  }

  // ---- keys -------------------------------------------------------------------------------------

  onKey(event) {
    const target = event.composedPath()[0];
    if (event.isComposing || !this.part("rows").isConnected || event.ctrlKey || event.metaKey || event.altKey) return;
    if (this.part("keys").open) return;
    if (document.querySelector('[role="dialog"]')) return;
    if (target.tagName === "SELECT" && event.key === "Escape") return this.take(event, () => this.go(this.at));
    if (isTyping(target)) return;
    if (event.key === " " && target.type === "checkbox") return void event.stopImmediatePropagation(); // the box does it
    if (["Enter", " "].includes(event.key) && isPressable(target)) return;
    this.take(event, this.command(keyName(event), event.repeat));
  }

  take(event, act) {
    if (!act) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    act();
  }

  command(key, again) {
    const moves = { ArrowDown: 1, ArrowUp: -1 };
    const row = this.rows[this.at];
    if (key in moves) return row && (() => this.go(this.at + moves[key]));
    if (again) return null;
    const fixed = { u: () => this.undo(), "?": () => this.openHelp(), Enter: () => this.accept() };
    if (key in fixed) return fixed[key];
    const label = this.keys.get(key);
    if (!row) return null;
    if (label !== undefined) return () => this.put(row, { answer: label, left: false });
    const acts = { " ": () => row.toggle(), ArrowRight: () => row.unfold(true), ArrowLeft: () => row.unfold(false), "/": () => this.choose(row) };
    return acts[key] ?? null;
  }

  choose(row) {
    if (row.data.left) this.put(row, { left: false });
    row.offer();
    row.select.focus();
  }

  go(place, focus = true) {
    this.rows[this.at]?.item.classList.remove("current");
    this.at = Math.min(Math.max(place, 0), this.rows.length - 1);
    const row = this.rows[this.at];
    row.item.classList.add("current");
    if (focus) row.box.focus();
  }

  openHelp() {
    const rows = [["↑ ↓", "Up and down"], ["Space", "Leave a row out, or take it in"], ["/", "Another label by name"], ["→ ←", "Unfold a long text, fold it"], ["Enter", "Accept the page"], ["u", "Undo the page before"], ["?", "These keys"], ...this.keys];
    this.part("keylist").replaceChildren(...rows.flatMap(([key, use]) => [element("dt", {}, element("kbd", {}, key)), element("dd", {}, use)]));
    this.part("keys").showModal();
    this.part("keys").scrollTop = 0; // the button that has the focus stands at the end
  }

  // ---- drawing ----------------------------------------------------------------------------------

  show() {
    if (this.shown !== this.page) {
      this.shown = this.page;
      this.rows = this.page.rows.map((data) => new Row(this, data));
      this.part("rows").replaceChildren(...this.rows.map((row) => row.item));
      this.rows.forEach((row) => row.measure());
      if (this.rows.length) this.go(0, false);
    }
    this.keep();
    this.drawAccept();
    this.drawSaved();
  }

  drawLegend() {
    const keys = this.labels.length <= LEGEND ? [...this.keys] : [];
    this.part("legend").hidden = !keys.length;
    this.part("legend").replaceChildren(...keys.map(([key, label]) => element("span", {}, element("kbd", {}, key), ` ${label}`)));
  }

  drawAccept() {
    const { rows, scope } = this.page;
    const waiting = this.rows.filter((row) => row.waits).length;
    const given = rows.filter((row) => !row.left && row.answer !== null);
    const others = given.filter((row) => row.answer !== scope).length;
    const same = given.length - others + waiting;
    const rest = others ? `, ${others} as other labels` : "";
    this.part("accept-words").textContent = given.length + waiting ? `Accept ${same} of ${rows.length} as ${scope}${rest}` : `Leave out all ${rows.length}`;
    this.part("accept").classList.toggle("waiting", waiting > 0);
    this.part("to-check").textContent = waiting ? `${waiting} to check first: which label?` : "";
  }

  drawSaved() {
    const { events, late } = this.outbox;
    const empty = !this.rows.length;
    this.part("page").hidden = empty;
    this.part("empty").hidden = !empty;
    this.part("empty-title").textContent = events.length ? "Saving the page" : "Nothing more is alike";
    this.part("empty-text").textContent = events.length ? "The next one comes as soon as it is stored." : "Choose another label, or go on one by one.";
    this.part("undo").disabled = !this.last;
    const [right, checked] = this.agreed;
    this.part("checks").textContent = checked ? `Checks: ${right} of ${checked} as proposed` : "";
    this.part("saved").textContent = events.length ? `${events.length} unsaved${late ? " · saving again…" : ""}` : "All saved";
    this.part("saved").classList.toggle("late", late);
  }

  close() {
    window.removeEventListener("keydown", this.hearKey, true);
    this.resized.disconnect();
    this.outbox?.close();
  }
}

function sample(items, number) {
  const left = [...items];
  return Array.from({ length: Math.min(number, left.length) }, () => left.splice(Math.floor(Math.random() * left.length), 1)[0]);
}

const mounted = new WeakMap();

export default function ({ data, parentElement, setStateValue }) {
  if (!mounted.has(parentElement)) mounted.set(parentElement, new Sheet(parentElement));
  mounted.get(parentElement).update(data, (events) => setStateValue("events", events));
  return () => {
    mounted.get(parentElement)?.close();
    mounted.delete(parentElement);
  };
}
