import { Model } from "./model.js";
import { isBlank } from "./overview.js";
import { Pools } from "./pools.js";

/** @typedef {{ widget: string, state: Record<string, any>, pool?: Record<string, any>[] }} Spec */

/** What a question widget has beside its lesson's traits. */
const RUNTIME = { answer: null, saved: "", saved_note: "", result: null };

/** The questions of the page: a model each, filled from the store, and going on to other items where there are some. */
export class Questions {
  /**
   * @param {string} lesson
   * @param {import("./store.js").AnswerStore} store
   * @param {{ onAnswer: () => void, onMessage: (model: Model, message: any) => void }} host
   */
  constructor(lesson, store, { onAnswer, onMessage }) {
    this.store = store;
    this.pools = new Pools(lesson);
    this.onAnswer = onAnswer;
    this.onMessage = onMessage;
    /** @type {Map<string, Model>} by id */
    this.models = new Map();
    /** Ids of the talks, and the pieces of work that can take words out of them. @type {string[]} */
    this.talks = [];
    /** @type {Model[]} */
    this.works = [];
    store.addEventListener("answers", (event) => this.show(/** @type {CustomEvent} */ (event).detail));
    store.addEventListener("user", () => this.show([...this.pools.questions.keys()]));
  }

  /** @param {Spec} spec */
  add(spec) {
    const id = spec.state.question;
    const model = new Model(
      { ...spec.state, ...RUNTIME, ...this.pools.take(spec) },
      {
        onAnswer: (value) => this.give(id, value),
        onSend: (message) => (message?.type === "another" ? this.beginAnother(id) : this.onMessage(model, message)),
      },
    );
    this.models.set(id, model);
    if (spec.widget === "chat") this.talks.push(id);
    if (spec.widget === "work") this.works.push(model);
    return model;
  }

  /** @param {string} id */
  labelOf(id) {
    if (id === "today") return "Ứng dụng ngay";
    return this.models.get(id)?.get("label") || id;
  }

  /** The graded ones. @returns {[string, Model][]} */
  get graded() {
    return [...this.models].filter(([, model]) => model.get("graded"));
  }

  unanswered() {
    return this.graded.filter(([id]) => isBlank(this.store.value(id))).map(([id]) => this.labelOf(id));
  }

  /** @param {string} id @param {any} value */
  give(id, value) {
    this.store.put(id, value, this.models.get(id)?.get("item"));
    this.passTalk(id);
    this.onAnswer();
  }

  /** Show what the store has of some questions. @param {string[]} ids */
  show(ids) {
    for (const id of ids) {
      const model = this.models.get(id);
      if (!model) continue;
      const item = this.store.item(id);
      const there = item <= this.pools.count(id); // or it was for an item that the lesson no longer has
      this.pools.show(id, model, item && there ? item : this.pools.first(id, this.store.user));
      model.put("answer", there ? this.store.value(id) : null);
      model.put("result", null); // it was for another answer
      this.passTalk(id);
    }
  }

  /** Let the pieces of work see what a talk has become. @param {string} id */
  passTalk(id) {
    if (!this.talks.includes(id)) return;
    const talk = this.talks.flatMap((one) => this.store.value(one)?.messages ?? []);
    for (const model of this.works) model.put("talk", talk);
  }

  /** Whether a graded answer was changed after it was submitted, here or on another device. @param {any} results */
  changedSince(results) {
    return this.graded.some(([id]) => this.isLater(id, results));
  }

  /** @param {string} id @param {any} results */
  isLater(id, results) {
    return this.store.moment(id) > Date.parse(results.submitted_at);
  }

  /** Show what each question earned, unless its answer is another one by now. @param {any} results */
  showResults(results) {
    for (const result of results.questions) {
      if (!this.isLater(result.id, results)) this.models.get(result.id)?.put("result", result);
    }
  }

  /** Whether a question with this result offers another item. @param {any} result @param {any} results */
  hasAnother({ id, sign }, results) {
    return sign !== "right" && this.pools.count(id) > 1 && !this.isLater(id, results);
  }

  /** Go on to the next item: the one before is over, so its answer makes room. @param {string} id */
  beginAnother(id) {
    const model = /** @type {Model} */ (this.models.get(id));
    const blank = this.pools.next(id, model);
    model.put("answer", blank);
    model.put("result", null);
    this.give(id, blank);
  }
}
