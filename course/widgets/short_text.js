/** A text field and the parts it should hold. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "short");
  const parts = h("ul", { class: "bd-chips" });
  const example = h("details", {}, h("summary", {}, "Xem một ví dụ"), h("p", { class: "bd-sample" }));
  const text = textField(model, view, (words) => ({ kind: "text", text: words }), () => check());
  view.body.append(parts, text.field, example);

  const check = () => {
    const find = model.get("find") ?? {};
    const names = model.get("parts") ?? [];
    const live = !model.get("graded") && Object.keys(find).length > 0;
    let found = 0;
    parts.replaceChildren(
      ...names.map((name) => {
        const there = live && holds(text.field.value, find[name] ?? []);
        found += there ? 1 : 0;
        const sign = live && h("span", { role: "img", "aria-label": there ? "Đã có" : "Chưa có" }, there ? "✓ " : "○ ");
        return h("li", { class: there ? "bd-on" : "" }, sign, name);
      }),
    );
    parts.hidden = !names.length;
    if (!live || !text.field.value.trim()) view.tell(null);
    else if (found === names.length) view.tell(panel("good", "Đúng rồi.", h("p", {}, `Đủ cả ${found} ý.`)));
    else {
      const missing = names.filter((name) => !holds(text.field.value, find[name] ?? []));
      view.tell(panel(found ? "near" : "wait", found ? "Gần đúng." : "Bạn viết tiếp nhé.", h("p", {}, "Còn thiếu: " + missing.join(", ") + ".")));
    }
  };

  view.watch("rows placeholder example", () => {
    text.field.style.setProperty("--bd-rows", model.get("rows") || 4);
    text.field.placeholder = model.get("placeholder") || "";
    example.hidden = !model.get("example");
    example.lastChild.textContent = model.get("example") || "";
  });
  view.watch("answer", text.pull);
  view.watch("parts find graded", check);
  return view.end;
}

export default { render };
