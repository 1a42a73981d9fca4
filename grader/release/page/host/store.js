import { ApiError } from "./api.js";

/** @typedef {import("./vault.js").Entry} Entry */

/** Pause before what was given is sent, so that typing does not send every letter, in milliseconds. */
const SEND_PAUSE = 300;
const FIRST_RETRY = 1000;
const LONGEST_RETRY = 30000;
/** Browsers refuse a request that outlives its page above 64 KiB. */
const KEEPALIVE_LIMIT = 60000;

const encoder = new TextEncoder();
const sameJson = (/** @type {any} */ a, /** @type {any} */ b) => JSON.stringify(a) === JSON.stringify(b);

/**
 * The learner's answers: kept in the browser at once, sent to the learn service until it has acknowledged them.
 *
 * Events: `answers` (detail: ids whose value came from elsewhere), `state` (what is saved has changed), `user` (it is
 * known whose the answers are).
 */
export class AnswerStore extends EventTarget {
  /**
   * @param {import("./api.js").Api} api
   * @param {import("./vault.js").Vault} vault
   * @param {string} audience
   */
  constructor(api, vault, audience) {
    super();
    this.api = api;
    this.vault = vault;
    this.audience = audience;
    /** @type {string | null} */
    this.user = null;
    this.known = false;
    /** What keeps answers from arriving. @type {"" | "offline" | "busy" | "login"} */
    this.trouble = "";
    /** How far the service's clock is ahead of this device's, in milliseconds. */
    this.clockAhead = 0;
    this.retryAfter = FIRST_RETRY;
    /** @type {Promise<void> | null} */
    this.running = null;
    this.timer = 0;
    this.notes = vault.read(null);
  }

  /** Find out whose answers these are, and fetch what the service has. Repeat it when the learner comes back. */
  async open() {
    try {
      const asked = Date.now();
      const [me, record] = await Promise.all([this.api.getMe(), this.api.getAnswers()]);
      this.beUser(me.name);
      this.known = true;
      this.takeRecord(record, asked);
      this.settle();
    } catch (error) {
      if (!this.user) this.beUser(this.vault.lastUser());
      this.stumble(error);
    }
    await this.send();
  }

  /** @param {string | null} name */
  beUser(name) {
    if (!name || name === this.user) return;
    const before = this.notes.answers;
    this.user = name;
    this.vault.adopt(name);
    this.change((notes) => {
      for (const entry of Object.values(notes.answers)) delete entry.problem; // a new page may be accepted
    });
    this.tell([...new Set([...Object.keys(before), ...Object.keys(this.notes.answers)])]);
    this.dispatchEvent(new Event("user"));
  }

  /**
   * Keep an answer that was just given.
   * @param {string} id
   * @param {any} value
   * @param {number} [item] which item of the question, where it has several
   */
  put(id, value, item = 1) {
    const known = this.vault.read(this.user).answers[id];
    if (value === null || value === undefined || (known && isSame(known, { value, item }))) return;
    // Strictly later than before, or the service would take two quick changes for one.
    const at = Math.max(Date.now(), known ? Date.parse(known.at) - (known.pending ? 0 : this.clockAhead) + 1 : 0);
    this.change((notes) => {
      const entry = { value, audience: this.audience, at: new Date(at).toISOString(), pending: true };
      notes.answers[id] = item > 1 ? { ...entry, item } : entry;
    });
    this.schedule(SEND_PAUSE);
  }

  /** @param {string} id */
  value(id) {
    return this.notes.answers[id]?.value ?? null;
  }

  /** All answers as the learner sees them, by question: the value and the item it is for. */
  values() {
    return Object.fromEntries(Object.entries(this.notes.answers).map(([id, { value, item = 1 }]) => [id, [value, item]]));
  }

  /** The item that an answer was given for; 0 without one. @param {string} id */
  item(id) {
    const entry = this.notes.answers[id];
    return entry ? (entry.item ?? 1) : 0;
  }

  /** When an answer was given, by the service's clock in milliseconds; 0 without one. @param {string} id */
  moment(id) {
    const entry = this.notes.answers[id];
    return entry ? Date.parse(entry.at) + (entry.pending ? this.clockAhead : 0) : 0;
  }

  pendingIds() {
    return Object.keys(this.notes.answers).filter((id) => this.notes.answers[id].pending);
  }

  /**
   * @param {string} id
   * @returns {{ saved: "" | "saving" | "saved" | "waiting" | "error", note: string }}
   */
  stateOf(id) {
    const entry = this.notes.answers[id];
    if (!entry) return { saved: "", note: "" };
    if (entry.problem) return { saved: "error", note: entry.problem };
    if (!entry.pending) return { saved: "saved", note: "" };
    if (this.trouble === "login") return { saved: "waiting", note: "Cần đăng nhập lại, chưa mất gì" };
    if (this.trouble) return { saved: "waiting", note: "Đang chờ mạng, chưa mất gì" };
    return { saved: "saving", note: "" };
  }

  /** Change the notes on top of what other tabs wrote, and keep them. @param {(notes: any) => void} edit */
  change(edit) {
    const notes = this.vault.read(this.user);
    edit(notes);
    this.vault.write(this.user, notes);
    this.notes = notes;
    this.dispatchEvent(new Event("state"));
  }

  /** Another tab of this browser wrote. */
  reread() {
    const before = this.notes.answers;
    this.notes = this.vault.read(this.user);
    this.tell(Object.keys(this.notes.answers).filter((id) => !isSame(before[id], this.notes.answers[id])));
    this.dispatchEvent(new Event("state"));
  }

  /** @param {string[]} ids */
  tell(ids) {
    if (ids.length) this.dispatchEvent(new CustomEvent("answers", { detail: ids }));
  }

  /**
   * Merge the service's record: per question the later answer stands.
   * @param {any} record
   * @param {number} asked when it was asked for, by this device's clock
   * @param {Record<string, Entry>} [sent] what was sent with it, and is now acknowledged
   */
  takeRecord(record, asked, sent = {}) {
    if (record.now) this.clockAhead = Date.parse(record.now) - (asked + Date.now()) / 2;
    /** @type {string[]} */
    const changed = [];
    this.change((notes) => {
      for (const [id, theirs] of Object.entries(record.answers ?? {})) {
        const mine = notes.answers[id];
        const acknowledged = mine && sent[id]?.at === mine.at;
        const mineIsLater = mine?.pending && Date.parse(mine.at) + this.clockAhead > Date.parse(theirs.at);
        if (mine && !acknowledged && mineIsLater) continue;
        if (!isSame(mine, theirs)) changed.push(id);
        notes.answers[id] = plainEntry(theirs);
      }
      notes.version = record.version;
    });
    this.tell(changed);
  }

  /** Send what is pending; resolves when all has been acknowledged or something stands in the way. */
  send() {
    this.running ??= this.sendAll().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  async sendAll() {
    clearTimeout(this.timer);
    if (!this.known) return;
    for (;;) {
      const batch = this.sendable();
      if (!Object.keys(batch).length) break;
      try {
        await this.deliver(batch);
        // An answer that the service neither took nor refused is tried again later, not in a circle.
        if (Object.keys(batch).some((id) => this.sendable()[id]?.at === batch[id].at)) throw new ApiError("busy");
        this.settle();
      } catch (error) {
        this.stumble(error);
        return;
      }
    }
  }

  /** @returns {Record<string, Entry>} */
  sendable() {
    return Object.fromEntries(
      Object.entries(this.notes.answers).filter(([, entry]) => entry.pending && !entry.problem),
    );
  }

  /** @param {Record<string, Entry>} batch */
  async deliver(batch) {
    const asked = Date.now();
    try {
      this.takeRecord(await this.api.putAnswers(plain(batch)), asked, batch);
    } catch (error) {
      if (!(error instanceof ApiError) || error.kind !== "refused") throw error;
      const ids = Object.keys(batch);
      if (ids.length > 1) {
        // One bad answer must not hold back the others: find it by sending them one by one.
        for (const id of ids) await this.deliver({ [id]: batch[id] });
        return;
      }
      this.change((notes) => {
        const entry = notes.answers[ids[0]];
        if (entry?.at === batch[ids[0]].at) {
          entry.problem = error.sentence || "Câu này chưa gửi được. Câu trả lời vẫn còn trong máy.";
        }
      });
      if (error.code === "storage_full") this.retryProblems();
    }
  }

  /** A full disk is mended by someone else: try again later, with nothing to do for the learner. */
  retryProblems() {
    setTimeout(() => {
      this.change((notes) => {
        for (const entry of Object.values(notes.answers)) delete entry.problem;
      });
      this.send();
    }, LONGEST_RETRY);
  }

  /** The page is going away: hand what is pending to the browser, which sends it without the page. */
  sendLast() {
    const batch = this.sendable();
    if (!this.known || !Object.keys(batch).length) return;
    const fits = encoder.encode(JSON.stringify(batch)).length < KEEPALIVE_LIMIT;
    this.api.putAnswers(plain(batch), { keepalive: fits }).then(
      (record) => this.takeRecord(record, Date.now(), batch),
      () => undefined, // still pending in the browser; sent when the page is next opened
    );
  }

  settle() {
    this.retryAfter = FIRST_RETRY;
    this.setTrouble("");
  }

  /** @param {unknown} error */
  stumble(error) {
    const kind = error instanceof ApiError ? error.kind : "offline";
    this.setTrouble(kind === "refused" ? "busy" : kind);
    if (kind === "login") return; // nothing changes until the learner has logged in
    this.schedule(this.retryAfter * (0.75 + Math.random() / 2));
    this.retryAfter = Math.min(this.retryAfter * 2, LONGEST_RETRY);
  }

  /** @param {"" | "offline" | "busy" | "login"} trouble */
  setTrouble(trouble) {
    if (this.trouble === trouble) return;
    this.trouble = trouble;
    this.dispatchEvent(new Event("state"));
  }

  /** @param {number} pause in milliseconds */
  schedule(pause) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => (this.known ? this.send() : this.open()), pause);
  }
}

/** What the service wants of entries. @param {Record<string, Entry>} batch */
function plain(batch) {
  return Object.fromEntries(Object.entries(batch).map(([id, entry]) => [id, plainEntry(entry)]));
}

/** @param {Entry} entry */
function plainEntry({ value, audience, at, item }) {
  return item ? { value, audience, at, item } : { value, audience, at };
}

/** Whether two answers say the same of the same item. @param {any} a @param {any} b */
function isSame(a, b) {
  return !!a && !!b && sameJson(a.value, b.value) && (a.item ?? 1) === (b.item ?? 1);
}
