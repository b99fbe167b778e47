// The tray of text messages and e-mail, and the log of calls.

import { el } from "./dom.js";
import { language, t, time } from "./words.js";

export class Side {
  constructor() {
    this.tray = el("div", { class: "tray", role: "region", "aria-label": t("tray"), tabindex: "0" });
    this.log = el("div", { class: "calls", role: "region", "aria-label": t("log"), tabindex: "0" });
    this.tries = el("section", { class: "tries", "aria-label": t("tries") });
    this.node = el(
      "aside",
      { class: "side", "aria-label": t("side") },
      this.tries,
      el("h2", {}, t("tray")),
      this.tray,
      el("h2", {}, t("log")),
      this.log,
    );
    this.shown = "";
  }

  /** Show what is worth typing, and the tray and the log, newest first. */
  update({ tries, tray, log }) {
    const now = JSON.stringify([tries, tray, log]);
    if (now === this.shown) return;
    this.shown = now;
    this.tries.replaceChildren(...(tries.length ? [el("h2", {}, t("tries")), list(tries)] : []));
    this.tray.replaceChildren(
      ...(tray.length ? [...tray].reverse().map(letter) : [el("p", { class: "faint" }, t("emptyTray"))]),
    );
    this.log.replaceChildren(log.length ? table(log) : el("p", { class: "faint" }, t("emptyLog")));
  }
}

function list(tries) {
  const rows = tries.map((one) => [el("dt", {}, one.type), el("dd", {}, one.shows[language()])]);
  return el("dl", {}, ...rows.flat());
}

function letter(item) {
  return el(
    "article",
    { class: "letter" },
    el(
      "p",
      { class: "letter-head" },
      el("span", { class: "tag" }, t(item.kind)),
      ` ${t("to")} ${item.to}`,
      el("time", {}, time(item.at)),
    ),
    item.subject ? el("strong", {}, item.subject) : null,
    el("p", { class: "letter-text" }, item.text),
  );
}

function table(log) {
  const head = el("tr", {}, ...["at", "what", "status", "ms"].map((name) => el("th", { scope: "col" }, t(name))));
  const rows = [...log].reverse().map((line) => {
    const good = line.status >= 200 && line.status < 300;
    const what = el("td", {}, line.what, line.reason ? el("span", { class: "reason" }, line.reason) : null);
    return el(
      "tr",
      { class: good ? "" : "is-bad" },
      el("td", {}, time(line.at)),
      what,
      el("td", {}, String(line.status ?? t("timeout"))),
      el("td", {}, line.ms.toFixed(0)),
    );
  });
  return el("table", {}, el("thead", {}, head), el("tbody", {}, ...rows));
}
