import { ApiError } from "./api.js";

/** Pauses between looks at the results, in milliseconds: most are there within a second. */
const LOOKS = [150, 250, 400, 600, 900, 1300, 2000];
const SLOW_LOOK = 5000;
const PATIENCE = 20;

const CHANGED = (/** @type {string} */ labels, /** @type {string} */ you) =>
  `${labels} vừa được sửa trên máy khác. Mời ${you} xem lại, rồi bấm Nộp bài lần nữa.`;
const WAITING = "Chưa có mạng. Có mạng lại là bài tự nộp, kể cả khi trang này được mở lại sau.";
const BUSY = "Nơi nhận bài đang bận. Bài vẫn giữ trong máy và sẽ tự nộp lại sau ít phút.";
const LOGIN = "Cần đăng nhập lại. Đăng nhập xong, bài sẽ tự nộp.";
const SLOW = "Chấm lâu hơn mọi khi. Bài đã nhận rồi, có thể đóng trang; mở lại là thấy kết quả.";

/**
 * Hand in a lesson: first every answer, then the wish to submit exactly what the learner sees, then wait for the results.
 *
 * Event `phase`: see `phase`, `message`, `results`.
 */
export class Submitter extends EventTarget {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./store.js").AnswerStore} store
   * @param {{ labelOf: (id: string) => string, you: string }} words
   */
  constructor(api, store, { labelOf, you }) {
    super();
    this.api = api;
    this.store = store;
    this.labelOf = labelOf;
    this.you = you;
    /** @type {"idle" | "sending" | "waiting" | "grading" | "graded" | "refused"} */
    this.phase = "idle";
    this.message = "";
    this.receipt = "";
    /** @type {any} */
    this.results = null;
    this.busy = false;
    this.looking = false;
  }

  /** The learner pressed "Nộp bài". */
  async press() {
    if (this.busy || this.phase === "grading") return;
    this.store.change((notes) => {
      notes.wish = true;
    });
    await this.carryOut();
  }

  /** Carry out a wish that had to wait. Called whenever answers may have got through again. */
  async resume() {
    if (this.store.notes.wish && !this.busy) await this.carryOut();
  }

  async carryOut() {
    this.busy = true;
    try {
      this.turn("sending");
      await this.handIn();
    } catch (error) {
      this.turn("waiting", error instanceof ApiError && error.kind === "login" ? LOGIN : this.whyWaiting(error));
      this.store.stumble(error);
    } finally {
      this.busy = false;
    }
  }

  /** @param {unknown} error */
  whyWaiting(error) {
    if (error instanceof ApiError && error.kind === "busy") return error.sentence || BUSY;
    return WAITING;
  }

  async handIn() {
    const { store } = this;
    const seen = store.values();
    if (store.known) await store.send();
    else await store.open();
    if (store.trouble || !store.known) {
      this.turn("waiting", { login: LOGIN, busy: BUSY, offline: WAITING, "": WAITING }[store.trouble]);
      return;
    }
    const stuck = store.pendingIds();
    if (stuck.length) {
      this.ask(`${this.name(stuck)} chưa gửi được. Mời ${this.you} mở lại câu đó xem lý do.`);
      return;
    }
    if (this.askedAboutChanges(seen)) return;
    try {
      const { receipt } = await this.api.submit(store.notes.version);
      store.change((notes) => {
        delete notes.wish;
      });
      this.receipt = receipt;
      this.turn("grading");
      this.look(receipt);
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== "refused") throw error;
      if (error.code === "answers_changed" && error.body.record) {
        store.takeRecord(error.body.record, Date.now());
        if (this.askedAboutChanges(seen)) return;
        this.ask(`Bài vừa được lưu thêm trên máy khác. Mời ${this.you} xem lại, rồi bấm Nộp bài lần nữa.`);
        return;
      }
      if (error.code === "too_soon") {
        this.ask(error.sentence);
        return;
      }
      store.change((notes) => {
        delete notes.wish;
      });
      this.turn("refused", error.sentence || "Bài chưa nộp được. Các câu trả lời vẫn còn nguyên.");
    }
  }

  /**
   * What is submitted must be what was on the screen: ask again when another device changed an answer meanwhile.
   * @param {Record<string, any>} seen
   */
  askedAboutChanges(seen) {
    const now = this.store.values();
    const changed = Object.keys(now).filter((id) => JSON.stringify(now[id]) !== JSON.stringify(seen[id]));
    if (!changed.length) return false;
    this.ask(CHANGED(this.name(changed), this.you));
    return true;
  }

  /** @param {string[]} ids */
  name(ids) {
    return [...new Set(ids.map((id) => this.labelOf(id)))].join(", ");
  }

  /** Give the decision back to the learner. @param {string} message */
  ask(message) {
    this.store.change((notes) => {
      delete notes.wish;
    });
    this.turn("idle", message);
  }

  /** Look whether an earlier submission has results. */
  async recall() {
    try {
      const results = await this.api.getResults();
      if (this.busy || this.store.notes.wish) return;
      if (results.state === "grading") {
        this.receipt = results.receipt;
        this.turn("grading");
        this.look(results.receipt);
      } else this.take(results);
    } catch {
      // No network, no results; the lesson itself goes on, and the next visit looks again.
    }
  }

  /**
   * Look for the results of one submission until they are there.
   * @param {string} receipt
   */
  async look(receipt) {
    if (this.looking) return;
    this.looking = true;
    for (let count = 0; this.phase === "grading"; count++) {
      await new Promise((resolve) => setTimeout(resolve, LOOKS[count] ?? (count < PATIENCE ? 2000 : SLOW_LOOK)));
      if (count === PATIENCE) this.turn("grading", SLOW);
      try {
        const results = await this.api.getResults();
        if (results.receipt === receipt && results.state !== "grading") this.take(results);
      } catch (error) {
        if (error instanceof ApiError && error.kind === "login") {
          this.turn("waiting", "Bài đã nhận rồi. Đăng nhập lại là thấy kết quả.");
          this.store.stumble(error);
        }
      }
    }
    this.looking = false;
  }

  /** @param {any} results */
  take(results) {
    if (results.state === "graded") {
      this.results = results;
      this.receipt = results.receipt;
      this.turn("graded");
    } else if (results.state === "refused") {
      this.turn("refused", results.message || "Bài chưa chấm được. Mời nộp lại.");
    }
  }

  /** @param {Submitter["phase"]} phase @param {string} [message] */
  turn(phase, message = "") {
    this.phase = phase;
    this.message = message;
    this.dispatchEvent(new Event("phase"));
  }
}
