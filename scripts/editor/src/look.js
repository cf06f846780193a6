// The editor's colours: Streamlit's theme variables, so that it follows light and dark as the page does.

import { EditorView } from "@codemirror/view";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import { tags as t } from "@lezer/highlight";

const tint = (color, share) => `color-mix(in srgb, var(${color}) ${share}%, transparent)`;

const highlighting = HighlightStyle.define([
  { tag: [t.keyword, t.operatorKeyword, t.controlKeyword, t.definitionKeyword, t.moduleKeyword], color: "var(--st-violet-text-color)" },
  { tag: [t.string, t.special(t.string)], color: "var(--st-green-text-color)" },
  { tag: [t.escape, t.regexp], color: "var(--st-orange-text-color)" },
  { tag: t.comment, color: "var(--st-gray-text-color)", fontStyle: "italic" },
  { tag: [t.number, t.bool, t.null], color: "var(--st-orange-text-color)" },
  { tag: [t.function(t.variableName), t.function(t.definition(t.variableName)), t.className], color: "var(--st-blue-text-color)" },
  { tag: t.meta, color: "var(--st-red-text-color)" },
]);

const shell = EditorView.theme({
  "&": { height: "100%", color: "var(--st-text-color)", backgroundColor: "transparent", fontSize: "0.84rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--st-code-font)", lineHeight: "1.6", overflow: "auto" },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--st-primary-color)" },
  ".cm-line": { padding: "0 0.75rem 0 0.35rem" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--st-gray-text-color)", border: "none", paddingLeft: "0.15rem" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "1.6rem", opacity: "0.65" },
  ".cm-gutter-lint": { width: "0.9rem" },
  ".cm-gutter-lint .cm-gutterElement": { padding: "0.32em 0 0 0.1rem" },
  ".cm-lint-marker": { width: "0.6rem", height: "0.6rem", borderRadius: "50%" },
  ".cm-lint-marker-error": { content: "''", background: "var(--st-red-color)" },
  ".cm-lint-marker-warning": { content: "''", background: "var(--st-orange-color)" },
  ".cm-lintRange-error": { backgroundImage: "none", textDecoration: "underline wavy var(--st-red-color)", textUnderlineOffset: "0.25em" },
  ".cm-lintRange-warning": { backgroundImage: "none", textDecoration: "underline wavy var(--st-orange-color)", textUnderlineOffset: "0.25em" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine, &.cm-focused .cm-activeLineGutter": { backgroundColor: tint("--st-primary-color", 6) },
  ".cm-cursor": { borderLeft: "2px solid var(--st-primary-color)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: tint("--st-primary-color", 22) },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: tint("--st-primary-color", 16), outline: "none" },
  ".cm-selectionMatch": { backgroundColor: tint("--st-primary-color", 12) },
  ".cm-foldPlaceholder": { background: "var(--st-secondary-background-color)", border: "none", color: "inherit", padding: "0 0.4em" },
  ".cm-foldGutter .cm-gutterElement": { opacity: "0.5" },
  ".cm-placeholder": { color: "var(--st-gray-text-color)" },
  ".cm-tooltip": {
    backgroundColor: "var(--st-background-color)", color: "var(--st-text-color)", border: "1px solid var(--st-border-color)",
    borderRadius: "var(--st-button-radius)", boxShadow: "0 10px 30px #0003", overflow: "hidden",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--st-code-font)", fontSize: "0.8rem", maxHeight: "15rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.2rem 0.6rem", lineHeight: "1.5" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { background: tint("--st-primary-color", 16), color: "inherit" },
  ".cm-completionMatchedText": { textDecoration: "none", color: "var(--st-primary-color)", fontWeight: "600" },
  ".cm-completionDetail": { color: "var(--st-gray-text-color)", fontStyle: "normal", marginLeft: "0.9em" },
  ".cm-completionIcon": { display: "none" },
  ".cm-completionInfo": { padding: "0.45rem 0.7rem", maxWidth: "24rem", fontFamily: "var(--st-font)", fontSize: "0.84rem" },
  ".cm-diagnostic": { padding: "0.35rem 0.7rem", fontFamily: "var(--st-font)", fontSize: "0.84rem", borderLeft: "3px solid var(--st-red-color)" },
  ".cm-diagnostic-warning": { borderLeftColor: "var(--st-orange-color)" },
  ".cm-panels": { backgroundColor: "var(--st-secondary-background-color)", color: "inherit" },
  ".cm-panels.cm-panels-bottom": { borderTop: "1px solid var(--st-border-color)" },
  ".cm-textfield": { background: "var(--st-background-color)", color: "inherit", border: "1px solid var(--st-border-color)", borderRadius: "0.3rem" },
  ".cm-button": { background: "var(--st-background-color)", backgroundImage: "none", color: "inherit", border: "1px solid var(--st-border-color)", borderRadius: "0.3rem" },
});

export const look = [shell, syntaxHighlighting(highlighting)];
