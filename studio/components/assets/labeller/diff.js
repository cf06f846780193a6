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
