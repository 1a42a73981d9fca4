const BUTTON = {
  idle: "Nộp bài",
  sending: "Đang nộp…",
  grading: "Đang chấm…",
  graded: "Nộp lại",
  waiting: "Thử nộp lại",
  refused: "Nộp lại",
};
const WORD = { right: "Đúng", partly: "Gần đúng", wrong: "Chưa đúng" };

/** The button, its state, the results. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = frame(model, el, "submit");
  const state = h("div", { "aria-live": "polite" });
  const results = h("div", { class: "bd-results" });
  const gaps = h("p", { class: "bd-soft" });
  const confirm = h("div", {});
  const button = h("button", { type: "button", class: "bd-btn bd-main", onclick: () => press() });
  view.root.append(state, results, gaps, confirm, button);
  let asked = false;

  const unanswered = () => model.get("unanswered") ?? [];
  const busy = () => ["sending", "grading"].includes(model.get("phase"));
  const showGaps = () => {
    const missing = unanswered();
    gaps.hidden = busy() || model.get("phase") === "graded" || !missing.length || !!confirm.firstChild;
    gaps.textContent = `Chưa trả lời: ${missing.join(", ")}.`;
  };
  const send = () => {
    confirm.replaceChildren();
    button.hidden = false;
    button.focus();
    model.send({ type: "submit" });
  };
  const press = () => {
    if (busy()) return;
    const missing = unanswered();
    if (!missing.length || asked) return send();
    asked = true; // asked once: whoever has decided is not asked again
    button.hidden = true;
    const anyway = h("button", { type: "button", class: "bd-btn", onclick: send }, "Vẫn nộp");
    const back = h("button", { type: "button", class: "bd-btn bd-second", onclick: () => close() }, "Xem lại");
    const words = h("p", {}, `Chưa trả lời: ${missing.join(", ")}.`);
    const ask = panel("gaps", `Còn ${missing.length} câu chưa trả lời. Vẫn nộp?`, words, h("div", { class: "bd-row" }, back, anyway));
    ask.setAttribute("role", "group");
    ask.setAttribute("aria-label", `Còn ${missing.length} câu chưa trả lời. Vẫn nộp?`);
    confirm.replaceChildren(ask);
    showGaps();
    back.focus();
  };
  const close = () => {
    asked = false;
    confirm.replaceChildren();
    showGaps();
    button.hidden = false;
    button.focus();
  };

  /** Date and time as people here write them. @param {string} iso */
  const when = (iso) => {
    const at = new Date(iso);
    if (!iso || Number.isNaN(at.getTime())) return "";
    const two = (value) => String(value).padStart(2, "0");
    const day = (date) => `${two(date.getDate())}/${two(date.getMonth() + 1)}/${date.getFullYear()}`;
    return `Nộp lúc ${two(at.getHours())}:${two(at.getMinutes())}` + (day(at) === day(new Date()) ? "" : ` ngày ${day(at)}`);
  };

  /** @param {any} graded */
  const score = (graded) => {
    const share = graded.max_points ? graded.points / graded.max_points : 0;
    const head = share > 0.999 ? "Đúng hết, tuyệt vời!" : share >= 0.8 ? "Tốt lắm!" : share >= 0.5 ? "Khá rồi!" : "Xong một lượt rồi!";
    const ring = h("div", { class: "bd-ring", style: `--bd-share:${share}` }, h("b", {}, `${num(graded.points)}/${num(graded.max_points)}`), h("span", { class: "bd-hide" }, " điểm"));
    return h("div", { class: "bd-score" }, ring, h("div", {}, h("p", { class: "bd-title" }, head), receipt()));
  };
  const receipt = () => {
    const code = model.get("receipt");
    const time = when(model.get("results")?.submitted_at);
    return (time || code) && h("p", { class: "bd-soft" }, [time, code && `${time ? "b" : "B"}iên nhận ${code}`].filter(Boolean).join(" · "));
  };
  const card = (one) => {
    const [sort] = OF_SIGN[one.sign] ?? OF_SIGN.wrong;
    const name = one.label || one.id.replace(/^q(?=\d)/, "Câu ");
    const head = `${name} · ${num(one.points)}/${num(one.max_points)}`;
    return h(
      "li",
      { class: "bd-card bd-" + sort },
      h("span", { class: "bd-sign", "aria-hidden": "true" }, SIGNS[sort]),
      h("div", {}, h("p", { class: "bd-head" }, head, h("span", { class: "bd-soft" }, " " + (WORD[one.sign] ?? ""))), ...(one.reasons ?? []).map(sentence)),
    );
  };

  const STATE = {
    idle: () => null,
    sending: () => h("p", { class: "bd-note" }, "… Đang nộp bài."),
    grading: () => h("div", { class: "bd-note" }, h("p", {}, "✓ Đã nhận bài. Đang chấm, chờ chút nhé."), receipt()),
    graded: () => null,
    waiting: () => panel("wait", model.get("message") || "Đang chờ mạng, chưa mất gì."),
    refused: () => panel("stop", "Bài chưa nộp được."),
  };

  view.watch("phase message receipt results unanswered", () => {
    const phase = model.get("phase") || "idle";
    const graded = model.get("results");
    const message = model.get("message");
    const shown = (STATE[phase] ?? STATE.idle)();
    const done = phase === "graded" && graded;
    results.replaceChildren();
    state.replaceChildren();
    if (done) state.append(score(graded));
    if (shown) state.append(shown);
    if (message && phase !== "waiting") (shown ?? state).append(h("p", {}, message));
    if (done) results.append(h("ul", { class: "bd-cards" }, ...(graded.questions ?? []).map(card)));
    button.textContent = BUTTON[phase] ?? BUTTON.idle;
    button.setAttribute("aria-disabled", String(busy()));
    button.classList.toggle("bd-second", phase === "graded");
    if (phase === "graded") asked = false;
    if (busy() && confirm.firstChild) close();
    showGaps();
  });
  return view.end;
}

export default { render };
