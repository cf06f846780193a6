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
