const RESULTS = "ket-qua";
const HASH = /^#buoc-(\d+)$/;

/**
 * One step on the screen at a time. The step is in the address, so the phone's "back" goes one step back, and it is
 * remembered for the next visit.
 */
export class Steps extends EventTarget {
  /**
   * @param {string} memoryKey where the last step is remembered
   */
  constructor(memoryKey) {
    super();
    this.memoryKey = memoryKey;
    /** @type {HTMLElement[]} */
    this.sections = /** @type {HTMLElement[]} */ ([...document.querySelectorAll("main > section.step:not(.results)")]);
    this.results = /** @type {HTMLElement} */ (document.getElementById(RESULTS));
    this.progress = /** @type {HTMLElement} */ (document.getElementById("progress"));
    this.lessonTitle = document.title;
    /** 0-based; `sections.length` is the results screen. */
    this.current = -1;
    this.resultsReady = false;
    addEventListener("popstate", () => this.show(this.fromAddress() ?? 0, { history: false }));
  }

  get onResults() {
    return this.current === this.sections.length;
  }

  get onLast() {
    return this.current === this.sections.length - 1;
  }

  /** The step that the address names, or `null`. */
  fromAddress() {
    if (location.hash === `#${RESULTS}`) return this.resultsReady ? this.sections.length : null;
    const number = Number(HASH.exec(location.hash)?.[1] ?? 0);
    return number >= 1 && number <= this.sections.length ? number - 1 : null;
  }

  /** The step where the learner left, or the first. */
  remembered() {
    try {
      const step = Number(localStorage.getItem(this.memoryKey) ?? 0);
      return step >= 0 && step < this.sections.length ? Math.trunc(step) : 0;
    } catch {
      return 0;
    }
  }

  /**
   * @param {number} index
   * @param {{ history?: boolean, focus?: boolean }} [options]
   */
  show(index, { history: inHistory = true, focus = true } = {}) {
    const target = Math.max(0, Math.min(index, this.sections.length - (this.resultsReady ? 0 : 1)));
    if (target === this.current) return;
    this.current = target;
    this.sections.forEach((section, position) => section.classList.toggle("current", position === target));
    this.results.hidden = !this.onResults;
    const section = this.onResults ? this.results : this.sections[target];
    this.draw(section);
    this.remember();
    if (inHistory) history.pushState(null, "", `#${section.id}`);
    if (focus) {
      scrollTo(0, 0);
      /** @type {HTMLElement | null} */ (section.querySelector("[data-step-title]"))?.focus({ preventScroll: true });
    }
    this.dispatchEvent(new Event("step"));
  }

  /** @param {HTMLElement} section */
  draw(section) {
    const done = Math.min(this.current + 1, this.sections.length);
    [...this.progress.children].forEach((mark, position) => mark.classList.toggle("done", position < done));
    this.progress.setAttribute("aria-valuenow", String(done));
    this.progress.setAttribute("aria-valuetext", this.onResults ? "Đã nộp bài" : `Bước ${done} trên ${this.sections.length}`);
    const title = section.querySelector("[data-step-title]")?.textContent;
    document.title = title && title !== this.lessonTitle ? `${title} · ${this.lessonTitle}` : this.lessonTitle;
  }

  remember() {
    if (this.onResults) return;
    try {
      localStorage.setItem(this.memoryKey, String(this.current));
    } catch {
      // Nothing is lost but the place in the lesson.
    }
  }
}
