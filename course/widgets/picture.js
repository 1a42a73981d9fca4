/** A picture of the lesson. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = frame(model, el, "picture");
  const caption = h("p", { class: "bd-soft" });
  view.root.append(pictureBox(model, view), caption, readAloud(view, () => pictureWords(model) + " " + spoken(caption)));
  view.watch("caption", () => {
    caption.innerHTML = model.get("caption") || "";
    caption.hidden = !caption.innerHTML;
  });
  return view.end;
}

export default { render };
