/**
 * In the last step: every graded question, whether it is answered, and a way to it.
 * @param {HTMLElement} place
 * @param {{ id: string, label: string, done: boolean, problem: boolean, step: number }[]} questions
 * @param {(step: number) => void} go
 */
export function drawOverview(place, questions, go) {
  const key = JSON.stringify(questions);
  if (place.dataset.drawn === key) return; // or the keyboard's place in the list would be lost with every save
  place.dataset.drawn = key;
  place.replaceChildren(
    ...questions.map(({ label, done, problem, step }) => {
      const item = document.createElement("li");
      const button = document.createElement("button");
      button.type = "button";
      button.className = done ? "to-question done" : "to-question";
      const sign = document.createElement("span");
      sign.className = "to-question-sign";
      sign.setAttribute("aria-hidden", "true");
      sign.textContent = problem ? "!" : done ? "✓" : "";
      const name = document.createElement("strong");
      name.textContent = label;
      const state = document.createElement("span");
      state.className = "soft";
      state.textContent = problem ? "chưa gửi được" : done ? "đã trả lời" : "chưa trả lời";
      button.append(sign, name, " ", state);
      button.addEventListener("click", () => go(step));
      item.append(button);
      return item;
    }),
  );
}

/** Whether an answer says nothing (no option picked, an empty text). @param {any} value */
export function isBlank(value) {
  if (!value) return true;
  if (value.kind === "work") return Object.entries(value).every(([name, held]) => name === "kind" || held == null || !String(held).trim()); // [] is ""
  const [content] = Object.entries(value).filter(([name]) => !["kind", "spoken"].includes(name)).map(([, held]) => held);
  return typeof content === "string" ? !content.trim() : Array.isArray(content) ? !content.length : content == null || content === false;
}
