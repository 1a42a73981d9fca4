/**
 * @typedef {{ value: any, audience: string, at: string, item?: number, pending?: boolean, problem?: string }} Entry
 *   `item`: which item it was given for, where that is not the first;
 *   `pending`: the service has not acknowledged it yet; `problem`: the sentence with which it was refused
 * @typedef {{ version: number, answers: Record<string, Entry>, wish?: boolean }} Notes
 *   `wish`: the learner pressed "Nộp bài" and it has not been carried out yet
 */

/** Where answers lie before it is known whose they are. */
const NOBODY = "?";

/**
 * What this browser keeps of one lesson, by learner. Every read goes to the storage itself, so two tabs never
 * overwrite each other's answers.
 */
export class Vault {
  /** @param {string} lesson */
  constructor(lesson) {
    this.lesson = lesson;
    /** Whether the browser lets the page keep anything. */
    this.blocked = false;
    /** @type {Record<string, string>} */
    this.memory = {};
  }

  /** @param {string | null} user */
  keyFor(user) {
    return `bdhai:answers:${user ?? NOBODY}:${this.lesson}`;
  }

  /**
   * @param {string | null} user
   * @returns {Notes}
   */
  read(user) {
    try {
      const notes = JSON.parse(this.readText(this.keyFor(user)) ?? "null");
      if (notes && typeof notes.answers === "object" && notes.answers) return notes;
    } catch {
      // Not ours, or cut off by a full disk: begin anew. What the service has comes back from there.
    }
    return { version: 0, answers: {} };
  }

  /**
   * @param {string | null} user
   * @param {Notes} notes
   */
  write(user, notes) {
    this.writeText(this.keyFor(user), JSON.stringify(notes));
  }

  /**
   * Take over answers given before it was known who the learner is.
   * @param {string} user
   */
  adopt(user) {
    const stray = this.read(null);
    if (Object.keys(stray.answers).length) {
      const notes = this.read(user);
      for (const [id, entry] of Object.entries(stray.answers)) {
        if (!notes.answers[id] || notes.answers[id].at < entry.at) notes.answers[id] = entry;
      }
      this.write(user, notes);
    }
    this.removeText(this.keyFor(null));
    this.writeText("bdhai:user", user);
  }

  /** The learner who used this browser last, for a page opened without a network. */
  lastUser() {
    return this.readText("bdhai:user");
  }

  /** @param {string} key */
  readText(key) {
    if (key in this.memory) return this.memory[key];
    try {
      return localStorage.getItem(key);
    } catch {
      this.blocked = true;
      return null;
    }
  }

  /**
   * @param {string} key
   * @param {string} text
   */
  writeText(key, text) {
    try {
      localStorage.setItem(key, text);
      delete this.memory[key];
      this.blocked = false;
    } catch {
      // Full, or storage is switched off. The answer still lives in this tab and is still sent.
      this.memory[key] = text;
      this.blocked = true;
    }
  }

  /** @param {string} key */
  removeText(key) {
    delete this.memory[key];
    try {
      localStorage.removeItem(key);
    } catch {
      this.blocked = true;
    }
  }
}
