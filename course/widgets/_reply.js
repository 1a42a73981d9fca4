// Put before the chat widget: what a language model wrote, made into elements. No HTML is ever parsed: whatever is not
// one of the few signs below stays text, and a link stays words, for a model makes up addresses. Then what stands beside it.

/** Bold, italics, code and links of one line. @param {string} line @returns {(Node | string)[]} */
function inlineNodes(line) {
  const nodes = [];
  const sign = /\*\*(.+?)\*\*|__(.+?)__|(?:\*([^\s*](?:[^*]*[^\s*])?)\*)|`([^`]+)`|!?\[([^\]]{0,300})\]\(([^)\s]{1,2000})\)/gu;
  let from = 0;
  for (const found of line.matchAll(sign)) {
    nodes.push(line.slice(from, found.index));
    const [all, bold, alsoBold, slanted, code, words, address] = found;
    if (bold || alsoBold) nodes.push(h("b", {}, ...inlineNodes(bold || alsoBold)));
    else if (slanted) nodes.push(h("i", {}, slanted));
    else if (code) nodes.push(h("code", {}, code));
    else nodes.push(words && words !== address ? `${words} (${address})` : address);
    from = found.index + all.length;
  }
  nodes.push(line.slice(from));
  return nodes.filter(Boolean);
}

const LIST_ITEM = /^\s*(?:([-*+•])|(\d{1,3})[.)])\s+(.*)$/u;
const RULE = /^[\s|:-]*-[\s|:-]*$/;
/** A table's head is followed by a rule; many write none, and then by a line with as many cells. */
const isTable = (line, next) => line.includes("|") && (RULE.test(next) || (cellsOf(line).length > 2 && cellsOf(next).length === cellsOf(line).length));
const cellsOf = (line) => line.trim().replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());

/**
 * A reply as paragraphs, lists, tables and code. An unfinished reply is shown as far as it makes sense.
 * @param {string} text
 * @returns {HTMLElement[]}
 */
function replyNodes(text) {
  const lines = text.replace(/\r\n?/g, "\n").split("\n");
  const blocks = [];
  let at = 0;
  /** Take lines as long as they fit. @param {(line: string) => boolean} fits */
  const take = (fits) => {
    const from = at;
    while (at < lines.length && fits(lines[at])) at += 1;
    return lines.slice(from, at);
  };
  while (at < lines.length) {
    const line = lines[at];
    if (!line.trim() || /^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) {
      at += 1;
    } else if (/^\s*```/.test(line)) {
      at += 1;
      blocks.push(h("pre", { tabindex: "0" }, take((one) => !/^\s*```/.test(one)).join("\n")));
      at += 1;
    } else if (LIST_ITEM.test(line)) {
      const numbered = LIST_ITEM.exec(line)[2];
      const same = (one) => LIST_ITEM.test(one) && !!LIST_ITEM.exec(one)[2] === !!numbered;
      const list = h(numbered ? "ol" : "ul", numbered && numbered !== "1" ? { start: numbered } : {});
      // What is written below an item, set in, still belongs to it.
      while (at < lines.length && (same(lines[at]) || (list.firstChild && /^\s{2,}\S/.test(lines[at])))) {
        const item = LIST_ITEM.exec(lines[at]);
        if (item && (same(lines[at]) || !list.lastChild)) list.append(h("li", {}, ...inlineNodes(item[3])));
        else list.lastChild.append(h("br"), ...inlineNodes(item ? `– ${item[3]}` : lines[at].trim()));
        at += 1;
        // Numbered items often stand apart by an empty line.
        if (!lines[at]?.trim() && lines[at + 1] !== undefined && same(lines[at + 1])) at += 1;
      }
      blocks.push(list);
    } else if (isTable(line, lines[at + 1] ?? "")) {
      const [head, ...rows] = take((one) => one.includes("|")).filter((one) => !RULE.test(one)).map(cellsOf);
      const row = (cells, tag) => h("tr", {}, ...cells.map((cell) => h(tag, {}, ...inlineNodes(cell))));
      const table = h("table", {}, h("thead", {}, row(head, "th")), h("tbody", {}, ...rows.map((cells) => row(cells, "td"))));
      blocks.push(h("div", { class: "bd-wide", tabindex: "0", role: "group", "aria-label": "Bảng" }, table));
    } else if (/^\s*#{1,6}\s/.test(line)) {
      at += 1;
      blocks.push(h("p", {}, h("b", {}, ...inlineNodes(line.replace(/^\s*#+\s+|\s#+\s*$/g, "")))));
    } else {
      const own = at;
      const begins = (one) => LIST_ITEM.test(one) || /^\s*(```|#{1,6}\s)/.test(one) || isTable(one, lines[at + 1] ?? "");
      const run = take((one) => one.trim() && (at === own || !begins(one)));
      const quoted = run.every((one) => /^\s*>/.test(one));
      const parts = run.flatMap((one, place) => [place && h("br"), ...inlineNodes(quoted ? one.replace(/^\s*>\s?/, "") : one)]);
      blocks.push(h(quoted ? "blockquote" : "p", {}, ...parts));
    }
  }
  return blocks;
}

/** Chips under a message. @param {string} label @param {string[]} words @param {string} kind */
const chips = (label, words, kind) =>
  words.length > 0 && h("ul", { class: "bd-marks bd-" + kind, "aria-label": label }, ...words.map((one) => h("li", {}, one)));

/** Put a text on the clipboard; where a page has no such right (plain http), by a selection. @param {string} text */
async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = h("textarea", { class: "bd-hide", "aria-hidden": "true" });
    document.body.append(area);
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    return done;
  }
}

/** What the shield hid of a message, and that it misses things. @param {any[]} masked */
function marksOf(masked) {
  const counts = new Map();
  for (const { label, kind } of masked ?? []) counts.set(label || kind, (counts.get(label || kind) ?? 0) + 1);
  const words = [...counts].map(([label, count]) => `đã che: ${label}${count > 1 ? ` (${count})` : ""}`);
  return words.length ? [chips("Đã che trước khi gửi", words, "masked"), h("p", { class: "bd-soft" }, "Máy che có thể sót. Lần sau đừng gõ thông tin riêng nhé.")] : [];
}

/** Who answered. @param {{ by: string, prepared?: boolean }} one */
const byLine = ({ by, prepared }) => h("p", { class: "bd-by" + (prepared ? " bd-prepared" : "") }, by);

/** What the learner asked. @param {any} one a message */
const asked = (one) => h("li", { class: "bd-asked" }, one.fresh && h("p", { class: "bd-soft bd-fresh" }, "Việc khác"), h("div", { class: "bd-bubble" }, h("span", { class: "bd-hide" }, "Bạn hỏi: "), one.text), ...marksOf(one.masked));

/** What may still be asked today. @param {{ requests?: number | null } | undefined} left */
function leftWords(left) {
  const count = left?.requests;
  if (typeof count !== "number") return "";
  return count <= 5 ? `Hôm nay bạn còn hỏi được ${num(count)} lần nữa. Mai lại đủ lượt.` : `Hôm nay còn ${num(count)} lượt hỏi.`;
}
