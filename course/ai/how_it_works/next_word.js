// @ts-check
// After _prelude.js: what a small model expects next, as bars; a tap on one adds it to the text.

const WARNING = "Mô hình này rất nhỏ và hay sai. Chỉ để xem AI đoán chữ, không dùng để làm bài hay tra cứu.";
const HEAT = [
  [0.5, "chắc ăn: hầu như luôn chọn chữ đứng đầu"],
  [1.1, "vừa: như lúc mô hình được học"],
  [1.6, "bay bổng: chữ ít gặp cũng được chọn"],
  [Infinity, "loạn: chữ nào cũng có thể ra"],
];

/** A piece as it can be seen: a blank or a line end alone would be nothing. @param {string} piece */
const seen = (piece) => piece.replace(/\n/g, "↵ xuống dòng ").trim() || "␣ dấu cách";

/** @param {number} share */
const percent = (share) => (share < 0.001 ? "dưới 0,1 %" : num(Math.round(share * 1000) / 10) + " %");

/** @param {{ model: Model, el: HTMLElement }} context */
function render({ model, el }) {
  const view = frame(model, el, "next-word");
  const status = h("p", { class: "bd-soft", role: "status" });
  const body = h("div", { class: "bd-body" });
  view.root.append(h("p", { class: "bd-title" }, "Xem AI đoán chữ"), h("p", { class: "bd-soft" }, WARNING), body, status);

  const field = h("textarea", { class: "bd-field", rows: 2, maxlength: 500, "aria-label": "Câu để AI đoán tiếp", spellcheck: "false" });
  field.value = model.get("text");
  const heat = h("input", { type: "range", min: 0.1, max: 2.5, step: 0.1, value: model.get("temperature"), "aria-label": "Nhiệt độ" });
  const heatWords = h("p", { class: "bd-soft" });
  const guesses = h("div", { class: "bd-guesses" });
  const told = h("div", { class: "bd-body" });
  let busy = false;

  /** @param {string} type */
  const ask = (type) => {
    if (busy) return;
    busy = true;
    status.textContent = type === "write" ? "Đang viết ba lần…" : "Đang đoán… Lần đầu mở mô hình mất vài giây.";
    model.send({ type, text: field.value, temperature: Number(heat.value) });
  };
  const sayHeat = () => {
    const [, words] = HEAT.find(([most]) => Number(heat.value) <= Number(most)) || HEAT[0];
    heatWords.textContent = `Nhiệt độ ${num(Number(heat.value))} – ${words}`;
  };
  heat.addEventListener("input", sayHeat);
  heat.addEventListener("change", () => guesses.childElementCount && ask("guess"));
  sayHeat();

  view.watch("phase message terms", () => {
    const phase = model.get("phase");
    if (phase === "missing") body.replaceChildren(panel("gaps", "Chưa xem được", sentence(model.get("message"))));
    else if (phase === "terms") {
      const terms = model.get("terms");
      body.replaceChildren(
        h("p", {}, terms.summary),
        h("p", {}, h("a", { href: terms.url, target: "_blank", rel: "noopener" }, terms.url)),
        h("details", {}, h("summary", {}, "Đọc điều khoản (tiếng Anh)"), h("pre", { lang: "en", tabindex: 0 }, terms.text)),
        h("button", { type: "button", class: "bd-btn", onclick: () => ask("accept") }, "Tôi đã xem và đồng ý"),
      );
    } else if (!body.contains(field)) {
      body.replaceChildren(
        field,
        h(
          "div",
          { class: "bd-row" },
          h("button", { type: "button", class: "bd-btn", onclick: () => ask("guess") }, "Đoán chữ tiếp theo"),
          h("button", { type: "button", class: "bd-btn bd-second", onclick: () => ask("write") }, "Viết tiếp ba lần"),
        ),
        h("div", {}, heatWords, heat),
        guesses,
        told,
      );
    }
    if (phase === "ready") status.textContent = model.get("message");
  });

  view.watch("answered", () => {
    busy = false;
    status.textContent = model.get("phase") === "ready" ? model.get("message") : "";
    const pieces = model.get("pieces");
    const rest = 1 - pieces.reduce((sum, one) => sum + one.share, 0);
    guesses.replaceChildren(
      ...pieces.map((one) =>
        h(
          "button",
          {
            type: "button",
            class: "bd-guess",
            "aria-label": `Thêm “${seen(one.text)}”, ${percent(one.share)}`,
            onclick: () => {
              field.value += one.text;
              ask("guess");
            },
          },
          h("span", { class: "bd-bar", style: `width: ${Math.max(0, one.share * 100)}%` }),
          h("span", {}, seen(one.text)),
          h("span", { class: "bd-share" }, percent(one.share)),
        ),
      ),
      pieces.length ? h("p", { class: "bd-soft" }, `Còn ${percent(Math.max(0, rest))} chia cho rất nhiều mảnh chữ khác. Chạm một dòng để thêm chữ ấy.`) : "",
    );
    const written = model.get("written");
    told.replaceChildren(
      ...written.map((text, at) => h("p", { class: "bd-told" }, h("b", {}, `Lần ${at + 1}: `), model.get("text"), h("span", {}, text), "…")),
      written.length
        ? panel("gaps", "Đúng hay bịa?", sentence("Cùng một câu mà ba lần viết ba kiểu, kiểu nào nghe cũng trôi chảy. Mô hình chỉ đoán chữ hay đi sau, **không biết chuyện nào có thật**. Vì thế phải kiểm."))
        : "",
    );
  });
  return view.end;
}

export default { render };
