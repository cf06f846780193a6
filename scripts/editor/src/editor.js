// The code editor's browser half. The text lives here, not in Python: what Python sends is the saved version, and what
// is typed is kept in the tab until it has become that version. So neither a slow server nor a reload loses a letter.

import { EditorView, basicSetup } from "codemirror";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { keymap, placeholder } from "@codemirror/view";
import { indentWithTab } from "@codemirror/commands";
import { indentUnit } from "@codemirror/language";
import { python, pythonLanguage } from "@codemirror/lang-python";
import { lintGutter, setDiagnostics } from "@codemirror/lint";
import { complete } from "./completions.js";
import { Draft } from "./draft.js";
import { look } from "./look.js";

const TYPING_MS = 250; // one pause between words; shorter ones would ask for votes at every letter
const LEAVE_MS = 2000;
const editors = new WeakMap();

class Editor {
  constructor(root) {
    this.part = (name) => root.querySelector(`[data-part="${name}"]`);
    this.readonly = new Compartment();
    this.hint = new Compartment();
    this.view = new EditorView({ parent: this.part("code"), root, state: EditorState.create({ extensions: this.extensions() }) });
    // Streamlit's own shortcuts (r reruns) listen on the document and take a shadow root for no text field.
    this.hush = (event) => event.stopPropagation();
    root.addEventListener("keydown", this.hush);
    this.part("mine").addEventListener("click", () => this.keepMine());
    this.part("theirs").addEventListener("click", () => this.takeTheirs());
  }

  extensions() {
    const run = (action) => () => (this.send(action), true);
    return [
      Prec.highest(keymap.of([
        { key: "Mod-Enter", run: run("run") },
        { key: "Mod-s", run: run("save"), preventDefault: true },
      ])),
      // CodeMirror's own way out for keyboards, also where Escape closes something else first.
      Prec.highest(EditorView.domEventHandlers({ keydown: (event, view) => event.key === "Escape" && view.setTabFocusMode(LEAVE_MS) })),
      basicSetup,
      EditorView.lineWrapping,
      keymap.of([indentWithTab]),
      indentUnit.of("    "),
      python(),
      pythonLanguage.data.of({ autocomplete: complete(() => this.data.words) }),
      lintGutter(),
      look,
      this.readonly.of([]),
      this.hint.of([]),
      EditorView.contentAttributes.of({ "aria-label": "Python. Escape, then Tab, leaves the editor." }),
      EditorView.updateListener.of((update) => update.docChanged && !this.syncing && this.onType()),
    ];
  }

  get code() {
    return this.view.state.doc.toString();
  }

  update(data, setState, setTrigger) {
    Object.assign(this, { data, setState, setTrigger });
    this.part("frame").style.height = `${data.height}px`;
    this.view.dispatch({ effects: [
      this.readonly.reconfigure([EditorState.readOnly.of(data.readonly), EditorView.editable.of(!data.readonly)]),
      this.hint.reconfigure(placeholder(data.hint)),
    ] });
    if (data.key !== this.key) this.open();
    else if (data.revision !== this.revision) this.follow();
    this.mark();
    this.drawState();
  }

  // Another text: what was typed and not saved of it comes back.
  open() {
    clearTimeout(this.timer);
    this.key = this.data.key;
    this.draft = new Draft(this.key);
    const kept = this.draft.read();
    this.base = kept?.base ?? this.data.revision;
    this.show(kept?.code ?? this.data.code);
    this.follow();
    if (this.code !== this.data.code) this.say();
    if (this.data.focus) this.view.focus();
  }

  // The saved version changed: because we saved, or because someone else did.
  follow() {
    this.revision = this.data.revision;
    if (this.code === this.data.code) {
      this.base = this.revision;
      this.draft.drop();
    } else if (!this.draft.read()) {
      this.base = this.revision;
      this.show(this.data.code);
    }
  }

  show(code) {
    this.syncing = true;
    this.view.dispatch({ changes: { from: 0, to: this.view.state.doc.length, insert: code }, selection: { anchor: 0 } });
    this.syncing = false;
  }

  onType() {
    if (this.code === this.data.code) this.draft.drop();
    else this.draft.keep(this.code, this.base);
    this.drawState();
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.say(), TYPING_MS);
  }

  // The nonce makes a text sent again, after a lost connection, a new value.
  say() {
    clearTimeout(this.timer);
    this.setState("draft", { key: this.key, code: this.code, base: this.base, nonce: Date.now() });
  }

  send(action) {
    if (this.data.readonly) return;
    this.say();
    this.setTrigger("action", { key: this.key, action, code: this.code, base: this.base, nonce: Date.now() });
  }

  keepMine() {
    this.base = this.revision;
    this.draft.keep(this.code, this.base);
    this.say();
    this.drawState();
    this.view.focus();
  }

  takeTheirs() {
    this.base = this.revision;
    this.draft.drop();
    this.show(this.data.code);
    this.say();
    this.drawState();
    this.view.focus();
  }

  mark() {
    const { doc } = this.view.state;
    const found = this.data.faults.map(({ line, column, message, severity }) => {
      const at = doc.line(Math.min(Math.max(line, 1), doc.lines));
      const from = column && at.from + column <= at.to ? at.from + column - 1 : at.from + at.text.search(/\S|$/);
      return { from: Math.min(from, at.to), to: at.to, severity, message };
    });
    this.view.dispatch(setDiagnostics(this.view.state, found));
  }

  drawState() {
    const edited = this.data.fresh || this.code !== this.data.code;
    this.part("state").textContent = this.data.readonly ? "Read only" : edited ? "Not saved" : "Saved";
    this.part("state").classList.toggle("edited", edited);
    this.part("conflict").hidden = !edited || this.base === this.revision;
  }

  close() {
    clearTimeout(this.timer);
    this.view.destroy();
  }
}

export default function mount({ data, parentElement, setStateValue, setTriggerValue }) {
  let editor = editors.get(parentElement);
  if (!editor) {
    editor = new Editor(parentElement);
    editors.set(parentElement, editor);
  }
  editor.update(data, setStateValue, setTriggerValue);
  return () => {
    editor.close();
    editors.delete(parentElement);
  };
}
