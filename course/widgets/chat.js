const MOST_MESSAGES = 40;
const MOST_BYTES = 50000; // of the kept conversation; course/answers.py allows a little more
const LONGEST_REPLY = 20000;
const LONGEST_ASK = 8000;
const SENT_ALONG = 24000; // characters of earlier messages that go with a request
const HEARD_WITHIN = 15000; // a host says at once that it has the request, unless its kernel is gone or busy
const WRITE_EVERY = 3000; // while a reply comes in, in milliseconds
const SILENCE = 90000; // longer than any host waits for its assistant
const BYE = "Trợ lý có thể sai. Tên, số, ngày tháng phải kiểm lại trước khi dùng. Đừng gõ thông tin riêng của ai.";
const OF_STATE = { stopped: "Bạn đã bấm dừng ở đây.", cut: "Câu trả lời bị ngắt ở đây." };
const HEADS = { personal: "Chưa gửi đi.", quota: "Mình tạm nghỉ nhé.", cut: "Câu trả lời bị ngắt." };
const SORTS = { personal_data: "personal", tokens_a_day: "quota", requests_a_day: "quota", class_month: "quota" };

/** A conversation with the assistant; the host only carries requests and replies. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "chat");
  const talk = h("ol", { class: "bd-talk", "aria-label": "Cuộc trò chuyện" });
  const reveal = h("div", { tabindex: "-1" });
  const trouble = h("div", { role: "alert" });
  const tries = h("div", { class: "bd-tries", role: "group", "aria-label": "Câu viết sẵn để thử" });
  const field = h("textarea", { class: "bd-field", rows: 2, maxlength: LONGEST_ASK, spellcheck: "false", enterkeyhint: "send", "aria-label": "Điều bạn muốn hỏi" });
  const send = h("button", { type: "button", class: "bd-btn bd-send", onclick: () => (live ? stop() : ask(field.value)) });
  const anew = h("button", { type: "button", class: "bd-btn bd-second", onclick: () => begin() }, "Hỏi việc khác");
  const left = h("p", { class: "bd-soft" });
  const told = h("p", { class: "bd-hide", role: "status" });
  view.body.append(talk, reveal, trouble, tries, field, h("div", { class: "bd-row" }, send, anew), left, h("p", { class: "bd-soft bd-bye" }, BYE), told);

  /** What is being asked now. @type {{ turn: string, text: string, fresh: boolean, reply: string, about: any, wrote: boolean } | null} */
  let live = null;
  let fresh = false;
  let watchdog = 0;
  let painting = 0;
  /** Nodes of messages by what they show, so that one being read or focused is not drawn anew. @type {Map<string, any>} */
  let drawn = new Map();
  let shownReveal = "";

  const value = () => model.get("answer") ?? { kind: "chat", messages: [] };
  const messages = () => value().messages ?? [];
  const tell = (words) => (told.textContent = words);

  // --- the conversation that is kept ---------------------------------------------------------------------------------

  /** The kept messages without the ones this request has already written. */
  const before = () => {
    const all = messages();
    return live?.wrote && all.at(-2)?.text === live.text ? all.slice(0, -2) : all;
  };
  const put = (list, more = {}) => {
    const kept = [...list];
    const size = () => new TextEncoder().encode(JSON.stringify(kept)).length;
    while (kept.length > MOST_MESSAGES || (kept.length > 2 && size() > MOST_BYTES)) kept.splice(0, 2);
    try {
      view.answer({ kind: "chat", messages: kept, revealed: !!value().revealed, ...more });
    } catch {
      // the kernel is gone: what was said stays on the screen, and in the draft
    }
    draw();
  };
  /** @param {"whole" | "stopped" | "cut"} state */
  const write = (state) => {
    if (!live?.reply) return;
    const { text, fresh, reply, about } = live;
    const own = { role: "user", text, masked: newMarks(), fresh };
    const theirs = { role: "assistant", text: reply.slice(0, LONGEST_REPLY), by: about.assistant || "Trợ lý AI", prepared: !!about.prepared, state };
    const list = [...before(), own, theirs];
    live.wrote = true;
    put(list);
    draft(state);
  };
  /** What was masked of this question: the service tells of the whole conversation. */
  const newMarks = () => {
    const known = new Set(before().flatMap((one) => (one.masked ?? []).map((mark) => mark.placeholder)));
    const masked = (live.about.masked ?? []).filter((mark) => !mark.placeholder || !known.has(mark.placeholder)).slice(0, 50);
    return masked.map(({ kind = "", label = "", placeholder = "" }) => ({ kind, label, placeholder }));
  };
  // A kernel can be lost in the middle of a reply: until it is back, what was shown lies in the tab's own storage. A lesson
  // page keeps answers by itself, and there the next learner may sit in the same tab.
  const drafts = "widget_manager" in model && "bdhai.chat:" + location.pathname + model.get("question");
  /** @param {"whole" | "stopped" | "cut"} state */
  const draft = (state) => {
    try {
      if (drafts) sessionStorage.setItem(drafts, JSON.stringify({ count: before().length, live, state }));
    } catch {
      // storage is forbidden or full: the writes still hold what they hold
    }
  };
  const recover = () => {
    try {
      const lost = JSON.parse((drafts && sessionStorage.getItem(drafts)) || "null");
      const all = messages();
      const tail = all.length === lost?.count + 2 && all.at(-2).text === lost.live.text && all.at(-1).text.length < lost.live.reply.length;
      if (!tail && all.length !== lost?.count) return;
      live = { ...lost.live, wrote: tail };
      write(lost.state);
    } catch {
      // none, or not ours
    }
    live = null;
    draw();
  };

  // --- asking and being answered -------------------------------------------------------------------------------------

  const watch = (wait, words) => {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => fail("", words), wait);
  };
  const history = () => {
    const all = messages();
    const start = fresh ? all.length : Math.max(0, all.findLastIndex?.((one) => one.fresh) ?? 0);
    const planted = start || fresh ? [] : (model.get("planted") ?? []).flatMap((one) => [one.ask && { role: "user", text: one.ask }, { role: "assistant", text: one.reply }]);
    const said = [...planted, ...all.slice(start)].filter(Boolean).map((one) => ({ role: one.role, content: one.text }));
    while (said.length && (said.length > 20 || said.reduce((sum, one) => sum + one.content.length, 0) > SENT_ALONG)) said.shift();
    return said;
  };
  const ask = (words) => {
    const text = words.normalize("NFC").trim().slice(0, LONGEST_ASK);
    if (live || !text) return;
    const request = [...history(), { role: "user", content: text }];
    live = { turn: uid(), text, fresh, reply: "", about: {}, wrote: false };
    fresh = false;
    field.value = "";
    trouble.replaceChildren();
    draw();
    tell("Đã gửi, đang chờ trả lời.");
    drawn.get("ask")?.scrollIntoView({ block: "nearest" });
    watch(HEARD_WITHIN, "Sổ bài chưa phản hồi. Nếu ô khác đang chạy thì chờ ô ấy xong; nếu không, hãy chạy lại cả bài rồi hỏi lại.");
    try {
      model.send({ type: "ask", turn: live.turn, messages: request });
    } catch {
      fail("", "Sổ bài đã ngừng chạy. Hãy chạy lại cả bài rồi hỏi lại, chưa mất gì.");
    }
  };
  const leave = () => {
    clearTimeout(watchdog);
    clearTimeout(painting);
    painting = 0;
    live = null;
    draw();
  };
  /** Nothing was answered, so nothing is kept: the words go back to where they can be changed. */
  const giveBack = () => {
    if (!field.value.trim()) field.value = live.text;
    fresh = live.fresh;
  };
  const hush = () => {
    try {
      model.send({ type: "stop", turn: live.turn });
    } catch {
      // nobody is there to be told
    }
  };
  const stop = () => {
    hush();
    if (live.reply) write("stopped");
    else giveBack();
    leave();
    tell("Đã dừng.");
  };
  const fail = (code, words) => {
    hush();
    const begun = !!live.reply;
    if (begun) write("cut");
    else giveBack();
    leave();
    const sort = begun ? "cut" : (SORTS[code] ?? "");
    const again = !sort && h("button", { type: "button", class: "bd-btn", onclick: () => (ask(field.value), send.focus()) }, "Thử lại");
    trouble.replaceChildren(panel(sort === "personal" ? "stop" : "wait", HEADS[sort] ?? "Chưa hỏi được.", h("p", {}, words || "Trợ lý chưa trả lời được. Chờ một chút rồi thử lại nhé."), again));
  };
  const finish = () => {
    if (!live.reply.trim()) return fail("", "Trợ lý không trả lời gì. Bạn thử hỏi lại, hoặc viết rõ hơn một chút.");
    write("whole");
    const by = live.about.assistant || "Trợ lý";
    leave();
    tell(`${by} trả lời: ${talk.lastElementChild?.querySelector(".bd-said")?.textContent ?? ""}`);
  };
  const onMessage = (event) => {
    if (!live || event?.turn !== live.turn) return;
    watch(SILENCE, "Mất liên lạc với trợ lý. Phần đã trả lời vẫn còn đây.");
    if (event.type === "delta") {
      live.reply += event.text;
      if (Date.now() > (live.due ?? 0)) {
        live.due = Date.now() + WRITE_EVERY;
        write("cut");
      }
      draft("cut");
      painting ||= setTimeout(paint, 80);
    } else if (event.type === "about") {
      live.about = { ...live.about, ...event.about };
      left.textContent = leftWords(live.about.left);
      draw();
    } else if (event.type === "end") finish();
    else if (event.type === "error") fail(event.code ?? "", event.message ?? "");
  };

  // --- what is seen --------------------------------------------------------------------------------------------------

  const answered = (one, { last = false, planted = false } = {}) => {
    const said = h("div", { class: "bd-said" }, ...replyNodes(one.text));
    const copy = h("button", { type: "button", class: "bd-listen" }, "Chép");
    copy.addEventListener("click", async () => {
      copy.textContent = (await copyText(one.text)) ? "✓ Đã chép" : "Chưa chép được";
      tell(copy.textContent);
      setTimeout(() => (copy.textContent = "Chép"), 2500);
    });
    const again = last && one.state === "cut" && h("button", { type: "button", class: "bd-btn bd-second", onclick: () => retry() }, "Thử lại");
    return h(
      "li",
      { class: "bd-answered" },
      byLine(one),
      planted && value().revealed && chips("Ghi chú", ["Bài cài sẵn chỗ sai để luyện, không phải AI trả lời"], "planted"),
      said,
      OF_STATE[one.state] && h("p", { class: "bd-soft" }, OF_STATE[one.state]),
      h("div", { class: "bd-row bd-tools" }, again, copy, readAloud(view, () => spoken(said))),
    );
  };
  const retry = () => {
    const [own] = messages().slice(-2);
    put(messages().slice(0, -2));
    fresh = own.fresh;
    ask(own.text), send.focus();
  };
  const begin = () => {
    fresh = true;
    trouble.replaceChildren();
    draw();
    tell("Câu sau là việc khác, trợ lý không xét các câu trước.");
    field.focus();
  };
  const paint = () => {
    painting = 0;
    if (live) drawn.get("reply")?.querySelector(".bd-said").replaceChildren(...replyNodes(live.reply));
  };

  /** Draw what has changed. */
  function draw() {
    const wanted = new Map();
    const add = (key, make) => wanted.set(key, drawn.get(key) ?? make());
    const planted = model.get("planted") ?? [];
    for (const [at, one] of planted.entries()) {
      if (one.ask) add(`p${at} ${one.ask}`, () => asked({ text: one.ask }));
      add(`r${at}${!!value().revealed} ${one.reply}`, () => answered({ text: one.reply, by: "Câu trả lời đưa sẵn trong bài", prepared: true }, { planted: true }));
    }
    const list = before();
    for (const [at, one] of list.entries()) {
      const last = !live && at === list.length - 1;
      add(`${at}${last} ${JSON.stringify(one)}`, () => (one.role === "user" ? asked(one) : answered(one, { last })));
    }
    if (live) {
      wanted.set("ask", asked({ text: live.text, fresh: live.fresh, masked: newMarks() }));
      const said = drawn.get("reply")?.querySelector(".bd-said") ?? h("div", { class: "bd-said" }, h("p", { class: "bd-dots" }, "…"));
      wanted.set("reply", h("li", { class: "bd-answered bd-live" }, byLine({ by: live.about.assistant || "Trợ lý đang trả lời…", prepared: live.about.prepared }), said));
    }
    drawn = wanted;
    const nodes = [...wanted.values()];
    if (nodes.length !== talk.children.length || nodes.some((node, at) => talk.children[at] !== node)) talk.replaceChildren(...nodes);
    talk.hidden = !nodes.length;

    const done = !!value().revealed;
    const now = planted.length ? `${done} ${model.get("reveal")}` : "";
    if (now !== shownReveal) {
      const see = h("button", { type: "button", class: "bd-btn bd-second", onclick: () => (put(messages(), { revealed: true }), reveal.focus()) }, "Tìm xong, xem chỗ sai");
      const seen = () => panel("good", "Chỗ sai cài sẵn trong bài.", h("div", { html: model.get("reveal") || "" }));
      reveal.replaceChildren(...(now ? [done ? seen() : see] : []));
    }
    shownReveal = now;

    const used = new Set([...messages(), live ?? {}].map((one) => one.text));
    const open = live ? [] : (model.get("tries") ?? []).filter((text) => !used.has(text));
    tries.replaceChildren(h("p", { class: "bd-soft" }, "Chạm để lấy câu viết sẵn, sửa tuỳ ý rồi gửi:"), ...open.map((text) => h("button", { type: "button", class: "bd-try", onclick: () => take(text) }, text)));
    tries.hidden = !open.length;
    send.textContent = live ? "■ Dừng" : "Gửi";
    send.classList.toggle("bd-second", !!live);
    anew.hidden = !!live || fresh || !messages().length;
    field.placeholder = fresh ? "Hỏi việc khác" : model.get("placeholder") || "Gõ điều bạn muốn hỏi";
  }
  const take = (text) => ((field.value = text), field.focus());

  field.addEventListener("keydown", (event) => {
    // While an input method still composes (Telex, VNI), Enter takes its word and sends nothing.
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    ask(field.value);
  });
  view.root.addEventListener("keydown", (event) => event.key === "Escape" && live && stop());
  model.on("msg:custom", onMessage);
  view.ends.push(() => {
    model.off("msg:custom", onMessage);
    if (!live) return;
    hush();
    write("cut");
    leave();
  });
  view.listen(window, "pagehide", () => write("cut"));
  view.watch("answer tries placeholder planted reveal", draw);
  recover();
  return view.end;
}

export default { render };
