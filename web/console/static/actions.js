// What happens when something is pressed: each kind of LINE action, done as LINE's app does it.

import { el, safeLink } from "./dom.js";
import { act, upload } from "./server.js";
import { language, t } from "./words.js";

/** @param phone who presses: {id, menu(open), fill(text), tell(text), choosePhoto(), askPlace()} */
export async function perform(action, phone) {
  const doing = DOINGS[action?.type];
  if (!doing) return phone.tell(`${t("unknownAction")}: ${action?.type}`);
  return doing(action, phone);
}

const send = async (phone, path, given) => {
  const reason = await act(`citizens/${phone.id}/${path}`, given);
  if (reason) phone.tell(`${t("failed")}: ${reason}`);
};

const DOINGS = {
  message: (action, phone) => send(phone, "text", { text: action.text }),
  async postback(action, phone) {
    if (action.inputOption === "closeRichMenu") phone.menu(false);
    if (action.inputOption === "openRichMenu") phone.menu(true);
    if (action.inputOption === "openKeyboard") phone.fill(action.fillInText ?? "");
    await send(phone, "postback", { data: action.data, displayText: action.displayText });
    if (action.text) await send(phone, "text", { text: action.text });
  },
  uri(action, phone) {
    const address = safeLink(action.uri);
    if (!address) return phone.tell(`${t("refusedLink")}: ${action.uri}`);
    if (/^https?:/i.test(address)) window.open(address, "_blank", "noopener,noreferrer");
    else phone.tell(address);
  },
  async datetimepicker(action, phone) {
    const picked = await pick(action);
    if (picked) await send(phone, "postback", { data: action.data, params: { [action.mode]: picked } });
  },
  async clipboard(action, phone) {
    await navigator.clipboard.writeText(action.clipboardText).then(
      () => phone.tell(`${t("copied")}: ${action.clipboardText}`),
      (error) => phone.tell(`${t("failed")}: ${error.message}`),
    );
  },
  richmenuswitch: (action, phone) => send(phone, "switch", { data: action.data, alias: action.richMenuAliasId }),
  camera: (action, phone) => phone.choosePhoto(),
  cameraRoll: (action, phone) => phone.choosePhoto(),
  location: (action, phone) => phone.askPlace(),
};

/** A dialog with a form; resolves to the form's values, or null when it was left. */
export function ask(title, fields, confirm = t("confirm")) {
  return new Promise((resolve) => {
    const form = el(
      "form",
      { method: "dialog" },
      el("h2", { id: "ask-title" }, title),
      ...fields,
      el(
        "div",
        { class: "ask-buttons" },
        el("button", { type: "button", class: "plain", on: { click: () => dialog.close() } }, t("cancel")),
        el("button", { type: "submit", class: "main" }, confirm),
      ),
    );
    const dialog = el(
      "dialog",
      { class: "ask", "aria-labelledby": "ask-title", lang: language() === "en" ? "en" : "zh-Hant-TW" },
      form,
    );
    let given = null;
    form.addEventListener("submit", () => {
      given = Object.fromEntries(new FormData(form));
    });
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(given);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A labelled field of such a form. */
export function field(name, label, props = {}) {
  return el("label", { class: "ask-field" }, el("span", {}, label), el("input", { name, required: true, ...props }));
}

async function pick(action) {
  const types = { date: "date", time: "time", datetime: "datetime-local" };
  const iso = (value) => value?.replace("t", "T");
  const input = field("picked", action.label ?? t("picked"), {
    type: types[action.mode],
    value: iso(action.initial),
    min: iso(action.min),
    max: iso(action.max),
  });
  const given = await ask(t("picked"), [input]);
  return given?.picked.slice(0, 16) || null;
}

/** Ask for a place and send it. */
export async function askPlace(phone) {
  const given = await ask(
    t("location"),
    [
      field("title", t("place"), { value: t("samplePlace"), maxlength: 100 }),
      field("address", t("address"), { value: t("sampleAddress"), maxlength: 100 }),
      field("latitude", t("latitude"), { type: "number", step: "any", min: -90, max: 90, value: "25.0375" }),
      field("longitude", t("longitude"), { type: "number", step: "any", min: -180, max: 180, value: "121.5637" }),
    ],
    t("send"),
  );
  if (given) await send(phone, "location", given);
}

/** Let a photo be chosen and send it. */
export async function sendPhoto(phone, file) {
  const reason = await upload(`citizens/${phone.id}/photo`, file);
  if (reason) phone.tell(`${t("failed")}: ${reason}`);
}

/** Say something, send a sticker. */
export const say = (phone, text) => send(phone, "text", { text });
export const sendSticker = (phone) => send(phone, "sticker", { packageId: "446", stickerId: "1988" });
