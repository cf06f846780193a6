// Examples as rows. Everything comes from people's files, so it is only ever set as text.

export default function draw({ data, parentElement }) {
  const list = parentElement.querySelector('[data-part="rows"]');
  list.style.maxHeight = data.height ? `${data.height}px` : "";
  list.replaceChildren(...data.rows.map(row));
}

function row({ text, spans, votes, gold, note }) {
  const said = element("div", "said");
  said.append(...votes.map(vote));
  if (gold) said.append(chip(gold.color, [element("i", "", "gold"), gold.label], "gold"));
  if (note) said.append(element("span", "note", note));
  const item = element("li");
  item.append(marked(text, spans), said);
  return item;
}

function vote({ label, function: name, against, color, right }) {
  const parts = [against ? element("i", "", "not") : "", label, name ? element("span", "by", name) : ""];
  const drawn = chip(color, parts, right === null ? "" : right ? "right" : "wrong");
  if (right !== null) drawn.title = right ? "Right on gold" : "Wrong on gold";
  return drawn;
}

function chip(color, parts, kind) {
  const drawn = element("span", `chip ${kind}`);
  drawn.style.setProperty("--hue", `var(--st-${color}-color)`);
  if (color !== "primary") drawn.style.setProperty("--ink", `var(--st-${color}-text-color)`);
  drawn.append(...parts);
  return drawn;
}

// Python counts characters, JavaScript UTF-16 units: an emoji is one of the former and two of the latter.
function marked(text, spans) {
  const block = element("div", "text");
  const letters = Array.from(text);
  let at = 0;
  for (const [start, end] of spans) {
    if (start < at || end <= start) continue;
    block.append(letters.slice(at, start).join(""), element("mark", "", letters.slice(start, end).join("")));
    at = end;
  }
  block.append(letters.slice(at).join(""));
  return block;
}

function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = text;
  return made;
}
