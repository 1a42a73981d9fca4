/**
 * Whether every piece fills lines of its own, as messages and listed sentences do: then each is a card, easier to hit.
 * @param {{ id: string | null, text: string }[]} pieces
 */
const fillLines = (pieces) =>
  pieces.every(
    ({ id }, at) => !id || ((pieces[at - 1]?.text ?? "\n").endsWith("\n") && (pieces[at + 1]?.text ?? "\n").startsWith("\n")),
  );

/** A text in quotation marks, unless it has its own. @param {string} text */
const quoted = (text) => (text.includes("“") ? text : `“${text}”`);

/** Pieces of a text to mark: toggle buttons in the running text, or cards. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "mark");
  const text = h("div", { class: "bd-pieces bd-read" });
  const count = h("p", { class: "bd-soft" });
  view.body.append(h("p", { class: "bd-soft" }, "Bấm vào chỗ bạn muốn đánh dấu. Bấm lần nữa để bỏ."), text, count);

  const marked = () => new Set((model.get("answer")?.marked ?? []).map(String));

  /**
   * Not a <button>: browsers keep that as one block, and a marked sentence must wrap like the text it stands in.
   * @param {{ id: string, text: string }} piece
   */
  const toggleOf = ({ id, text }) => {
    const press = (event) => {
      if (event.type === "keydown" && event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      toggle(String(id));
    };
    return h("span", { role: "button", tabindex: 0, "data-id": id, onclick: press, onkeydown: press }, text);
  };

  /** @param {string} id */
  const toggle = (id) => {
    const now = marked();
    if (!now.delete(id)) now.add(id);
    const known = (model.get("pieces") ?? []).map((piece) => piece.id && String(piece.id));
    view.answer({ kind: "mark", marked: known.filter((one) => one && now.has(one)) });
    show();
  };

  const feedback = (now) => {
    const right = (model.get("right") ?? []).map(String);
    const reasons = model.get("reasons") ?? {};
    if (!right.length || !now.size) return null;
    const pieces = (model.get("pieces") ?? []).filter((piece) => piece.id && now.has(String(piece.id)));
    const hits = right.filter((id) => now.has(id)).length;
    const missing = right.length - hits;
    const all = !missing && hits === now.size;
    const lines = pieces.map((piece) => [
      right.includes(String(piece.id)),
      h("b", {}, `${quoted(piece.text.trim())} `),
      h("span", { html: reasons[piece.id] ?? "" }),
    ]);
    const more = missing > 0 && h("p", {}, `Còn ${missing} chỗ nữa. Bạn tìm tiếp nhé.`);
    return panel(all ? "good" : hits ? "near" : "again", all ? "Đúng rồi." : hits ? "Gần đúng." : "Chưa phải.", signList(lines), more);
  };

  const show = () => {
    const now = marked();
    for (const button of text.querySelectorAll("[role]")) {
      const on = now.has(button.dataset.id);
      button.setAttribute("aria-pressed", String(on));
      button.classList.toggle("bd-on", on);
    }
    count.textContent = now.size ? `Đã đánh dấu ${now.size} chỗ.` : "Chưa đánh dấu chỗ nào.";
    view.tell(feedback(now));
  };

  view.watch("pieces", () => {
    const pieces = model.get("pieces") ?? [];
    const cards = fillLines(pieces);
    text.classList.toggle("bd-cards", cards);
    text.replaceChildren(
      ...pieces
        .map((piece) => (cards ? { ...piece, text: piece.text.trim() } : piece))
        .filter((piece) => piece.text)
        .map((piece) => (piece.id ? toggleOf(piece) : h("span", {}, piece.text))),
    );
    show();
  });
  view.watch("answer right reasons", show);
  return view.end;
}

export default { render };
