// One row of the sheet: whether it is in, its text, and the label it gets. Labels and texts are only ever set as text.

class Row {
  constructor(sheet, data) {
    this.sheet = sheet;
    this.data = data;
    this.box = element("input", { type: "checkbox" });
    this.text = element("p", { className: "text" }, data.text);
    this.more = element("button", { type: "button", className: "plain more", hidden: true }, "Show all");
    this.select = element("select", {});
    this.sure = element("span", { className: "sure" });
    const said = element("div", { className: "said" }, this.select, this.sure);
    this.item = element("li", {}, this.box, element("div", { className: "words" }, this.text, this.more), said);
    this.listen();
    this.draw();
  }

  listen() {
    this.box.addEventListener("change", () => this.sheet.put(this, { left: !this.box.checked }));
    this.box.addEventListener("focus", () => this.sheet.go(this.place, false));
    this.more.addEventListener("click", () => this.unfold(!this.item.classList.contains("unfolded")));
    this.select.addEventListener("change", () => this.sheet.put(this, { answer: this.select.value || null, left: false }));
    // Seventy labels in each of 25 rows would be drawn for nothing: only the row in hand has them all.
    for (const when of ["pointerdown", "focus"]) this.select.addEventListener(when, () => this.offer());
    this.item.addEventListener("click", (event) => {
      const selected = document.getSelection()?.toString();
      if (!event.target.closest("input, select, button") && !selected) this.toggle();
    });
  }

  get place() {
    return this.sheet.rows.indexOf(this);
  }

  // What the row gets if the page is accepted now; null for a check nobody has answered.
  get answer() {
    return this.data.answer;
  }

  get waits() {
    return !this.data.left && this.answer === null;
  }

  toggle() {
    this.sheet.put(this, { left: !this.data.left });
  }

  offer() {
    const { labels } = this.sheet;
    if (this.select.options.length >= labels.length) return;
    this.fill(labels);
  }

  fill(labels) {
    const none = element("option", { value: "" }, "Which label?");
    this.select.replaceChildren(...(this.data.check ? [none] : []), ...labels.map((label) => element("option", { value: label }, label)));
    this.select.value = this.answer ?? "";
  }

  draw() {
    const { text, label, probability, check, left } = this.data;
    const other = !left && this.answer !== null && this.answer !== label;
    this.box.checked = !left;
    this.box.setAttribute("aria-label", `${check && this.answer === null ? "Check" : this.answer}: ${text.slice(0, 300)}`);
    this.select.setAttribute("aria-label", "Label");
    if (this.answer !== null && ![...this.select.options].some((option) => option.value === this.answer)) this.fill([this.answer]);
    else if (!this.select.options.length) this.fill([]);
    this.select.value = this.answer ?? "";
    this.select.title = this.answer ?? "";
    this.select.disabled = left;
    this.sure.textContent = left ? "left out" : check ? "check" : other ? "yours" : `${Math.round(probability * 100)} %`;
    this.item.classList.toggle("left", left);
    this.item.classList.toggle("other", other && !check);
    this.item.classList.toggle("waits", this.waits);
    this.item.classList.toggle("check", check);
  }

  // Offered only where there is more than is seen.
  measure() {
    const cut = this.text.scrollHeight > this.text.clientHeight + 2;
    this.more.hidden = !cut && !this.item.classList.contains("unfolded");
  }

  unfold(open) {
    this.item.classList.toggle("unfolded", open);
    this.more.textContent = open ? "Show less" : "Show all";
    this.more.setAttribute("aria-expanded", open);
  }
}
