// Put before the widgets that have a text field: the field, and finding words in what was written.

/**
 * A text field that writes to the answer soon after the last key, and at once when the learner leaves.
 * @param {Model} model
 * @param {ReturnType<typeof question>} view
 * @param {(text: string) => any} value makes the answer of a text
 * @param {() => void} typed called whenever the field's text has changed
 */
function textField(model, view, value, typed) {
  const field = h("textarea", { class: "bd-field", "aria-label": "Câu trả lời của bạn", maxlength: 6000, spellcheck: "false" });
  let timer = 0;
  let later = false;
  const flush = () => {
    if (!timer) return;
    clearTimeout(timer);
    timer = 0;
    view.answer(value(field.value.normalize("NFC")));
  };
  const pull = () => {
    const text = model.get("answer")?.text ?? "";
    // What is being typed is newer than what came from elsewhere; and a field in use is not changed under the cursor.
    if (timer || text === field.value.normalize("NFC")) return;
    if (field.matches(":focus")) {
      later = true;
      return;
    }
    field.value = text;
    typed();
  };
  field.addEventListener("input", () => {
    later = false;
    clearTimeout(timer);
    timer = setTimeout(flush, 400);
    typed();
  });
  field.addEventListener("blur", () => {
    flush();
    if (later) {
      later = false;
      pull();
    }
  });
  view.listen(window, "pagehide", flush);
  view.listen(document, "visibilitychange", () => document.hidden && flush());
  view.ends.push(flush);
  return {
    field,
    pull,
    /** Replace the text and write it at once. @param {string} text */
    put(text) {
      later = false;
      clearTimeout(timer);
      timer = 0;
      field.value = text;
      view.answer(value(text.normalize("NFC")));
      typed();
    },
  };
}

const TONES = "oà òa oá óa oả ỏa oã õa oạ ọa oè òe oé óe oẻ ỏe oẽ õe oẹ ọe uỳ ùy uý úy uỷ ủy uỹ ũy uỵ ụy".split(" ");
const WORD_END = /[\p{L}\p{M}\p{N}_]$|\d[.,]$/u;
const WORD_START = /^[\p{L}\p{M}\p{N}_]|^[.,]\d/u;

/**
 * One spelling for comparing, as course/comparing.py has it: NFC, hoà as hòa, plain dashes and quotation marks.
 * @param {string} text
 */
function normalised(text) {
  let plain = text.normalize("NFC").replace(/[–—]/g, "-").replace(/[“”]/g, '"').replace(/’/g, "'").replace(/\s+/g, " ").trim();
  for (let index = 0; index < TONES.length; index += 2) {
    const [old, now] = TONES.slice(index, index + 2);
    plain = plain.replace(new RegExp(old + "(?![\\p{L}\\p{M}\\p{N}_])", "giu"), (found) =>
      [...now].map((one, at) => (found[at] === found[at].toUpperCase() ? one.toUpperCase() : one)).join(""),
    );
  }
  return plain;
}

/**
 * Where a phrase stands in a normalised text as whole words. Without lookbehind, which older phones lack.
 * @param {string} text
 * @param {string} phrase a phrase, or "re:" and a regular expression
 * @param {boolean} [exact] whether capitals matter
 * @returns {[number, number][]}
 */
function places(text, phrase, exact) {
  const flags = exact ? "gu" : "giu";
  const free = phrase.startsWith("re:");
  const source = free ? phrase.slice(3).normalize("NFC") : normalised(phrase).replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  /** @type {[number, number][]} */
  const found = [];
  if (!source) return found;
  try {
    const pattern = new RegExp(source, flags);
    for (let match; (match = pattern.exec(text)); pattern.lastIndex = match.index + 1) {
      const end = match.index + match[0].length;
      if (free || !(WORD_END.test(text.slice(0, match.index)) || WORD_START.test(text.slice(end)))) found.push([match.index, end]);
    }
  } catch {
    // a pattern that only Python knows finds nothing here; it must not stop the page
  }
  return found;
}

/** Does the text hold one of the words or patterns? @param {string} text @param {string[]} words */
const holds = (text, words) => words.some((word) => places(normalised(text), word).length > 0);

/**
 * Has a mistake been put right: the wanted spelling is there, and the wrong one is nowhere else?
 * @param {string} text
 * @param {{ want: string | string[], not?: string }} fix
 */
function isFixed(text, fix) {
  const wants = [fix.want].flat();
  const fold = (word) => normalised(word).toLowerCase();
  const exact = !!fix.not && wants.some((want) => fold(want) === fold(fix.not));
  let rest = normalised(text);
  if (!wants.some((want) => places(rest, want, exact).length)) return false;
  for (const want of wants) {
    // "20 kg chè" is right although it contains the wrong "20 kg"
    for (const [from, to] of places(rest, want, exact).reverse()) rest = rest.slice(0, from) + " " + rest.slice(to);
  }
  return !fix.not || !places(rest, fix.not, exact).length;
}
