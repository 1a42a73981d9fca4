/** Items to put in order, by buttons or arrow keys; no dragging. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "order");
  const list = h("ol", { class: "bd-steps" });
  const moved = h("p", { class: "bd-hide", role: "status" });
  const keep = h("button", { type: "button", class: "bd-btn bd-second", onclick: () => write(order()) }, "Giữ thứ tự này");
  view.body.append(h("p", { class: "bd-soft" }, "Bấm ↑ hoặc ↓ để chuyển từng dòng."), list, keep, moved);

  const items = () => model.get("items") ?? [];
  /** The answer's order, or the order as listed; a stored order of another length is not trusted. */
  const order = () => {
    const listed = items().map((_, index) => letter(index));
    const stored = model.get("answer")?.order ?? [];
    return stored.length === listed.length && listed.every((one) => stored.includes(one)) ? [...stored] : listed;
  };

  const answered = () => !!model.get("answer")?.order?.length;

  /** @param {string[]} now */
  const write = (now) => {
    view.answer({ kind: "order", order: now });
    show();
  };

  /** Focus a row's button, or its other one at an end of the list. @param {any} row @param {string} dir */
  const focusOn = (row, dir) => {
    const same = row?.querySelector(dir);
    (same?.disabled ? row.querySelector("button:not(:disabled)") : same)?.focus();
  };

  /** @param {string} one @param {number} step @param {string} dir which button keeps the focus */
  const move = (one, step, dir) => {
    const now = order();
    const from = now.indexOf(one);
    const to = from + step;
    if (to < 0 || to >= now.length) return;
    now.splice(to, 0, ...now.splice(from, 1));
    write(now);
    moved.textContent = `Đã chuyển tới vị trí ${to + 1} trên ${now.length}.`;
    focusOn(list.children[to], dir);
  };

  const feedback = (now) => {
    const right = [...(model.get("right") ?? [])];
    if (!right.length || !answered()) return null;
    const good = now.filter((one, index) => one === right[index]).length;
    if (good === right.length) return panel("good", "Đúng rồi.", h("div", { html: model.get("reason") ?? "" }));
    return panel(good ? "near" : "again", good ? "Gần đúng." : "Chưa phải.", h("p", {}, `${good}/${right.length} dòng đã đúng chỗ. Bạn chuyển tiếp nhé.`));
  };

  const show = () => {
    const now = order();
    const focused = list.querySelector("button:focus");
    const [who, dir] = focused ? [focused.closest("li").dataset.id, "." + focused.className.split(" ")[1]] : ["", ""];
    list.replaceChildren(
      ...now.map((one, index) => {
        const html = items()[one.charCodeAt(0) - 65] ?? "";
        const text = h("div", { class: "bd-read", html });
        const button = (step, name, sign, word) =>
          h(
            "button",
            {
              type: "button",
              class: `bd-move ${name}`,
              disabled: step < 0 ? !index : index === now.length - 1,
              "aria-label": `${word}: ${text.textContent.trim()}`,
              onclick: () => move(one, step, "." + name),
            },
            sign,
          );
        const keys = (event) => {
          const step = { ArrowUp: -1, ArrowDown: 1 }[event.key];
          if (!step) return;
          event.preventDefault();
          move(one, step, step < 0 ? ".bd-up" : ".bd-down");
        };
        return h(
          "li",
          { "data-id": one, onkeydown: keys },
          h("span", { class: "bd-badge" }, String(index + 1)),
          text,
          h("span", { class: "bd-moves" }, button(-1, "bd-up", "↑", "Chuyển lên"), button(1, "bd-down", "↓", "Chuyển xuống")),
        );
      }),
    );
    // A change from elsewhere rebuilds the rows; the learner stays on the same button.
    if (who) focusOn([...list.children].find((row) => row.dataset.id === who), dir);
    keep.hidden = answered();
    view.tell(feedback(now));
  };

  view.watch("items answer right reason", show);
  return view.end;
}

export default { render };
