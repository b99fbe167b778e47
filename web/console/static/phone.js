// One citizen's phone: head, talk, quick replies, rich menu, composer.

import { ask, askPlace, field, perform, say, sendPhoto, sendSticker } from "./actions.js";
import { el } from "./dom.js";
import { botMessage, citizenDoing, tile } from "./messages.js";
import { act, address } from "./server.js";
import { t, time } from "./words.js";

export class Phone {
  /** @param citizen as the state tells it */
  constructor(citizen) {
    this.id = citizen.id;
    this.calls = new Map(); // happening -> its read mark
    this.talk = el("div", { class: "talk", role: "log", "aria-live": "polite", tabindex: "0" });
    this.typing = el("div", { class: "typing", hidden: true }, el("i"), el("i"), el("i"));
    this.notice = el("p", { class: "notice", role: "status" });
    this.quick = el("div", { class: "quick", role: "group", hidden: true });
    this.tiles = el("div", { class: "menu" });
    this.input = el("input", {
      class: "say",
      type: "text",
      maxlength: 5000,
      autocomplete: "off",
      enterkeyhint: "send",
    });
    this.file = el("input", {
      type: "file",
      accept: "image/jpeg,image/png",
      hidden: true,
      on: { change: () => this.photoChosen() },
    });
    this.node = el("section", { class: "phone", id: `phone-${this.id}`, "data-citizen": this.id });
    this.menuOpen = null;
    this.menuKey = null;
    this.build(citizen);
    this.update(citizen);
  }

  build(citizen) {
    this.name = el("strong", { class: "owner-name" });
    this.language = el(
      "select",
      { class: "owner-language", on: { change: () => this.doing("language", { language: this.language.value }) } },
      el("option", { value: "zh-Hant" }, t("zhHant")),
      el("option", { value: "en" }, t("en")),
    );
    this.blocker = el("button", {
      type: "button",
      class: "plain",
      on: { click: () => this.doing(this.citizen.blocked ? "unblock" : "block") },
    });
    const remove = el(
      "button",
      { type: "button", class: "plain", on: { click: () => this.doing("", {}, "DELETE") } },
      t("remove"),
    );
    this.bar = el("button", { type: "button", class: "menu-bar", on: { click: () => this.menu(!this.menuOpen) } });
    const more = el(
      "div",
      { class: "more" },
      this.tool(t("photo"), "photo", () => this.choosePhoto()),
      this.tool(t("location"), "place", () => this.askPlace()),
      this.tool(t("sticker"), "sticker", () => sendSticker(this)),
    );
    this.composer = el(
      "form",
      { class: "composer", on: { submit: (event) => this.submitted(event) } },
      more,
      this.input,
      el("button", { type: "submit", class: "send" }, t("send")),
      this.file,
    );
    this.input.setAttribute("aria-label", t("message"));
    this.input.placeholder = t("message");
    this.quick.setAttribute("aria-label", t("quick"));
    this.typing.setAttribute("aria-label", `${t("bot")} ${t("typing")}`);
    this.typing.setAttribute("role", "img");
    this.node.append(
      el(
        "header",
        { class: "owner" },
        el("span", { class: "face", "aria-hidden": "true" }, [...citizen.name][0]),
        this.name,
        this.language,
        this.blocker,
        remove,
      ),
      el(
        "div",
        { class: "screen" },
        el("h2", { class: "chat-title" }, t("bot")),
        this.talk,
        this.notice,
        this.quick,
        this.bar,
        this.tiles,
        this.composer,
      ),
    );
  }

  tool(label, icon, pressed) {
    return el("button", {
      type: "button",
      class: `tool is-${icon}`,
      "aria-label": label,
      title: label,
      on: { click: pressed },
    });
  }

  /** Show what changed about the citizen. */
  update(citizen) {
    this.citizen = citizen;
    this.name.textContent = citizen.name;
    this.node.setAttribute("aria-label", `${citizen.name}${t("chatOf")}`);
    this.talk.setAttribute("aria-label", `${citizen.name}${t("chatOf")}`);
    this.language.setAttribute("aria-label", `${t("language")}: ${citizen.name}`);
    this.language.value = citizen.language;
    this.blocker.textContent = citizen.blocked ? t("unblock") : t("block");
    this.node.classList.toggle("is-blocked", citizen.blocked);
    for (const part of this.composer.elements) part.disabled = citizen.blocked;
    const waiting = citizen.loading && !citizen.blocked;
    if (this.typing.hidden === waiting) {
      this.typing.hidden = !waiting;
      this.talk.append(this.typing);
      this.toEnd();
    }
    if (citizen.menu.key !== this.menuKey) this.drawMenu(citizen.menu);
  }

  drawMenu(menu) {
    this.menuKey = menu.key;
    this.tiles.replaceChildren();
    this.tiles.classList.toggle("is-drawn", !menu.image);
    this.tiles.style.aspectRatio = `${menu.size.width} / ${menu.size.height}`;
    this.tiles.style.backgroundImage = menu.image ? `url("${address(menu.image)}")` : "";
    for (const { bounds, action } of menu.areas) {
      const label = action.label ?? action.text ?? action.displayText ?? action.type;
      this.tiles.append(
        tile(bounds, menu.size, label, () => perform(action, this), menu.image ? "" : el("span", {}, label)),
      );
    }
    this.bar.textContent = menu.chatBarText;
    this.menu(this.menuOpen ?? menu.selected);
  }

  /** Open or close the rich menu. */
  menu(open) {
    this.menuOpen = open;
    this.tiles.hidden = !open;
    this.bar.setAttribute("aria-expanded", String(open));
    this.toEnd();
  }

  /** Add one happening. */
  add(entry) {
    if (entry.said !== undefined) this.addSaid(entry);
    else this.addDelivery(entry);
    this.talk.append(this.typing);
    this.toEnd();
  }

  addSaid(entry) {
    this.setQuick(null);
    const mark = el("span", { class: "mark" });
    this.calls.set(entry.seq, mark);
    if (entry.said === null) return;
    if (entry.said.type === "note")
      this.talk.append(el("p", { class: "event" }, `${time(entry.at)} ${t(entry.said.note)}`));
    else
      this.talk.append(
        el(
          "div",
          { class: "row is-mine" },
          el("span", { class: "stamp" }, mark, el("time", {}, time(entry.at))),
          citizenDoing(entry.said),
        ),
      );
  }

  addDelivery(entry) {
    // The very bytes that were sent, parsed here and nowhere else.
    const { messages } = JSON.parse(entry.body);
    messages.forEach((message, number) => {
      const wide = ["flex", "template"].includes(message.type);
      const bot = el("span", { class: "face is-bot", "aria-hidden": "true" }, "P");
      this.talk.append(
        el(
          "div",
          { class: `row is-theirs${wide ? " is-wide" : ""}`, "data-kind": entry.kind },
          bot,
          botMessage(message, (action) => perform(action, this)),
          el("time", { class: "stamp" }, time(entry.at)),
        ),
      );
      const last = number === messages.length - 1;
      if (message.quickReply && !last) this.talk.append(el("p", { class: "trouble", role: "note" }, t("quickLost")));
      if (last) this.setQuick(message.quickReply);
    });
  }

  setQuick(quickReply) {
    const items = quickReply?.items ?? [];
    this.quick.hidden = items.length === 0;
    this.quick.replaceChildren(
      ...items.map(({ action }) =>
        el(
          "button",
          {
            type: "button",
            class: "quick-item",
            on: {
              click: () => {
                if (action.type !== "datetimepicker") this.setQuick(null);
                perform(action, this);
              },
            },
          },
          action.label,
        ),
      ),
    );
  }

  /** The webhook that told of a happening was answered. */
  answered(seq, status) {
    const mark = this.calls.get(seq);
    if (!mark) return;
    const good = status >= 200 && status < 300;
    mark.textContent = good ? t("read") : `${t("unsent")} (${status ?? t("timeout")})`;
    mark.classList.toggle("is-bad", !good);
    this.calls.delete(seq);
  }

  toEnd() {
    this.talk.scrollTop = this.talk.scrollHeight;
  }

  tell(text) {
    this.notice.textContent = text;
  }

  fill(text) {
    this.input.value = text;
    this.input.focus();
  }

  choosePhoto() {
    this.file.click();
  }

  photoChosen() {
    const [file] = this.file.files;
    this.file.value = "";
    if (file) sendPhoto(this, file);
  }

  askPlace() {
    return askPlace(this);
  }

  submitted(event) {
    event.preventDefault();
    const text = this.input.value;
    if (!text.trim()) return;
    this.input.value = "";
    this.tell("");
    say(this, text);
  }

  async doing(path, given, method) {
    const reason = await act(`citizens/${this.id}${path ? `/${path}` : ""}`, given, method);
    this.tell(reason ? `${t("failed")}: ${reason}` : "");
  }
}

/** Ask for a new citizen's name and language, and add them. Resolves to the reason why not, or null. */
export async function askCitizen() {
  const select = el(
    "label",
    { class: "ask-field" },
    el("span", {}, t("language")),
    el(
      "select",
      { name: "language" },
      el("option", { value: "zh-Hant" }, t("zhHant")),
      el("option", { value: "en" }, t("en")),
    ),
  );
  const given = await ask(
    t("add"),
    [field("name", t("name"), { maxlength: 20, value: t("sampleName") }), select],
    t("add"),
  );
  return given ? act("citizens", given) : null;
}
