// How far, how fast, and whether all is saved. What is still on its way counts as done already.

class Footer {
  constructor(frame) {
    this.frame = frame;
    this.times = [];
    this.wasLate = false;
  }

  took(seconds) {
    this.times = [...this.times, seconds].slice(-20);
  }

  draw() {
    const { part, progress, outbox } = this.frame;
    const answered = gained(outbox.events, (action) => ["answer", "decide"].includes(action));
    const done = within(progress.done + answered, progress.total);
    const asked = within(progress.round_done + gained(outbox.events, (action) => action !== "undo"), progress.round_total);
    const ofRound = progress.round_total > 0;
    this.bar(ofRound ? asked : done, ofRound ? progress.round_total : progress.total);
    part("round").textContent = ofRound ? `${asked} of ${progress.round_total} in this round` : "";
    part("counts").textContent = `${done.toLocaleString("en")} of ${progress.total.toLocaleString("en")} done · ${Math.max(progress.today + answered, 0)} today`;
    this.pace(ofRound ? progress.round_total - asked : progress.total - done);
    this.saved(outbox);
  }

  bar(done, total) {
    const bar = this.frame.part("bar");
    bar.firstElementChild.style.width = `${total ? (100 * done) / total : 0}%`;
    bar.setAttribute("aria-valuemax", total);
    bar.setAttribute("aria-valuenow", done);
  }

  pace(left) {
    const middle = median(this.times);
    const words = middle === null ? [] : [`${middle.toFixed(1)} s each`];
    if (middle !== null && left > 0) words.push(`${duration(middle * left)} left`);
    this.frame.part("pace").textContent = words.join(" · ");
  }

  saved({ events, refused, late: slow }) {
    const { part } = this.frame;
    const [back] = refused.values();
    const late = slow || refused.size > 0;
    const stored = back ? `${refused.size} not stored: ${back.reason}` : "All saved";
    const words = events.length ? `${events.length} unsaved${slow ? " · saving again…" : ""}` : stored;
    part("saved").textContent = words;
    part("saved").classList.toggle("waiting", events.length > 0);
    part("saved").classList.toggle("late", late);
    if (late !== this.wasLate) part("heard-saved").textContent = words;
    this.wasLate = late;
  }
}

// How many more are decided than the server knows of: those made, less those undone.
function gained(events, counts) {
  const made = events.filter((event) => counts(event.action));
  const undone = events.filter((event) => event.undid && counts(event.undid));
  return made.length - undone.length;
}

function within(count, total) {
  return Math.min(Math.max(count, 0), total);
}
