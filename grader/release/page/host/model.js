/**
 * The model that a widget sees: the six methods that anywidget gives in Jupyter, over plain values.
 */
export class Model {
  /**
   * @param {Record<string, any>} state
   * @param {{ onAnswer?: (value: any) => void, onSend?: (message: any) => void }} [host]
   */
  constructor(state, { onAnswer, onSend } = {}) {
    this.state = state;
    this.onAnswer = onAnswer;
    this.onSend = onSend;
    /** @type {Map<string, Set<Function>>} */
    this.listeners = new Map();
    this.answerTouched = false;
  }

  /** @param {string} name */
  get(name) {
    return this.state[name];
  }

  /**
   * Called by widgets. Only `answer` travels further, on `save_changes`.
   * @param {string} name
   * @param {any} value
   */
  set(name, value) {
    if (name === "answer") this.answerTouched = true;
    this.put(name, value);
  }

  save_changes() {
    if (!this.answerTouched) return;
    this.answerTouched = false;
    this.onAnswer?.(this.state.answer);
  }

  /**
   * @param {string} event for example `change:answer`
   * @param {Function} callback
   */
  on(event, callback) {
    for (const name of event.split(" ")) {
      if (!this.listeners.has(name)) this.listeners.set(name, new Set());
      this.listeners.get(name)?.add(callback);
    }
  }

  /**
   * @param {string} [event] every event when left out
   * @param {Function} [callback] every callback when left out
   */
  off(event, callback) {
    const names = event ? event.split(" ") : [...this.listeners.keys()];
    for (const name of names) {
      if (callback) this.listeners.get(name)?.delete(callback);
      else this.listeners.delete(name);
    }
  }

  /** @param {any} message */
  send(message) {
    this.onSend?.(message);
  }

  /**
   * Called by the page: what a kernel would send to the widget's views. @param {any} message
   */
  tell(message) {
    for (const callback of [...(this.listeners.get("msg:custom") ?? [])]) callback(message);
  }

  /**
   * Called by the page: change a value and tell the widget's views.
   * @param {string} name
   * @param {any} value
   */
  put(name, value) {
    if (JSON.stringify(this.state[name]) === JSON.stringify(value)) return;
    this.state[name] = value;
    this.emit(`change:${name}`, value);
    this.emit("change");
  }

  /**
   * @param {string} event
   * @param {any} [value]
   */
  emit(event, value) {
    for (const callback of [...(this.listeners.get(event) ?? [])]) callback(this, value);
  }
}
