/** The name by which the assistant's service knows the model that the operator chose first (course.ai.client.MODEL). */
const USUAL_MODEL = "tro-ly";
/** How long to wait for the next word, in milliseconds; the service gives up on its provider sooner. */
const LONGEST_SILENCE = 80000;
const ASSISTANT_WORDS = {
  offline: "Mạng đang chập chờn nên chưa hỏi được. Có mạng thì thử lại nhé, chưa mất gì.",
  login: "Phiên đăng nhập đã hết. Hãy đăng nhập lại rồi hỏi tiếp, chưa mất gì.",
  silent: "Trợ lý im lặng lâu quá nên đã dừng. Thử lại nhé.",
  garbled: "Trợ lý trả lời không đọc được. Thử lại nhé.",
  cut: "Câu trả lời bị đứt giữa chừng. Phần đã hiện có thể thiếu.",
};

/** Something that the learner is told in place of an answer. */
class AssistantTrouble extends Error {
  /** @param {string} code @param {string} [sentence] */
  constructor(code, sentence) {
    super(code);
    this.code = code;
    this.sentence = sentence || ASSISTANT_WORDS[/** @type {keyof typeof ASSISTANT_WORDS} */ (code)] || "";
  }
}

/**
 * Carries the chat widgets' requests to the assistant's service and the replies back, as `course.lesson_chat` does in
 * Jupyter. The messages are told in `course/widgets/chat.py`.
 */
export class Assistant {
  /**
   * @param {string} root path from the page to the learn service's root; the assistant stands beside it
   * @param {string} lesson for example `level1/03`
   * @param {string} audience
   */
  constructor(root, lesson, audience) {
    this.base = new URL(`${root}../assistant/`, document.baseURI);
    this.about = { lesson, audience, shows_label: true };
    /** @type {Map<string, AbortController>} by turn */
    this.under = new Map();
  }

  /**
   * A widget has sent something.
   * @param {import("./model.js").Model} model
   * @param {any} message
   */
  take(model, message) {
    if (message?.type === "stop") this.under.get(message.turn)?.abort();
    if (message?.type === "ask") this.answer(message.turn, message.messages, (event) => model.tell({ ...event, turn: message.turn }));
  }

  /**
   * @param {string} turn
   * @param {any[]} messages
   * @param {(event: any) => void} tell
   */
  async answer(turn, messages, tell) {
    const abort = new AbortController();
    this.under.set(turn, abort);
    tell({ type: "heard" });
    let stopped = true;
    let timer = 0;
    const awake = () => {
      clearTimeout(timer);
      timer = setTimeout(() => {
        stopped = false; // not by the learner
        abort.abort();
      }, LONGEST_SILENCE);
    };
    awake();
    try {
      const response = await this.ask(messages, abort.signal);
      for await (const data of eventsOf(response, awake)) {
        if (data.error) throw new AssistantTrouble(data.error.code ?? "", data.error.message);
        if (data.bdhai) tell({ type: "about", about: data.bdhai });
        const text = data.choices?.[0]?.delta?.content;
        if (text) tell({ type: "delta", text });
      }
      tell({ type: "end" });
    } catch (error) {
      if (abort.signal.aborted && stopped) return;
      const trouble = error instanceof AssistantTrouble ? error : new AssistantTrouble(abort.signal.aborted ? "silent" : "offline");
      tell({ type: "error", code: trouble.code, message: trouble.sentence });
    } finally {
      clearTimeout(timer);
      this.under.delete(turn);
    }
  }

  /**
   * Ask; where the service does not know the browser yet, let it be made known first.
   * @param {any[]} messages
   * @param {AbortSignal} signal
   */
  async ask(messages, signal) {
    const send = () =>
      fetch(new URL("v1/chat/completions", this.base), {
        method: "POST",
        cache: "no-store",
        redirect: "manual",
        signal,
        headers: { "Content-Type": "application/json" },
        body: JSON.stringify({ model: USUAL_MODEL, messages, stream: true, bdhai: this.about }),
      });
    const stranger = (/** @type {Response} */ response) => response.status === 401 || response.type === "opaqueredirect";
    let response = await send();
    if (stranger(response)) {
      // Each service has its own cookie. Its front page begins the hub's OAuth round, whose redirects need no hand where
      // the learner is logged in to the hub. The hub lets a fetch through them only if its answer cannot be read.
      await fetch(this.base, { mode: "no-cors", cache: "no-store", signal }).catch(() => null);
      response = await send();
    }
    if (stranger(response)) throw new AssistantTrouble("login");
    if (response.ok && response.headers.get("Content-Type")?.startsWith("text/event-stream")) return response;
    const said = await response.json().catch(() => null);
    throw new AssistantTrouble(said?.error?.code ?? "garbled", said?.error?.message);
  }
}

/**
 * The JSON of each server-sent event, wherever the pieces of the stream begin and end.
 * @param {Response} response
 * @param {() => void} awake called whenever something came
 */
async function* eventsOf(response, awake) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (response.body).getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read().catch((error) => {
      if (error.name === "AbortError") throw error;
      throw new AssistantTrouble("cut");
    });
    if (done) throw new AssistantTrouble("cut"); // a whole answer ends with [DONE]
    awake();
    const lines = (rest + decoder.decode(value, { stream: true })).split(/\r?\n/);
    rest = lines.pop() ?? "";
    for (const line of lines) {
      const data = line.startsWith("data:") ? line.slice(5).trim() : "";
      if (data === "[DONE]") return;
      if (!data) continue; // an empty line between events, or a comment that keeps the line open
      let event;
      try {
        event = JSON.parse(data);
      } catch {
        throw new AssistantTrouble("garbled");
      }
      yield event;
    }
  }
}
