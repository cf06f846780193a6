// Which key does what. A fixed key means the same in every mode, so that no label ever has it; y and n are the
// answers of verify, and fixed for all, or a label's key would change from one card to the next.

const FIXED = "sfmubhgyn";
const LABEL_KEYS = [..."123456789abcdefghijklmnopqrstuvwxyz"].filter((key) => !FIXED.includes(key));

// Labels beyond the keys have none: they are found by name.
function keysFor(labels) {
  return new Map(LABEL_KEYS.slice(0, labels.length).map((key, index) => [key, labels[index]]));
}

// Digits by their place on the keyboard too: on a French keyboard they need Shift.
function keyName(event) {
  if (!event.shiftKey && /^(Digit|Numpad)[1-9]$/.test(event.code)) return event.code.at(-1);
  if (event.shiftKey && /^[a-z]$/i.test(event.key)) return "";
  return event.key.length === 1 ? event.key.toLowerCase() : event.key;
}

function isTyping(target) {
  if (target.isContentEditable || ["TEXTAREA", "SELECT"].includes(target.tagName)) return true;
  if (target.closest?.('[data-testid="stDataFrame"], [role="combobox"], [role="listbox"], [role="menu"]')) return true;
  return target.tagName === "INPUT" && !["checkbox", "radio", "button"].includes(target.type);
}

function isPressable(target) {
  return Boolean(target.closest?.("button, a, summary, [role=button]"));
}
