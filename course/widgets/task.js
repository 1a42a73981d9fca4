const WANTS = { number: "một con số", text: "một đoạn chữ", table: "một bảng", chart: "một biểu đồ", file: "một tệp" };
const CHARTS = { bar: "cột", barh: "cột ngang", line: "đường", pie: "tròn", scatter: "điểm", other: "" };

/** Something that code works out: it is handed over by `lesson.answer`, never here. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "task");
  const wants = h("p", { class: "bd-soft bd-read" });
  const got = h("div", { class: "bd-got", tabindex: "0", role: "group", "aria-label": "Đã nhận" });
  view.body.append(wants, got);

  /** 1.234,5: at most four decimals. @param {number} value */
  const figure = (value) => {
    const [whole, rest = ""] = String(Math.round(Math.abs(value) * 1e4) / 1e4).split(".");
    const grouped = whole.includes("e") ? whole : whole.replace(/\B(?=(\d{3})+$)/g, ".");
    return (value < 0 ? "-" : "") + grouped + (rest && "," + rest);
  };
  /** @param {any} cell */
  const words = (cell) => (cell == null ? "" : typeof cell === "number" ? figure(cell) : cell === true ? "đúng" : cell === false ? "sai" : String(cell));
  /** The first rows of a table. @param {string[]} columns @param {any[][]} rows */
  const table = (columns, rows) => {
    const head = columns.some(Boolean) && h("thead", {}, h("tr", {}, ...columns.slice(0, 6).map((name) => h(name ? "th" : "td", name ? { scope: "col" } : {}, name))));
    const row = (cells) => h("tr", {}, ...cells.slice(0, 6).map((cell) => h("td", { class: typeof cell === "number" && "bd-num" }, words(cell))));
    return h("table", {}, head, h("tbody", {}, ...rows.slice(0, 5).map(row)));
  };
  /** @param {number} count */
  const more = (count) => count > 5 && h("p", { class: "bd-soft" }, `… và ${figure(count - 5)} dòng nữa`);

  const kinds = {
    __proto__: null, // an answer's kind is a learner's word: "constructor" is no kind
    number: (answer) => [h("p", { class: "bd-number" }, `${figure(answer.number)} ${model.get("unit") || ""}`.trim())],
    text: (answer) => [h("p", { class: "bd-sample" }, answer.text)],
    table: (answer) => [
      h("p", {}, `Bảng ${figure(answer.rows.length)} dòng × ${answer.columns.length} cột`),
      table(answer.columns, answer.rows),
      more(answer.rows.length),
    ],
    chart: (answer) => {
      const name = `Biểu đồ ${CHARTS[answer.type] ?? ""}`.trim() + (answer.title ? `: ${answer.title}` : "");
      const axes = [answer.x_label, answer.y_label].filter(Boolean).join(", ");
      const many = answer.series?.length;
      const rows = many ? answer.series.map((one) => [one.name, one.values.length]) : answer.labels.map((label, at) => [label, answer.values[at]]);
      return [h("p", {}, name), axes && h("p", { class: "bd-soft" }, `Trục: ${axes}`), table([], rows), more(rows.length)];
    },
    file: (answer) => [h("p", {}, `Tệp ${answer.name}`)],
  };

  view.watch("wants kernel answer unit", () => {
    const answer = model.get("answer");
    const what = WANTS[model.get("wants")] ?? "một kết quả";
    const unit = model.get("unit") ? `, tính bằng ${model.get("unit")}` : "";
    const next = answer ? "Đã nhận:" : "Viết mã ở ô bên dưới rồi chạy ô.";
    const away = answer ? "Đã nhận kết quả từ JupyterLab:" : "Câu này làm bằng mã trong JupyterLab, trên máy tính.";
    wants.textContent = `Nộp ${what}${unit}. ${model.get("kernel") ? next : away}`;
    got.replaceChildren(...((answer && kinds[answer.kind]?.(answer)) || []).filter(Boolean));
    got.hidden = !got.firstChild;
  });
  view.watch("feedback", () => {
    const { sign, message, reasons } = model.get("feedback") ?? {};
    if (sign === "wait") view.tell(panel("wait", "Chưa nhận được.", sentence(message ?? "")));
    else if (sign) view.tell(panel(...OF_SIGN[sign], ...(reasons ?? []).map(sentence)));
    else view.tell(null);
  });
  return view.end;
}

export default { render };
