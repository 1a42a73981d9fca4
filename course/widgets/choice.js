/** Options as cards: one (radio buttons) or several (checkboxes). @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "choice");
  const name = uid();
  const list = h("div", { class: "bd-options" });
  view.body.append(list);

  const picked = () => new Set(model.get("answer")?.picked ?? []);

  /** The reason for an option; reasons come as a list or by letter. @param {string} one */
  const reason = (one) => {
    const reasons = model.get("reasons") ?? {};
    return (Array.isArray(reasons) ? reasons[one.charCodeAt(0) - 65] : reasons[one]) ?? "";
  };

  const feedback = () => {
    const right = [...(model.get("right") ?? [])];
    const chosen = [...picked()].sort();
    if (!right.length || !chosen.length) return null;
    const hits = chosen.filter((one) => right.includes(one)).length;
    const all = hits === right.length && hits === chosen.length;
    const line = (one) => [right.includes(one), h("b", {}, one + ". "), h("span", { html: reason(one) })];
    const missing = right.length - hits;
    const rest = [];
    if (!model.get("several")) rest.push(h("div", { html: reason(chosen[0]) }));
    else {
      rest.push(signList(chosen.map(line)));
      if (missing) rest.push(h("p", {}, `Còn thiếu ${missing} ý nữa. Bạn tìm tiếp nhé.`));
    }
    if (all) {
      const others = (model.get("options") ?? []).map((_, index) => letter(index)).filter((one) => !chosen.includes(one) && reason(one));
      if (others.length) rest.push(h("details", {}, h("summary", {}, "Vì sao không chọn các ý còn lại?"), signList(others.map(line))));
    }
    return panel(all ? "good" : hits ? "near" : "again", all ? "Đúng rồi." : hits ? "Gần đúng." : "Chưa phải.", ...rest);
  };

  const show = () => {
    const chosen = picked();
    for (const card of list.children) {
      const input = card.firstChild;
      input.checked = chosen.has(input.value);
      card.classList.toggle("bd-on", input.checked);
    }
    view.tell(feedback());
  };

  const build = () => {
    const type = model.get("several") ? "checkbox" : "radio";
    list.replaceChildren(
      ...(model.get("options") ?? []).map((html, index) =>
        h(
          "label",
          { class: "bd-option" },
          h("input", { type, name, value: letter(index), onchange: pick }),
          h("span", { class: "bd-badge" }, letter(index)),
          h("span", { class: "bd-read", html }),
        ),
      ),
    );
    show();
  };

  const pick = () => {
    const inputs = [...list.querySelectorAll("input")];
    view.answer({ kind: "choice", picked: inputs.filter((one) => one.checked).map((one) => one.value) });
    show();
  };

  view.watch("options several", build);
  view.watch("answer right reasons", show);
  return view.end;
}

export default { render };
