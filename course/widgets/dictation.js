const TROUBLE = {
  "not-allowed": "Trình duyệt chưa cho dùng micro. Bạn cho phép micro trong phần cài đặt của trang, hoặc dùng bản ghi sẵn.",
  "audio-capture": "Máy chưa thấy micro nào. Bạn cắm micro rồi thử lại, hoặc dùng bản ghi sẵn.",
  network: "Đang mất mạng nên máy chưa nghe được. Bạn thử lại sau, hoặc dùng bản ghi sẵn.",
  "no-speech": "Máy chưa nghe thấy tiếng. Bạn nói to hơn, gần máy hơn nhé.",
  "language-not-supported": "Trình duyệt này chưa nghe được tiếng Việt. Bạn dùng bản ghi sẵn nhé.",
};
const NOTICE =
  "Khi bạn nói, trình duyệt có thể gửi tiếng nói về hãng làm ra nó (như Google, Apple) để đổi thành chữ. " +
  "Đừng đọc số giấy tờ, số tài khoản. Nếu không muốn, bạn dùng bản ghi sẵn.";

/** Where the words to correct come from: what was said, what a machine read from a picture, or a text as it stands. */
const TAKE = { say: "Dùng bản ghi sẵn", picture: "Lấy chữ máy đọc được", text: "Lấy bản viết sẵn" };
const TAKEN = {
  say: "Đây là bản ghi sẵn để tập sửa, không phải lời bạn vừa nói. Bạn sửa cho đúng nhé.",
  picture: "Đây là chữ soạn sẵn như máy đọc từ ảnh. Bạn so từng dòng với ảnh rồi sửa.",
  text: "Bạn sửa ngay trong ô. Lỡ tay thì lấy lại bản viết sẵn.",
};

/** Speak, or take the recorded transcript, then correct it. @param {{ model: Model, el: HTMLElement }} view */
function render({ model, el }) {
  const view = question(model, el, "dictation");
  const Recognition = globalThis.SpeechRecognition ?? globalThis.webkitSpeechRecognition;
  let spokenHere = null; // null: as the stored answer says
  const value = (text) => ({ kind: "dictation", text, spoken: spokenHere ?? model.get("answer")?.spoken ?? false });
  const text = textField(model, view, value, () => check());

  const say = h("p", { class: "bd-sample bd-read" });
  const sayBox = h("div", { class: "bd-say" }, h("p", { class: "bd-soft" }, "Bạn đọc to câu này:"), say);
  const notice = h("p", { class: "bd-soft" }, NOTICE);
  const speak = h("button", { type: "button", class: "bd-btn", "aria-pressed": "false", onclick: () => (session ? session.stop() : start()) });
  const take = h("button", { type: "button", class: "bd-btn bd-second", onclick: () => useRecorded() });
  const heard = h("p", { class: "bd-heard", "aria-live": "off" });
  const note = h("p", { class: "bd-note", role: "status" });
  const fixes = h("ul", { class: "bd-lines" });
  view.body.append(sayBox, notice, h("div", { class: "bd-row" }, speak, take), heard, note, text.field, fixes);

  /** @type {any} */
  let session = null;
  let sure = false;
  const source = () => (model.get("say") ? "say" : model.get("picture") ? "picture" : "text");
  const buttons = () => {
    speak.textContent = session ? "■ Nói xong" : "● Bấm để nói";
    speak.setAttribute("aria-pressed", String(!!session));
    take.textContent = sure ? "Bấm lần nữa: thay hết chữ đang có" : TAKE[source()];
    take.hidden = !model.get("recorded");
    // What was read stands right below its picture: the button and the note make room.
    view.root.classList.toggle("bd-below", !model.get("say") && !!text.field.value.trim());
    note.hidden = !note.textContent;
    heard.hidden = !heard.textContent;
  };

  const start = () => {
    sure = false;
    note.textContent = "";
    const mine = new Recognition();
    Object.assign(mine, { lang: "vi-VN", interimResults: true, continuous: true });
    mine.onresult = (event) => {
      let final = "";
      let interim = "";
      for (let index = event.resultIndex; index < event.results.length; index++) {
        const words = event.results[index][0].transcript.trim();
        if (event.results[index].isFinal) final += " " + words;
        else interim += " " + words;
      }
      heard.textContent = interim && "Đang nghe:" + interim;
      if (final) {
        spokenHere = true;
        text.put((text.field.value.trim() + final).trim());
      }
      buttons();
    };
    mine.onerror = (event) => {
      const code = event.error === "service-not-allowed" ? "not-allowed" : event.error;
      if (code !== "aborted") note.textContent = TROUBLE[code] ?? "Máy chưa nghe được. Bạn thử lại, hoặc dùng bản ghi sẵn.";
      buttons();
    };
    mine.onend = () => {
      if (session === mine) session = null;
      heard.textContent = "";
      if (spokenHere && !note.textContent) note.textContent = "Bạn đọc lại và sửa chỗ máy nghe sai: tên, số, dấu.";
      buttons();
    };
    try {
      mine.start();
      session = mine;
    } catch {
      note.textContent = TROUBLE["not-allowed"];
    }
    buttons();
  };

  const useRecorded = () => {
    const recorded = model.get("recorded");
    const now = text.field.value.trim();
    if (now && now !== recorded && !sure) {
      sure = true; // what the learner has written is not thrown away by one tap
      return buttons();
    }
    sure = false;
    session?.abort();
    spokenHere = false;
    text.put(recorded);
    note.textContent = TAKEN[source()];
    buttons();
  };

  /** @type {any[]} */
  let rows = [];
  const build = () => {
    const list = model.get("graded") ? [] : model.get("fixes") ?? [];
    rows = list.map((fix, index) => {
      const sign = h("span", { class: "bd-sign", role: "img" });
      const words = h("div", {});
      const hint = fix.not && h("details", {}, h("summary", {}, "Gợi ý"), h("p", {}, `Bạn xem lại chỗ “${fix.not}”.`));
      return { fix, index, sign, words, hint, row: h("li", {}, sign, h("div", {}, words, hint)) };
    });
    fixes.replaceChildren(...rows.map((one) => one.row));
    fixes.hidden = !rows.length;
    check();
  };
  const check = () => {
    const now = text.field.value;
    buttons();
    let done = 0;
    for (const { fix, index, sign, words, hint } of rows) {
      const good = isFixed(now, fix);
      done += good ? 1 : 0;
      sign.classList.toggle("bd-no", !good);
      sign.textContent = good ? "✓" : "";
      sign.setAttribute("aria-label", good ? "Đã sửa" : "Chưa sửa");
      if (good) words.replaceChildren(h("b", {}, [fix.want].flat()[0] + ". "), fix.why ?? "");
      else words.textContent = `Chỗ ${index + 1}: chưa sửa`;
      if (hint) hint.hidden = good || !now.trim();
    }
    if (!rows.length || !now.trim()) view.tell(null);
    else if (done === rows.length) view.tell(panel("good", "Đúng rồi.", h("p", {}, "Đã sửa hết các chỗ sai.")));
    else if (done) view.tell(panel("near", "Gần đúng.", h("p", {}, `Đã sửa ${done}/${rows.length} chỗ.`)));
    else view.tell(null);
  };

  view.watch("say recorded", () => {
    say.textContent = model.get("say") || "";
    sayBox.hidden = !model.get("say");
    notice.hidden = speak.hidden = !Recognition || !model.get("say");
    buttons();
  });
  view.watch("fixes graded", build);
  view.watch("answer", () => {
    spokenHere = null;
    text.pull();
  });
  view.ends.push(() => session?.abort());
  return view.end;
}

export default { render };
