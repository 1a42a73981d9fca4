"""A host for one widget in a real Chromium: a six-method model, nothing else."""

from __future__ import annotations

import json
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

HOSTILE = "<img src=x onerror=\"document.title='hacked'\"><b>đậm</b>"
"""What a learner may type; it must stay text."""

HOST = """<!doctype html><html lang="vi"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Thử</title><style>body { margin: 20px; background: #faf7f0 }</style>
<main><h1>Thử</h1><div id="room"></div></main>
<script type="module">
// The contract of docs/architecture.md and no more; `get` gives copies, as a model over a network would.
function makeModel(state, echo) {
  const listeners = new Map();
  const fire = (name) => [...(listeners.get("change:" + name) ?? [])].forEach((run) => run());
  const put = (name, value, tell) => {
    if (JSON.stringify(state[name]) === JSON.stringify(value)) return;
    state[name] = structuredClone(value);
    if (tell) fire(name);
  };
  return {
    state, writes: [], saves: 0, sent: [], listeners,
    get: (name) => structuredClone(state[name]),
    set(name, value) { this.writes.push([name, structuredClone(value)]); put(name, value, echo); },
    save_changes() { this.saves += 1; },
    on: (event, run) => listeners.set(event, [...(listeners.get(event) ?? []), run]),
    off: (event, run) => listeners.set(event, (listeners.get(event) ?? []).filter((one) => one !== run)),
    send(content) { this.sent.push(content); },
    tell: (content) => [...(listeners.get("msg:custom") ?? [])].forEach((run) => run(content)),
    outside: (name, value) => put(name, value, true),
  };
}
window.mount = async (name, state, { echo = true, bundled = false, kernel = false } = {}) => {
  // As in a notebook: another widget brings the base style again, later.
  for (const sheet of [name, name === "text" ? "choice" : "text"]) {
    const style = document.createElement("link");
    Object.assign(style, { rel: "stylesheet", href: `./${sheet}.css` });
    document.head.append(style);
    await new Promise((done) => (style.onload = done));
  }
  const module = await import(bundled ? "./bundle.js" : `./${name}.js`);
  window.model = makeModel(state, echo);
  if (kernel) window.model.widget_manager = {}; // which anywidget's model has beside the six
  const { render } = bundled ? module.default[name] : module.default;
  window.end = await render({ model: window.model, el: document.querySelector("#room") });
};
window.ready = true;
</script></html>"""


class Host:
    """One page with one widget on it."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def mount(self, name: str, state: dict[str, Any], **options: Any) -> Host:
        self.page.evaluate("([name, state, options]) => mount(name, state, options)", [name, state, options])
        return self

    @property
    def answer(self) -> Any:
        return self.page.evaluate("model.state.answer")

    @property
    def writes(self) -> list[Any]:
        return self.page.evaluate("model.writes")

    @property
    def text(self) -> str:
        return self.page.locator("#room").inner_text()

    def outside(self, name: str, value: Any) -> None:
        """Change a trait as another device, or the kernel, would."""
        self.page.evaluate(f"value => model.outside({json.dumps(name)}, value)", value)

    def tell(self, type: str, **content: Any) -> None:
        """Send a custom message about the last request, as the widget's host would."""
        turn = self.page.evaluate("model.sent.findLast((one) => one.type === 'ask').turn")
        self.page.evaluate("content => model.tell(content)", {"type": type, "turn": turn, **content})


def assert_harmless(host: Host) -> None:
    """Check that no markup of ``HOSTILE`` became part of the page."""
    assert host.page.locator("#room img").count() == 0
    assert host.page.title() == "Thử"


def assert_accessible(host: Host) -> None:
    """Check that axe-core finds no serious violation."""
    found = Axe().run(host.page).response["violations"]
    bad = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in bad] == []
