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
