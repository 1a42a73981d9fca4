/** Greeting, choice of audience, text size. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = frame(model, el, "start");
  const name = uid();
  const title = h("p", { class: "bd-title" });
  const greeting = h("p", { class: "bd-greeting" });
  const list = h("div", { class: "bd-options bd-two" });
  const size = h("span", { role: "status" });
  const change = (step) => (size.textContent = Math.round(stepSize(step) * 100) + "%");
  const button = (step, sign, words) =>
    h("button", { type: "button", class: "bd-btn bd-second", "aria-label": words, onclick: () => change(step) }, sign);
  view.root.append(
    greeting,
    title,
    h("fieldset", {}, h("legend", { class: "bd-soft" }, "Bài này viết cho từng nhóm. Bạn thuộc nhóm nào?"), list),
    h(
      "div",
      { class: "bd-row bd-size", role: "group", "aria-label": "Cỡ chữ" },
      h("span", { class: "bd-soft" }, "Cỡ chữ"),
      button(-1, "A−", "Chữ nhỏ hơn"),
      size,
      button(1, "A+", "Chữ to hơn"),
    ),
  );
  size.textContent = Math.round(storedSize() * 100) + "%";

  const show = () => {
    for (const card of list.children) {
      card.firstChild.checked = card.firstChild.value === model.get("audience");
      card.classList.toggle("bd-on", card.firstChild.checked);
    }
  };
  const pick = (event) => {
    model.set("audience", event.target.value);
    model.save_changes();
    show();
  };
  view.watch("title greeting", () => {
    title.textContent = model.get("title") || "";
    greeting.textContent = model.get("greeting") || "";
  });
  view.watch("audiences", () => {
    list.replaceChildren(
      ...(model.get("audiences") ?? []).map(({ id, label }) =>
        h("label", { class: "bd-option" }, h("input", { type: "radio", name, value: id, onchange: pick }), h("span", { class: "bd-dot" }), h("span", {}, label)),
      ),
    );
    show();
  });
  view.watch("audience", show);
  return view.end;
}

export default { render };
