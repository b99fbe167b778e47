// The page: a phone for each citizen, the side, and the look at the server that never ends.

import { el } from "./dom.js";
import { Phone, askCitizen } from "./phone.js";
import { act, look, setBase } from "./server.js";
import { Side } from "./side.js";
import { language, setLanguage, t } from "./words.js";

const AGAIN_MS = 1000; // after the server was away

const root = document.getElementById("console");
setBase(root.dataset.base);

let page = null; // what is drawn now; a change of language draws anew

class Page {
  constructor() {
    this.phones = new Map();
    this.seq = 0;
    this.chosen = null;
    this.stop = new AbortController();
    this.side = new Side();
    this.switcher = el("nav", { class: "switcher", "aria-label": t("citizens") });
    this.desk = el("div", { class: "desk" });
    this.notice = el("p", { class: "page-notice", role: "status" });
    this.empty = el("p", { class: "empty" }, t("noCitizen"));
    const other = language() === "en" ? "zh" : "en";
    root.replaceChildren(
      el(
        "header",
        { class: "top" },
        el("div", { class: "brand" }, el("h1", {}, `${t("bot")} · ${t("title")}`), el("p", {}, t("tagline"))),
        el(
          "div",
          { class: "top-buttons" },
          el("button", { type: "button", class: "main", on: { click: () => this.addCitizen() } }, t("add")),
          el("button", { type: "button", class: "plain", lang: other, on: { click: () => draw(other) } }, t("other")),
        ),
      ),
      this.switcher,
      this.notice,
      el("main", { class: "work" }, this.empty, this.desk, this.side.node),
    );
  }

  async addCitizen() {
    const reason = await askCitizen();
    this.notice.textContent = reason ? `${t("failed")}: ${reason}` : "";
    this.chooseNewest = !reason;
  }

  /** Look at the server again and again until this page is replaced. */
  async watch() {
    await act("welcome", { name: t("sampleName"), language: language() === "en" ? "en" : "zh-Hant" });
    while (!this.stop.signal.aborted) {
      try {
        this.show(await look(this.seq, this.stop.signal));
        this.lost(false);
      } catch (error) {
        if (this.stop.signal.aborted) return;
        this.lost(true, error);
        await new Promise((again) => setTimeout(again, AGAIN_MS));
      }
    }
  }

  lost(away, error) {
    if (away !== Boolean(this.away)) this.notice.textContent = away ? `${t("failed")}: ${error.message}` : "";
    this.away = away;
  }

  show(state) {
    this.born ??= state.born;
    if (state.born !== this.born) return draw(language()); // the server began anew
    this.seq = state.seq;
    const present = new Set(state.citizens.map((citizen) => citizen.id));
    for (const [id, phone] of this.phones) {
      if (present.has(id)) continue;
      phone.node.remove();
      this.phones.delete(id);
    }
    for (const citizen of state.citizens) this.showCitizen(citizen);
    for (const entry of state.entries) this.phones.get(entry.chat)?.add(entry);
    for (const line of state.log)
      for (const phone of line.seq ? this.phones.values() : []) phone.answered(line.seq, line.status);
    this.side.update(state);
    this.empty.hidden = state.citizens.length > 0;
    this.showSwitcher(state.citizens);
  }

  showCitizen(citizen) {
    const phone = this.phones.get(citizen.id);
    if (phone) return phone.update(citizen);
    const made = new Phone(citizen);
    this.phones.set(citizen.id, made);
    this.desk.append(made.node);
    if (this.chooseNewest) this.chosen = citizen.id;
    this.chooseNewest = false;
  }

  showSwitcher(citizens) {
    const views = [...citizens.map(({ id, name }) => ({ id, name })), { id: "side", name: t("side") }];
    if (!views.some(({ id }) => id === this.chosen)) this.chosen = views[0].id;
    const wanted = JSON.stringify([views, this.chosen]);
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    this.switcher.replaceChildren(
      ...views.map(({ id, name }) =>
        el(
          "button",
          {
            type: "button",
            class: "tab",
            "aria-pressed": String(id === this.chosen),
            on: { click: () => this.choose(id, citizens) },
          },
          name,
        ),
      ),
    );
    for (const [id, phone] of this.phones) phone.node.classList.toggle("is-chosen", id === this.chosen);
    this.side.node.classList.toggle("is-chosen", this.chosen === "side");
    this.phones.get(this.chosen)?.toEnd();
  }

  choose(id, citizens) {
    this.chosen = id;
    this.showSwitcher(citizens);
    this.switcher.querySelector("[aria-pressed=true]")?.focus();
  }
}

function draw(tongue) {
  setLanguage(tongue);
  page?.stop.abort();
  page = new Page();
  page.watch();
}

draw(language());
