import { Api } from "./api.js";
import { Assistant } from "./assistant.js";
import { Model } from "./model.js";
import { drawOverview, isBlank } from "./overview.js";
import { Questions } from "./questions.js";
import { drawResults } from "./results.js";
import { AnswerStore } from "./store.js";
import { Steps } from "./steps.js";
import { Submitter } from "./submitter.js";
import { startTextSize } from "./text-size.js";
import { Vault } from "./vault.js";

/** @typedef {import("./questions.js").Spec} Spec */

const byId = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const page = JSON.parse(byId("lesson").textContent ?? "{}");
const root = document.documentElement;

const api = new Api(page.root, page.lesson);
const vault = new Vault(page.lesson);
const store = new AnswerStore(api, vault, page.audience);
const assistant = new Assistant(page.root, page.lesson, page.audience);
const steps = new Steps(`bdhai:step:${page.lesson}`);
const questions = new Questions(page.lesson, store, {
  onAnswer: () => submitter.phase === "graded" && showPhase(), // the results are now of an earlier answer
  onMessage: (model, message) => assistant.take(model, message), // only a chat sends anything else
});
/** @type {Model | null} */
let submitModel = null;
let shownReceipt = "";
let started = false;

const labelOf = (/** @type {string} */ id) => questions.labelOf(id);
const submitter = new Submitter(api, store, { labelOf, you: page.you });

// --- widgets -----------------------------------------------------------------------------------------------------

const SUBMIT_RUNTIME = { phase: "idle", message: "", unanswered: [], receipt: "", results: null };

/** @param {Spec} spec */
function modelFor(spec) {
  const { widget, state } = spec;
  if (widget === "submit") {
    submitModel ??= new Model({ ...state, ...SUBMIT_RUNTIME }, { onSend: (message) => onSend(message) });
    return submitModel;
  }
  return state.question ? questions.add(spec) : new Model({ ...state });
}

/**
 * Load the widgets and let each draw itself. When they cannot be loaded, their readable text is left standing.
 * @returns {Promise<boolean>} whether all are there
 */
async function mountAll() {
  const specs = page.widgets.map((/** @type {Spec} */ spec) => ({ widget: spec.widget, model: modelFor(spec) }));
  questions.show([...questions.models.keys()]);
  showState();
  try {
    const module = await import(new URL(page.root + page.widgetsModule, document.baseURI).href);
    startTextSize(byId("text-size"), module);
    const mount = async (/** @type {string} */ widget, /** @type {Model} */ model, /** @type {Element} */ el) => {
      el.replaceChildren();
      await module.default[widget].render({ model, el });
    };
    const places = [...document.querySelectorAll("[data-widget]")];
    await Promise.all(places.map((el, position) => mount(specs[position].widget, specs[position].model, el)));
    const today = questions.models.get("today");
    const again = steps.results.querySelector("[data-today]");
    if (today && again) await mount("today", today, again);
    return true;
  } catch (error) {
    console.error(error);
    return false;
  }
}

/** @param {any} message */
function onSend(message) {
  if (message?.type === "submit") submitter.press();
}

// --- what the store says -----------------------------------------------------------------------------------------

const WORDS = {
  "": "",
  saved: "✓ Đã lưu",
  saving: "Đang lưu…",
  waiting: "Đang chờ mạng, chưa mất gì",
  error: "Có câu chưa gửi được",
};

function showState() {
  const states = [...questions.models].map(([id, model]) => {
    const { saved, note } = store.stateOf(id);
    model.put("saved", saved);
    model.put("saved_note", note);
    return saved;
  });
  const worst = ["error", "waiting", "saving", "saved"].find((state) => states.includes(/** @type {any} */ (state))) ?? "";
  const line = byId("saved");
  const loggedOut = worst === "waiting" && store.trouble === "login";
  const words = loggedOut ? "Cần đăng nhập lại, chưa mất gì" : WORDS[/** @type {keyof typeof WORDS} */ (worst)];
  if (line.textContent !== words) line.textContent = words;
  line.dataset.state = worst;
  byId("login-again").hidden = store.trouble !== "login";
  byId("not-kept").hidden = !vault.blocked;
  submitModel?.put("unanswered", questions.unanswered());
  showOverview();
}

/** Where a question stands: the step of its first view. @param {string} id */
function stepOf(id) {
  const position = page.widgets.findIndex((/** @type {Spec} */ spec) => spec.state.question === id);
  const place = document.querySelectorAll("[data-widget]")[position];
  return steps.sections.findIndex((section) => section.contains(place));
}

function showOverview() {
  if (!questions.graded.length) return;
  const rows = questions.graded.map(([id]) => ({
    id,
    label: labelOf(id),
    done: !isBlank(store.value(id)),
    problem: store.stateOf(id).saved === "error",
    step: stepOf(id),
  }));
  drawOverview(byId("overview"), rows, (step) => steps.show(step));
  const open = rows.filter(({ done }) => !done).length;
  const you = page.you[0].toUpperCase() + page.you.slice(1);
  byId("overview-note").textContent = open
    ? `Còn ${open} câu chưa trả lời. ${you} bấm vào câu để quay lại làm.`
    : `Đã trả lời đủ ${rows.length} câu. ${you} nộp bài được rồi.`;
}

// --- submitting --------------------------------------------------------------------------------------------------

function showPhase() {
  const { phase, message, receipt, results } = submitter;
  if (submitModel) {
    submitModel.put("message", message);
    submitModel.put("receipt", receipt);
    submitModel.put("phase", phase);
  }
  if (phase === "graded" && results) {
    drawResults(steps.results, results, { labelOf, changedSince: questions.changedSince(results), another: wayToAnother });
    if (results.receipt !== shownReceipt) announce(results);
  }
  drawBar();
}

/** From a result to another item of that question, where it has one. @param {any} result */
function wayToAnother(result) {
  if (!questions.hasAnother(result, submitter.results)) return null;
  return () => {
    questions.beginAnother(result.id);
    steps.show(stepOf(result.id));
  };
}

/** Show new results once; the learner may be reading elsewhere by then. @param {any} results */
function announce(results) {
  shownReceipt = results.receipt;
  questions.showResults(results);
  steps.resultsReady = true;
  byId("live").textContent = "Đã có kết quả.";
  if (steps.onLast && started) steps.show(steps.sections.length);
}

// --- the bar at the bottom ---------------------------------------------------------------------------------------

const back = /** @type {HTMLButtonElement} */ (byId("back"));
const next = /** @type {HTMLButtonElement} */ (byId("next"));
const nextLesson = /** @type {HTMLAnchorElement} */ (byId("next-lesson"));

function drawBar() {
  const working = ["sending", "grading"].includes(submitter.phase);
  back.hidden = steps.current === 0;
  back.textContent = steps.onResults ? "Xem lại bài" : "Lùi";
  nextLesson.hidden = !steps.onResults;
  next.hidden = steps.onResults;
  next.disabled = steps.onLast && working;
  next.textContent = steps.onLast ? submitWord() : steps.current === 0 ? "Bắt đầu" : "Tiếp tục";
}

function hasFreshResults() {
  return submitter.phase === "graded" && !questions.changedSince(submitter.results);
}

function submitWord() {
  if (submitter.phase === "sending") return "Đang nộp…";
  if (submitter.phase === "grading") return "Đang chấm…";
  return hasFreshResults() ? "Xem kết quả" : steps.resultsReady ? "Nộp lại" : "Nộp bài";
}

function goNext() {
  if (!steps.onLast || hasFreshResults()) steps.show(steps.current + 1);
  else submit();
}

/** The widget's own button stands behind the bar's: it asks first when a question is still open. */
function submit() {
  const button = steps.sections.at(-1)?.querySelector(".bd-submit .bd-main");
  if (button instanceof HTMLElement) button.click();
  else submitter.press();
}

function goBack() {
  steps.show(steps.onResults ? 0 : steps.current - 1);
}

// --- start -------------------------------------------------------------------------------------------------------

/** The learner is back, or the network is: see what other devices did, then send what is waiting. */
async function comeBack() {
  store.retryAfter = 1000;
  await store.open();
}

function listen() {
  store.addEventListener("state", showState);
  store.addEventListener("state", () => {
    if (store.known && !store.trouble && submitter.phase === "waiting") submitter.resume();
  });
  submitter.addEventListener("phase", showPhase);
  steps.addEventListener("step", drawBar);
  next.addEventListener("click", goNext);
  back.addEventListener("click", goBack);
  for (const link of document.querySelectorAll("a[data-reload]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      location.reload(); // the hub asks for the log-in where one is needed, and comes back to this address
    });
  }
  addEventListener("online", comeBack);
  addEventListener("pageshow", (event) => event.persisted && comeBack());
  addEventListener("storage", (event) => event.key === vault.keyFor(store.user) && store.reread());
  addEventListener("beforeunload", (event) => {
    // Only when closing would really lose something: the browser keeps nothing and the service does not have it.
    if (vault.blocked && store.pendingIds().length) event.preventDefault();
  });
}

/** Widgets hand over what is still being typed when the page goes away; this listens after they do. */
function listenForLeaving() {
  addEventListener("pagehide", () => store.sendLast());
  document.addEventListener("visibilitychange", () => (document.hidden ? store.sendLast() : comeBack()));
}

async function start() {
  root.classList.add("js");
  listen();
  const named = location.hash ? steps.fromAddress() : null;
  const wantsResults = location.hash === "#ket-qua" || !location.hash;
  steps.show(named ?? steps.remembered(), { history: false, focus: false });
  drawBar();
  const mounting = mountAll();
  mounting.then(listenForLeaving);
  const [mounted] = await Promise.all([mounting, store.open()]);
  byId("widgets-missing").hidden = mounted;
  if (store.notes.wish) await submitter.resume();
  else if (store.known) await submitter.recall();
  if (steps.resultsReady && wantsResults && !store.pendingIds().length) {
    steps.show(steps.sections.length, { history: false, focus: false });
  }
  started = true;
}

start();
