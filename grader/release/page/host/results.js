const SIGNS = {
  right: ["✓", "Đúng"],
  partly: ["½", "Gần đúng"],
  wrong: ["!", "Chưa đúng"],
};
const number = new Intl.NumberFormat("vi-VN", { maximumFractionDigits: 2 });
const clock = new Intl.DateTimeFormat("vi-VN", { hour: "2-digit", minute: "2-digit" });
const calendar = new Intl.DateTimeFormat("vi-VN", { day: "2-digit", month: "2-digit", year: "numeric" });

/** Short and true. @param {number} share */
function praise(share) {
  if (share >= 1) return ["Đúng hết, tuyệt vời!", ""];
  if (share >= 0.8) return ["Tốt lắm!", "Chỉ còn chút nữa là trọn vẹn."];
  if (share >= 0.5) return ["Khá rồi!", "Xem lý do ở câu còn thiếu, sửa rồi nộp lại cũng được."];
  return ["Xong một lượt rồi!", "Đọc lý do ở từng câu, xem lại bài rồi nộp lần nữa. Lần sau sẽ khá hơn."];
}

/** Time of day, with the date when it is not today. @param {string} moment */
function whenText(moment) {
  const date = new Date(moment);
  const today = calendar.format(new Date()) === calendar.format(date);
  return clock.format(date) + (today ? "" : ` ngày ${calendar.format(date)}`);
}

/**
 * @param {string} tag
 * @param {string} className
 * @param {string} [text]
 */
function make(tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text) element.textContent = text;
  return element;
}

/** A sentence with **bold** words, and nothing else: a reason may quote what a learner wrote. @param {string} text */
function sentence(text) {
  const paragraph = document.createElement("p");
  text.split(/\*\*(.+?)\*\*/).forEach((run, position) => {
    paragraph.append(position % 2 ? make("strong", "", run) : run);
  });
  return paragraph;
}

/** @param {number} points @param {number} most */
function ring(points, most) {
  const share = most ? Math.max(0, Math.min(1, points / most)) : 0;
  const holder = make("div", "ring");
  holder.setAttribute("role", "img");
  holder.setAttribute("aria-label", `Được ${number.format(points)} trên ${number.format(most)} điểm`);
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  svg.setAttribute("viewBox", "0 0 100 100");
  svg.setAttribute("aria-hidden", "true");
  for (const name of ["ring-ground", "ring-share"]) {
    const circle = document.createElementNS(space, "circle");
    for (const [key, value] of Object.entries({ class: name, cx: 50, cy: 50, r: 44, pathLength: 100 })) {
      circle.setAttribute(key, String(value));
    }
    if (name === "ring-share") circle.setAttribute("stroke-dasharray", `${share * 100} 100`);
    svg.append(circle);
  }
  const figure = make("span", "ring-figure", `${number.format(points)}/${number.format(most)}`);
  figure.setAttribute("aria-hidden", "true");
  holder.append(svg, figure);
  return holder;
}

/** @param {any} question @param {string} label @param {(() => void) | null} another */
function card(question, label, another) {
  const [sign, word] = SIGNS[/** @type {keyof typeof SIGNS} */ (question.sign)] ?? SIGNS.wrong;
  const item = make("li", `result ${question.sign}`);
  const badge = make("span", "result-sign", sign);
  badge.setAttribute("aria-hidden", "true");
  const body = make("div", "result-body");
  const title = make("h3", "", `${label} · ${number.format(question.points)}/${number.format(question.max_points)}`);
  title.append(" ", make("span", "result-word", word));
  body.append(title, ...question.reasons.map(sentence));
  if (another) {
    const button = make("button", "button second", "Thử câu khác");
    button.setAttribute("aria-label", `${label}: thử câu khác`);
    button.addEventListener("click", another);
    body.append(button);
  }
  item.append(badge, body);
  return item;
}

/**
 * Draw the results screen.
 * @param {HTMLElement} root
 * @param {any} results what `api/results` answered
 * @param {{ labelOf: (id: string) => string, changedSince: boolean, another: (result: any) => (() => void) | null }} words
 *   `another`: a way to another item of a question that has several
 */
export function drawResults(root, results, { labelOf, changedSince, another }) {
  const [title, advice] = praise(results.max_points ? results.points / results.max_points : 0);
  const heading = make("h2", "", title);
  heading.tabIndex = -1;
  heading.dataset.stepTitle = "";
  const text = make("div", "score-text");
  text.append(heading, make("p", "soft", `Nộp lúc ${whenText(results.submitted_at)} · biên nhận `));
  text.lastElementChild?.append(make("span", "receipt", results.receipt));
  const score = make("div", "score");
  score.append(ring(results.points, results.max_points), text);
  const parts = [score];
  if (advice) parts.push(make("p", "advice", advice));
  if (results.message) parts.push(make("p", "notice", results.message));
  if (changedSince) parts.push(make("p", "notice", "Bài đã được sửa sau lần nộp này. Muốn tính lại thì nộp lần nữa."));
  const list = make("ul", "results-list");
  list.setAttribute("role", "list");
  const cards = results.questions.map((/** @type {any} */ one) => card(one, labelOf(one.id), another(one)));
  list.append(...cards);
  parts.push(list);
  const place = /** @type {HTMLElement} */ (root.querySelector("[data-results]"));
  place.replaceChildren(...parts);
}
