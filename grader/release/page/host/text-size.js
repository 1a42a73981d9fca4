/**
 * The two buttons A− and A+. The size is the widgets' own, remembered in this browser for all lessons.
 * @param {HTMLElement} group
 * @param {{ stepSize: (step: number) => number }} sizes
 */
export function startTextSize(group, { stepSize }) {
  const [smaller, larger] = group.querySelectorAll("button");
  smaller.addEventListener("click", () => stepSize(-1));
  larger.addEventListener("click", () => stepSize(1));
  group.hidden = false;
}
