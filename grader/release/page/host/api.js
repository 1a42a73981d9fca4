/** How long a call may take before it counts as "no network", in milliseconds. */
const CALL_TIMEOUT = 20000;

/** What went wrong with a call to the learn service, sorted by what the page can do about it. */
export class ApiError extends Error {
  /**
   * @param {"offline" | "busy" | "login" | "refused"} kind
   * @param {string} code the service's own code, for example `too_large`
   * @param {string} message a sentence for the learner, empty when the service sent none
   * @param {any} [body] the whole answer
   */
  constructor(kind, code = "", message = "", body = null) {
    super(message || code || kind);
    this.kind = kind;
    this.code = code;
    this.sentence = message;
    this.body = body;
  }
}

/**
 * Sort a failed answer. 507 is a refusal: it has its own sentence, and a question must show it.
 * @param {number} status
 * @param {any} body
 */
function failureOf(status, body) {
  const { code = "", message = "" } = body?.error ?? {};
  if (status === 401 || code === "not_logged_in") return new ApiError("login", code, message, body);
  // Only the service's own word refuses. An error without a code comes from something before it: a hub that is starting,
  // say, answers 404 for a while, and the answer must then be sent again rather than given up.
  // "Too soon" is a decision of the service, not a crowd at its door: the learner decides when to try again.
  const busy = !code || status === 408 || (status === 429 && code !== "too_soon") || (status >= 500 && status !== 507);
  return new ApiError(busy ? "busy" : "refused", code, message, body);
}

/** The learn service, reached by addresses relative to the page, since the hub sets the prefix. */
export class Api {
  /**
   * @param {string} root path from the page to the service's root, for example `../../../`
   * @param {string} lesson for example `level1/03`
   */
  constructor(root, lesson) {
    this.base = new URL(`${root}api/`, document.baseURI);
    this.lesson = lesson;
  }

  getMe() {
    return this.call("GET", "me");
  }

  getAnswers() {
    return this.call("GET", `answers/${this.lesson}`);
  }

  /**
   * @param {Record<string, any>} answers
   * @param {{ keepalive?: boolean }} [options] `keepalive` lets the request outlive the page
   */
  putAnswers(answers, { keepalive = false } = {}) {
    const body = { schema: 1, now: new Date().toISOString(), answers };
    return this.call("PUT", `answers/${this.lesson}`, body, keepalive);
  }

  /** @param {number} version the version of the record that the learner sees */
  submit(version) {
    return this.call("POST", `submissions/${this.lesson}`, { schema: 1, version });
  }

  getResults() {
    return this.call("GET", `results/${this.lesson}`);
  }

  /**
   * @param {string} method
   * @param {string} path
   * @param {any} [body]
   * @param {boolean} [keepalive]
   * @returns {Promise<any>}
   */
  async call(method, path, body, keepalive = false) {
    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), CALL_TIMEOUT);
    try {
      const response = await fetch(new URL(path, this.base), {
        method,
        keepalive,
        cache: "no-store",
        // A redirect means the hub wants a log-in; following it would end at another site's HTML.
        redirect: "manual",
        signal: abort.signal,
        headers: body ? { "Content-Type": "application/json" } : {},
        body: body ? JSON.stringify(body) : undefined,
      });
      if (response.type === "opaqueredirect") throw new ApiError("login", "not_logged_in");
      const answer = await response.json().catch(() => null);
      if (!response.ok) throw failureOf(response.status, answer);
      // A network that answers for the service (a hotel's or a shop's log-in page) is no network to us.
      if (answer === null || typeof answer !== "object") throw new ApiError("offline");
      return answer;
    } catch (error) {
      throw error instanceof ApiError ? error : new ApiError("offline");
    } finally {
      clearTimeout(timer);
    }
  }
}
