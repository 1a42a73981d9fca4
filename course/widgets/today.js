/** "Ứng dụng ngay": one thing to do today, and "Tôi đã làm". @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = frame(model, el, "today");
  const task = h("div", { class: "bd-task" });
  const box = h("input", { type: "checkbox" });
  const words = h("span", {});
  const done = h("label", { class: "bd-done" }, box, words);
  const listen = readAloud(view, () => spoken(task));
  view.root.append(h("p", { class: "bd-label" }, "Ứng dụng ngay"), task, listen, done, savedLine(model, view));
  box.addEventListener("change", () => {
    model.set("answer", { kind: "done", done: box.checked });
    model.save_changes();
    show();
  });
  const show = () => {
    box.checked = !!model.get("answer")?.done;
    words.textContent = box.checked ? "Tôi đã làm. Giỏi lắm!" : "Tôi đã làm";
    done.classList.toggle("bd-on", box.checked);
  };
  view.watch("task", () => (task.innerHTML = model.get("task") || ""));
  view.watch("answer", show);
  return view.end;
}

export default { render };
