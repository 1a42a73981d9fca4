/** A text of the lesson that differs by audience and can be read aloud. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = frame(model, el, "text");
  const words = h("div", { class: "bd-words" });
  view.root.append(words, readAloud(view, () => model.get("speech") || spoken(words)));
  view.watch("html tone", () => {
    words.innerHTML = model.get("html") || "";
    for (const tone of ["story", "tip", "plain"]) view.root.classList.toggle("bd-" + tone, model.get("tone") === tone);
  });
  return view.end;
}

export default { render };
