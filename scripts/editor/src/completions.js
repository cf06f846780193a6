// What is offered while one types: the row's fields after its name, labels inside strings, else the words files may import.

import { syntaxTree } from "@codemirror/language";
import { snippetCompletion } from "@codemirror/autocomplete";

const FIELD = /(\w+)\.\w*$/;
const KEY = /(\w+)\.metadata(\[|\.get\()["']\w*$/;

// `words` returns {labels, fields, columns, names}; it is a function, for the project may change while the editor stays.
export function complete(words) {
  return (context) => {
    const node = syntaxTree(context.state).resolveInner(context.pos, -1);
    const before = context.state.sliceDoc(context.state.doc.lineAt(context.pos).from, context.pos);
    if (node.name === "Comment") return null;
    if (node.name === "String" || node.name === "FormatString") return KEY.test(before) ? columns(context, words()) : labels(context, words());
    const field = FIELD.exec(before);
    if (field) return row(node, context.state) === field[1] ? fields(context, words()) : null;
    return names(context, words());
  };
}

const answer = (context, pattern, options) => {
  const word = context.matchBefore(pattern);
  return word && (context.explicit || word.from < word.to) ? { from: word.from, options, validFor: pattern } : null;
};
const option = (type) => ({ label, detail }) => ({ label, detail, type });

function columns(context, { columns }) {
  const word = context.matchBefore(/\w*/);
  return { from: word.from, options: columns.map(option("property")), validFor: /^\w*$/ };
}

function labels(context, { labels }) {
  const word = context.matchBefore(/[^"']*/);
  return { from: word.from, options: labels.map((label) => ({ label, type: "enum", detail: "label" })), validFor: /^[^"']*$/ };
}

function fields(context, { fields }) {
  const word = context.matchBefore(/\w*/);
  return { from: word.from, options: fields.map(option("property")), validFor: /^\w*$/ };
}

function names(context, { names, labels }) {
  const quoted = labels.map((label) => ({ label: JSON.stringify(label), type: "enum", detail: "label", boost: -1 }));
  const offered = names.map(({ snippet, ...word }) => (snippet ? snippetCompletion(snippet, word) : word));
  return answer(context, /\w+/, [...offered, ...quoted]);
}

// The name of the row: the first parameter of the function around the cursor, or `x` outside of one.
function row(node, state) {
  for (let at = node; at; at = at.parent) {
    if (at.name !== "FunctionDefinition" && at.name !== "LambdaExpression") continue;
    const first = at.getChild("ParamList")?.getChild("VariableName");
    if (first) return state.sliceDoc(first.from, first.to);
  }
  return "x";
}
