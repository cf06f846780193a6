// What was typed and is not saved: kept in the tab's session storage, so that neither a reload nor a dead server loses it.

export class Draft {
  constructor(key) {
    this.name = `tunesmith.editor.${key}`;
  }

  read() {
    try {
      const kept = JSON.parse(sessionStorage.getItem(this.name));
      return typeof kept?.code === "string" ? kept : null;
    } catch {
      return null; // storage is switched off or holds something else: the editor itself still has the text
    }
  }

  keep(code, base) {
    try {
      sessionStorage.setItem(this.name, JSON.stringify({ code, base }));
    } catch {
      // switched off or full, as above
    }
  }

  drop() {
    try {
      sessionStorage.removeItem(this.name);
    } catch {
      // as above
    }
  }
}
