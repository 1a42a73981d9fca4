const AREAS = [
  ["task", "Việc gì?", 2, 500],
  ["request", "Yêu cầu đã gửi trợ lý", 4, 4000],
  ["result", "Kết quả đem dùng", 6, 8000],
  ["fixed", "Trợ lý sai, thiếu chỗ nào? Tôi đã sửa gì?", 2, 1000],
];
const MOST_MINUTES = 10000;
// Long runs of figures and mail addresses: what the grader's privacy shield surely finds, told while one can still mend it.
const PRIVATE = [
  [/[\w.+-]+@[\w-]+(?:\.[\w-]+)+/u, "địa chỉ email"],
  [/(?:^|[^\d.,])(?:\+84|0)(?:[ .-]?\d){9}(?!\d)|\d{9,16}/u, "dãy số dài như số điện thoại, số căn cước, số tài khoản"],
];

/** A piece of the learner's own work. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "work");
  const blank = { kind: "work", task: "", request: "", result: "", checked: [], fixed: "", before: null, after: null };
  const value = () => ({ ...blank, ...(model.get("answer") ?? {}) });
  let timer = 0;
  /** What is typed and not yet handed over: newer than whatever comes from elsewhere. @type {Record<string, any>} */
  let typed = {};
  const flush = () => {
    clearTimeout(timer);
    timer = 0;
    const now = { ...value(), ...typed };
    typed = {};
    if (JSON.stringify(now) !== JSON.stringify(value())) view.answer(now);
    show();
  };
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(flush, 400);
  };
  const put = (more) => {
    Object.assign(typed, more);
    flush();
  };

  // --- the fields ----------------------------------------------------------------------------------------------------

  /** @type {Record<string, any>} */
  const parts = {};
  const states = {};
  const part = (name, words, ...rest) => {
    states[name] = h("span", { class: "bd-state" });
    const id = uid();
    const [first] = rest;
    const named = h("p", { class: "bd-name" }, h("span", { id }, words), states[name]);
    first.setAttribute("aria-labelledby", id);
    return (parts[name] = h("div", { class: "bd-part" }, named, ...rest));
  };
  const fields = {};
  const warnings = {};
  const takes = {};
  for (const [name, words, rows, most] of AREAS) {
    const field = h("textarea", { class: "bd-field", maxlength: most, rows, spellcheck: "false", style: `--bd-rows: ${rows}` });
    field.addEventListener("input", () => {
      typed[name] = field.value.normalize("NFC").slice(0, most);
      later();
      mark();
    });
    field.addEventListener("blur", flush);
    fields[name] = field;
    warnings[name] = h("p", { class: "bd-private", role: "status", hidden: true });
    takes[name] = (name === "request" || name === "result") && h("button", { type: "button", class: "bd-btn bd-second bd-take", hidden: true, onclick: () => take(name) }, "Lấy từ cuộc trò chuyện");
    part(name, words, field, takes[name], warnings[name]);
  }
  const checks = h("div", { class: "bd-options", role: "group" });
  part("checked", "Tôi đã kiểm những gì?", checks);
  const minutes = {};
  const minute = (name, words) => {
    const field = h("input", { type: "text", inputmode: "numeric", maxlength: 12, autocomplete: "off" });
    field.addEventListener("input", () => {
      typed[name] = minutesOf(field.value);
      later();
      mark();
    });
    field.addEventListener("blur", flush);
    minutes[name] = field;
    return h("label", {}, words, field);
  };
  part("minutes", "Mất bao nhiêu phút?", h("div", { class: "bd-minutes", role: "group" }, minute("before", "Tự làm như mọi khi"), minute("after", "Làm với trợ lý, cả lúc kiểm")));
  const saved = h("p", { class: "bd-soft", role: "status" });
  parts.minutes.append(saved);
  const example = h("details", {}, h("summary", {}, "Xem một bài mẫu"), h("div", { class: "bd-sample" }));
  const quality = h("p", { class: "bd-quality" }, h("b", {}, "Chất lượng: chưa chấm. "), "Máy chỉ xem đủ phần hay chưa. Hay hay dở thì giảng viên đọc rồi chấm riêng.");
  const told = h("p", { class: "bd-hide", role: "status" });
  view.body.append(example, ...["task", "request", "result", "checked", "fixed", "minutes"].map((name) => parts[name]), quality, told);

  // --- out of the talk -----------------------------------------------------------------------------------------------

  /** The last request that got an answer, and that answer. */
  const lastTalk = () => {
    const talk = model.get("talk") ?? [];
    for (let at = talk.length - 1; at > 0; at -= 1) {
      if (talk[at].role === "assistant" && talk[at - 1].role === "user") return { request: talk[at - 1].text, result: talk[at].text };
    }
    return null;
  };
  /** What a field held before it was taken over, so that a slip of the finger loses nothing. @type {Record<string, string>} */
  const kept = {};
  const take = (name) => {
    const field = fields[name];
    if (name in kept) {
      field.value = kept[name];
      delete kept[name];
      told.textContent = "Đã trả lại như trước.";
    } else {
      const found = lastTalk();
      if (!found) return;
      if (field.value.trim()) kept[name] = field.value;
      field.value = found[name].slice(0, field.maxLength);
      told.textContent = "Đã lấy từ cuộc trò chuyện.";
    }
    put({ [name]: field.value.normalize("NFC") });
    field.focus();
  };

  // --- what is seen --------------------------------------------------------------------------------------------------

  const now = () => ({ ...value(), ...typed });
  /** Say of each part whether something is there; not whether it is right. */
  function mark() {
    const all = now();
    const there = {
      task: all.task.trim(),
      request: all.request.trim(),
      result: all.result.trim(),
      fixed: all.fixed.trim(),
      checked: all.checked.length,
      minutes: all.before !== null && all.after !== null,
    };
    for (const [name, node] of Object.entries(parts)) {
      node.classList.toggle("bd-there", !!there[name]);
      states[name].textContent = there[name] ? "✓ đã có" : name === "fixed" ? "không bắt buộc" : "";
    }
    for (const [name] of AREAS) {
      const found = PRIVATE.find(([pattern]) => pattern.test(all[name]));
      const words = found ? `! Ô này còn ${found[1]}. Xoá đi, hoặc viết [số điện thoại].` : "";
      if (warnings[name].textContent !== words) warnings[name].textContent = words;
      warnings[name].hidden = !words;
    }
    const less = there.minutes ? all.before - all.after : null;
    const words = less === null ? "" : less > 0 ? `Đỡ được ${less} phút.` : less === 0 ? "Bằng nhau, vậy cũng là biết." : `Lâu hơn ${-less} phút. Ghi thật như thế là đúng.`;
    if (saved.textContent !== words) saved.textContent = words;
  }
  function show() {
    const all = now();
    for (const [name] of AREAS) if (!(name in typed) && !fields[name].matches(":focus") && fields[name].value.normalize("NFC") !== all[name]) fields[name].value = all[name];
    for (const [name, field] of Object.entries(minutes)) {
      const words = all[name] === null ? "" : String(all[name]);
      if (!(name in typed) && !field.matches(":focus") && field.value !== words) field.value = words;
    }
    for (const card of checks.children) {
      const box = card.firstChild;
      box.checked = all.checked.includes(box.value);
      card.classList.toggle("bd-on", box.checked);
      card.children[1].textContent = box.checked ? "✓" : "";
    }
    const found = lastTalk();
    for (const name of ["request", "result"]) {
      const same = found && all[name] === found[name].normalize("NFC").slice(0, fields[name].maxLength);
      if (!same) delete kept[name];
      takes[name].hidden = !found || (same && !(name in kept));
      takes[name].textContent = name in kept ? "Trả lại chữ tôi đã viết" : "Lấy từ cuộc trò chuyện";
    }
    mark();
  }
  const tick = () => put({ checked: [...checks.querySelectorAll("input")].filter((one) => one.checked).map((one) => one.value) });

  view.watch("checks", () => {
    checks.replaceChildren(
      ...(model.get("checks") ?? []).map((html, index) =>
        h(
          "label",
          { class: "bd-option" },
          h("input", { type: "checkbox", value: letter(index), onchange: tick }),
          h("span", { class: "bd-box", "aria-hidden": "true" }),
          h("span", { html }),
        ),
      ),
    );
    show();
  });
  view.watch("hints example", () => {
    const hints = model.get("hints") ?? {};
    for (const [name] of AREAS) fields[name].placeholder = hints[name] ?? "";
    example.hidden = !model.get("example");
    example.lastChild.innerHTML = model.get("example") || "";
  });
  view.watch("answer talk", show);
  view.listen(window, "pagehide", flush);
  view.listen(document, "visibilitychange", () => document.hidden && flush());
  view.ends.push(flush);
  return view.end;
}

/** Minutes as people write them: "20", "20 phút", "1h30", "2 giờ", "1,5 giờ". @param {string} words */
function minutesOf(words) {
  const text = words.normalize("NFC").toLowerCase().replace(",", ".");
  const hours = text.match(/(\d+(?:\.\d+)?) *(?:h|giờ|gio|tiếng|tieng)/u);
  const rest = (hours ? text.slice((hours.index ?? 0) + hours[0].length) : text).match(/\d+/);
  if (!hours && !rest) return null;
  return Math.min(MOST_MINUTES, Math.round((hours ? Number(hours[1]) * 60 : 0) + (rest ? Number(rest[0]) : 0)));
}

export default { render };
