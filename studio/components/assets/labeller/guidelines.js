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
