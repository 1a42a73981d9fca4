/** How an answer begins that says nothing yet, by widget. @type {Record<string, any>} */
const BLANK_ANSWERS = {
  choice: { kind: "choice", picked: [] },
  short_text: { kind: "text", text: "" },
  order: { kind: "order", order: [] },
  mark: { kind: "mark", marked: [] },
  dictation: { kind: "dictation", text: "", spoken: false },
};

/**
 * Questions that have several items of the same form. Which one a learner sees first is drawn from the name, as
 * `course/pools.py` draws it; each further try takes the next; the item's number is kept with the answer.
 */
export class Pools {
  /** @param {string} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    /** @type {Map<string, { widget: string, items: Record<string, any>[] }>} */
    this.questions = new Map();
  }

  /**
   * @param {{ widget: string, state: Record<string, any>, pool?: Record<string, any>[] }} spec
   * @returns {{ item: number, item_count: number }} what its model has of it
   */
  take({ widget, state, pool = [] }) {
    if (pool.length) this.questions.set(state.question, { widget, items: [state, ...pool] });
    return { item: 1, item_count: 1 + pool.length };
  }

  /** @param {string} id */
  count(id) {
    return this.questions.get(id)?.items.length ?? 1;
  }

  /** The item that a learner sees first. @param {string} id @param {string | null} user */
  first(id, user) {
    let mixed = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(`${user}/${this.lesson}/${id}`)) {
      mixed = Math.imul(mixed ^ byte, 0x01000193) >>> 0;
    }
    return user ? (mixed % this.count(id)) + 1 : 1;
  }

  /**
   * Put an item's words on a question's model.
   * @param {string} id
   * @param {import("./model.js").Model} model
   * @param {number} item
   */
  show(id, model, item) {
    const question = this.questions.get(id);
    if (!question || model.get("item") === item) return;
    for (const [trait, value] of Object.entries(question.items[item - 1])) model.put(trait, value);
    model.put("item", item);
  }

  /**
   * Go on to the next item.
   * @param {string} id
   * @param {import("./model.js").Model} model
   * @returns {any} the answer with which it begins
   */
  next(id, model) {
    this.show(id, model, (model.get("item") % this.count(id)) + 1);
    return BLANK_ANSWERS[this.questions.get(id)?.widget ?? ""];
  }
}
