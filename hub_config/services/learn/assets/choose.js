/** Keeps the chosen group, then goes on to the lesson that asked for it, or to the path. */
const form = /** @type {HTMLFormElement} */ (document.getElementById("choose"));
const trouble = /** @type {HTMLElement} */ (document.getElementById("trouble"));

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (event.submitter);
  const buttons = form.querySelectorAll("button");
  for (const each of buttons) each.disabled = true;
  trouble.hidden = true;
  let sentence = "Chưa gửi được vì mất mạng. Bạn chờ một chút rồi bấm lại nhé.";
  try {
    const response = await fetch("api/me", {
      method: "PUT",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ audience: button.value }),
    });
    if (response.ok) {
      location.assign(form.dataset.lesson ? `lessons/${form.dataset.lesson}/` : "./");
      return;
    }
    sentence = (await response.json()).error.message;
  } catch {
    // No network, or an answer that is not ours: the sentence above stands.
  }
  trouble.textContent = sentence;
  trouble.hidden = false;
  for (const each of buttons) each.disabled = false;
});

// Coming back by the browser's Back button, the page must not stay frozen.
addEventListener("pageshow", () => {
  for (const each of form.querySelectorAll("button")) each.disabled = false;
});
