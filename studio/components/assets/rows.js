// Examples as rows. Everything comes from people's files, so it is only ever set as text.

export default function draw({ data, parentElement }) {
  const list = parentElement.querySelector('[data-part="rows"]');
  list.style.maxHeight = data.height ? `${data.height}px` : "";
  list.replaceChildren(...data.rows.map(row));
}

function row({ text, spans, votes, gold, note, marks }) {
  const said = element("div", "said");
  said.append(...votes.map(vote));
  if (gold) said.append(chip(gold.color, [element("i", "", "gold"), gold.label], "gold"));
  if (note) said.append(element("span", "note", note));
  const item = element("li");
  item.append(marked(text, [...spans.map(([start, end]) => ({ start, end })), ...marks]), said);
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

// Python counts characters, JavaScript UTF-16 units: an emoji is one of the former and two of the latter. Where stretches
// overlap, one is drawn inside the other.
function marked(text, stretches) {
  const block = element("div", "text");
  block.dir = "auto";
  const letters = Array.from(text);
  const outer = [...stretches].sort((a, b) => a.start - b.start || b.end - a.end);
  const edges = [...new Set([0, letters.length, ...outer.flatMap(({ start, end }) => [start, end])])].sort((a, b) => a - b);
  edges.slice(1).forEach((end, index) => {
    const over = outer.filter((one) => one.start < end && edges[index] < one.end);
    block.append(over.reduceRight((inner, one) => mark(one, inner, one.end === end), letters.slice(edges[index], end).join("")));
  });
  return block;
}

function mark({ label, color }, inner, last) {
  const drawn = element("mark", label ? `span${last ? " last" : ""}` : "");
  drawn.append(inner);
  if (label) drawn.dataset.label = label;
  if (color) drawn.style.setProperty("--hue", `var(--st-${color}-color)`);
  return drawn;
}

function element(tag, kind = "", text = "") {
  const made = document.createElement(tag);
  made.className = kind;
  made.textContent = text;
  return made;
}
