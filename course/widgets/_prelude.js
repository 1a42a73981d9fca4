// Put before every widget's module: in Jupyter a module is loaded from a blob, so it cannot import its neighbours.
// Nothing here touches `window` names: a page may load all nine modules side by side.

/**
 * A widget's state: anywidget's model in Jupyter, the page's own on a lesson page.
 * @typedef {object} Model
 * @property {(name: string) => any} get
 * @property {(name: string, value: any) => void} set
 * @property {() => void} save_changes
 * @property {(event: string, callback: () => void) => void} on
 * @property {(event: string, callback: () => void) => void} off
 * @property {(content: any) => void} send
 */

/**
 * Make an element. `html` is for authored text only; what a learner wrote goes in as a child string.
 * @param {string} tag
 * @param {Record<string, any>} [props] attributes; `on…` a listener, `html` trusted HTML
 * @param {...(Node | string | null | false | undefined)} children
 * @returns {any}
 */
function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props)) {
    if (key === "html") node.innerHTML = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (value !== false && value != null) node.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children) if (child) node.append(child);
  return node;
}

/** Letters of options and items: 0 is A. @param {number} index */
const letter = (index) => String.fromCharCode(65 + index);

/** A number as it is written in Vietnamese: 1,5. @param {number} value */
const num = (value) => String(Math.round(value * 100) / 100).replace(".", ",");

/** A name for a group of radio buttons; two views of one widget must not share it. */
const uid = () => "bd" + Math.random().toString(36).slice(2);

/** What is read aloud of an element: a full stop after each block. @param {Element} node */
const spoken = (node) => node.innerHTML.replace(/<\/(p|li|div)>|<br>/g, ". ").replace(/<[^>]*>/g, " ").replace(/&[a-z]+;/g, " ");

/**
 * The widget's root, and watching of traits that ends with the view.
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {string} kind class name of the widget
 */
function frame(model, el, kind) {
  /** @type {(() => void)[]} */
  const ends = [];
  // JupyterLab takes plain keys pressed on a button as notebook commands: "d d" would delete the cell.
  const onkeydown = (event) => event.ctrlKey || event.metaKey || event.altKey || event.stopPropagation();
  const root = h("div", { class: "bdhai bd-" + kind, lang: "vi", onkeydown });
  el.replaceChildren(root);
  applySize(storedSize());
  return {
    root,
    ends,
    /** Run now and whenever one of the traits changes. @param {string} names @param {() => void} run */
    watch(names, run) {
      for (const name of names.split(" ")) {
        model.on("change:" + name, run);
        ends.push(() => model.off("change:" + name, run));
      }
      run();
    },
    /** Listen until the view ends. @param {EventTarget} target @param {string} type @param {() => void} run */
    listen(target, type, run) {
      target.addEventListener(type, run);
      ends.push(() => target.removeEventListener(type, run));
    },
    end: () => ends.splice(0).forEach((end) => end()),
  };
}

const SIGNS = { good: "✓", near: "½", again: "✗", miss: "✗", stop: "!", gaps: "?", wait: "…" };
const OF_SIGN = { right: ["good", "Đúng rồi."], partly: ["near", "Gần đúng."], wrong: ["miss", "Chưa đúng."] };

/**
 * A feedback panel: a coloured bar, a sign and a word, so that colour is never alone.
 * @param {keyof typeof SIGNS} kind amber unless good, miss (quiet) or stop (a person is needed)
 * @param {string} head
 * @param {...any} rest
 */
function panel(kind, head, ...rest) {
  return h(
    "div",
    { class: "bd-panel bd-" + kind },
    h("p", { class: "bd-head" }, h("span", { class: "bd-sign", "aria-hidden": "true" }, SIGNS[kind]), " " + head),
    ...rest,
  );
}

/** A reason with **bold** words and no other markup: it may quote what a learner wrote. @param {string} text */
const sentence = (text) => h("p", {}, ...text.split(/\*\*(.+?)\*\*/).map((run, at) => (at % 2 ? h("b", {}, run) : run)));

/** A list with a sign before each line. @param {any[][]} lines whether it is right, then what is shown */
const signList = (lines) =>
  h(
    "ul",
    { class: "bd-lines" },
    ...lines.map(([good, ...rest]) =>
      h(
        "li",
        {},
        h("span", { class: good ? "bd-sign" : "bd-sign bd-no", role: "img", "aria-label": good ? "Đúng" : "Chưa đúng" }, good ? "✓" : "✗"),
        h("div", {}, ...rest),
      ),
    ),
  );

const SAVED = {
  saving: ["…", "Đang lưu"],
  saved: ["✓", "Đã lưu"],
  waiting: ["◷", "Đang chờ mạng, chưa mất gì"],
  error: ["!", "Chưa lưu được"],
};

/**
 * The line that says whether the answer is kept.
 * @param {Model} model
 * @param {ReturnType<typeof frame>} view
 */
function savedLine(model, view) {
  const line = h("p", { class: "bd-saved", role: "status" });
  view.watch("saved saved_note", () => {
    const state = model.get("saved") || "";
    const [sign, words] = SAVED[state] || ["", ""];
    const text = words && `${sign} ${model.get("saved_note") || words}`;
    line.className = "bd-saved bd-is-" + state;
    // Written only when it changes, or a screen reader would repeat it with every letter typed.
    if (line.textContent !== text) line.textContent = text;
  });
  return line;
}

/** A picture's words, as a voice says them. @param {Model} model */
const pictureWords = (model) => (model.get("alt") ? `Trong ảnh: ${model.get("alt")}. ` : "");

/**
 * A picture that a tap makes larger; nothing where there is none. Its words are there for screen readers, and are shown
 * where the picture itself is missing.
 * @param {Model} model
 * @param {ReturnType<typeof frame>} view
 */
function pictureBox(model, view) {
  const words = h("p", { class: "bd-picture-words" });
  const zoom = h("button", { type: "button", class: "bd-zoom", "aria-label": "Phóng to ảnh", onclick: () => open() });
  const box = h("div", { class: "bd-picture-box", hidden: true }, words, zoom);
  /** @type {any} */
  let dialog = null;
  // Hidden from screen readers: its texts in the order in which they were drawn are not the order of reading.
  const drawing = () => h("span", { class: "bd-drawing", "aria-hidden": "true", html: model.get("picture") });
  const open = () => {
    const close = h("button", { type: "button", class: "bd-btn bd-second", onclick: () => dialog.close() }, "✕ Đóng ảnh");
    dialog = h("dialog", { class: "bd-large", "aria-label": "Ảnh phóng to", onclose: () => dialog.remove() }, close, h("div", { tabindex: 0 }, drawing()));
    view.root.append(dialog);
    dialog.showModal();
  };
  view.watch("picture alt", () => {
    const there = !!model.get("picture");
    words.textContent = model.get("alt") ? "Ảnh: " + model.get("alt") : "";
    words.classList.toggle("bd-hide", there);
    zoom.hidden = !there;
    if (there) zoom.replaceChildren(drawing(), h("span", { class: "bd-loupe", "aria-hidden": "true" }, "+ Phóng to"));
    box.hidden = !there && !words.textContent;
    dialog?.close();
  });
  view.ends.push(() => dialog?.close());
  return box;
}

/**
 * The frame of a question: label, ask, reading aloud, body, feedback, saved state, result.
 * @param {Model} model
 * @param {HTMLElement} el
 * @param {string} kind
 */
function question(model, el, kind) {
  const view = frame(model, el, kind);
  const label = h("span", { class: "bd-label" });
  const ask = h("div", { class: "bd-ask", tabindex: -1 });
  const body = h("div", { class: "bd-body" });
  const feedback = h("div", { "aria-live": "polite" });
  const saved = savedLine(model, view);
  const result = h("div", { "aria-live": "polite" });
  const another = h("button", { type: "button", class: "bd-btn bd-second", hidden: true, onclick: () => begin() });
  const listen = readAloud(view, () => spoken(ask) + " . " + pictureWords(model) + [...body.querySelectorAll(".bd-read")].map(spoken).join(" . "));
  view.root.append(h("fieldset", {}, h("legend", {}, label, ask), listen, pictureBox(model, view), body, feedback, saved, result, another));
  let told = "";
  let stale = false;

  view.watch("ask label points graded", () => {
    const points = model.get("graded") && model.get("points") ? ` · ${num(model.get("points"))} điểm` : "";
    label.textContent = (model.get("label") || "") + points;
    ask.innerHTML = model.get("ask") || "";
  });
  /** Of a question with more items: what has been seen with its result stays as it is, and the next one is offered. */
  const showAnother = () => {
    const more = (model.get("item_count") ?? 1) > 1;
    const over = more && !stale && ["partly", "wrong"].includes(model.get("result")?.sign);
    body.inert = over;
    another.textContent = model.get("graded") ? "Thử câu khác" : "Thêm một câu nữa";
    another.hidden = !(over || (more && !model.get("graded") && told));
  };
  const begin = () => {
    model.send({ type: "another" });
    ask.focus();
  };
  const showResult = () => {
    const graded = model.get("result");
    const [sort, words] = OF_SIGN[graded?.sign] || [];
    result.replaceChildren();
    if (sort) {
      const head = `${words} ${num(graded.points)}/${num(graded.max_points)} điểm`;
      const again = stale && h("p", { class: "bd-soft" }, "Bạn vừa sửa câu trả lời. Nộp lại để chấm câu mới.");
      result.append(panel(sort, head, ...(graded.reasons || []).map(sentence), again));
    }
  };
  view.watch("result", () => {
    stale = false;
    showResult();
    showAnother();
  });
  view.watch("item_count graded", showAnother);

  return {
    ...view,
    body,
    /** Hand over the learner's answer. @param {any} value */
    answer(value) {
      model.set("answer", value);
      model.save_changes();
      if (model.get("result") && !stale) {
        stale = true;
        showResult();
      }
    },
    /** Show practice feedback, or none; the same feedback is not announced twice. @param {HTMLElement | null} node */
    tell(node) {
      const now = node ? node.innerHTML : "";
      if (now === told) return;
      told = now;
      feedback.replaceChildren(...(node ? [node] : []));
      showAnother();
    },
  };
}

/**
 * A "Nghe đọc" button that shows itself only where the browser has a Vietnamese voice.
 * @param {ReturnType<typeof frame>} view
 * @param {() => string} text
 */
function readAloud(view, text) {
  const button = h("button", { type: "button", class: "bd-listen", hidden: true, "aria-pressed": "false" });
  const synth = typeof speechSynthesis === "undefined" ? null : speechSynthesis;
  const voice = () => synth?.getVoices().find((one) => /^vi([-_]|$)/i.test(one.lang));
  /** @type {SpeechSynthesisUtterance | null} */
  let current = null;
  const show = () => {
    button.hidden = !voice();
    button.setAttribute("aria-pressed", String(!!current));
    button.textContent = current ? "■ Dừng đọc" : "▶\uFE0E Nghe đọc";
  };
  const stop = () => {
    if (current) synth?.cancel();
    current = null;
    show();
  };
  button.addEventListener("click", () => {
    if (current) return stop();
    synth?.cancel(); // one voice at a time: another text may be speaking
    const speech = new SpeechSynthesisUtterance(text());
    speech.lang = "vi-VN";
    speech.voice = voice() ?? null;
    speech.onend = speech.onerror = () => {
      if (current === speech) current = null;
      show();
    };
    current = speech;
    synth?.speak(speech);
    show();
  });
  if (synth) {
    if (synth.addEventListener) view.listen(synth, "voiceschanged", show); // voices arrive after the page
    view.ends.push(stop);
  }
  show();
  return button;
}

const SIZES = [0.875, 1, 1.125, 1.25, 1.5, 1.75, 2];

/** The learner's text size, 1 is 18 px. Storage may be forbidden, so it may throw. */
function storedSize() {
  try {
    const size = Number(localStorage.getItem("bdhai.size"));
    return SIZES.includes(size) ? size : 1;
  } catch {
    return 1;
  }
}

/** @param {number} size */
const applySize = (size) => document.documentElement.style.setProperty("--bd-size", String(size));

/**
 * One step larger or smaller; remembered in this browser. Shared by the start widget and the lesson page.
 * @param {number} step 1 or -1
 * @returns {number} the size now
 */
function stepSize(step) {
  const now = Number(document.documentElement.style.getPropertyValue("--bd-size")) || storedSize();
  const size = SIZES[Math.min(SIZES.length - 1, Math.max(0, SIZES.indexOf(now) + step))];
  applySize(size);
  try {
    localStorage.setItem("bdhai.size", String(size));
  } catch {
    // the size still holds for this visit
  }
  return size;
}
