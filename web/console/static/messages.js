// One message of the bot, or one doing of the citizen, as a bubble.

import { el, safeLink, safePicture, trouble } from "./dom.js";
import { flexContainer, rail } from "./flex.js";
import { address } from "./server.js";
import { t } from "./words.js";

/** A message exactly as it was sent. `press(action)` hears of presses. */
export function botMessage(message, press) {
  const draw = DRAW[message?.type];
  return draw ? draw(message, press) : trouble(`${t("unknownMessage")}: ${message?.type}`);
}

/** What the citizen did. */
export function citizenDoing(said) {
  if (said.type === "text") return bubble(said.text);
  if (said.type === "photo")
    return el("img", { class: "chat-photo", src: address(`contents/${said.id}`), alt: t("photoAlt") });
  if (said.type === "location") return place(said);
  if (said.type === "sticker") return sticker(said);
  return trouble(`${t("unknownMessage")}: ${said.type}`);
}

const DRAW = {
  text: (message) => bubble(message.text),
  textV2: (message) =>
    bubble(message.text.replace(/\{\{|\}\}|\{(\w+)\}/g, (whole, key) => (key ? `@${key}` : whole[0]))),
  flex: (message, press) => el("div", { class: "chat-flex" }, flexContainer(message.contents, press)),
  template: (message, press) => template(message.template, press),
  image: (message, press) => photo(message.previewImageUrl, message.originalContentUrl),
  video: (message) => film(message),
  audio: (message) => sound(message),
  location: (message) => place(message),
  sticker: (message) => sticker(message),
  imagemap: (message, press) => imagemap(message, press),
};

function bubble(text) {
  return el("div", { class: "bubble" }, text);
}

function photo(preview, original) {
  const [small, large] = [safePicture(preview), safeLink(original)];
  if (!small || !large) return trouble(t("noPicture"));
  return el(
    "a",
    {
      class: "chat-photo",
      href: large,
      target: "_blank",
      rel: "noopener noreferrer",
      "aria-label": `${t("photoAlt")}${t("opensNew")}`,
    },
    el("img", { src: small, alt: "", referrerpolicy: "no-referrer" }),
  );
}

function film(message) {
  const source = safePicture(message.originalContentUrl);
  return source
    ? el("video", {
        class: "chat-photo",
        src: source,
        poster: safePicture(message.previewImageUrl),
        controls: true,
        preload: "none",
        "aria-label": t("video"),
      })
    : trouble(t("noPicture"));
}

function sound(message) {
  const source = safePicture(message.originalContentUrl);
  return source
    ? el("audio", { src: source, controls: true, preload: "none", "aria-label": t("audio") })
    : trouble(t("noPicture"));
}

function place(message) {
  const where = `${message.latitude}, ${message.longitude}`;
  return el(
    "div",
    { class: "bubble place" },
    el("strong", {}, message.title ?? t("location")),
    el("span", {}, message.address ?? ""),
    el("span", { class: "faint" }, where),
  );
}

function sticker(message) {
  return el(
    "div",
    { class: "sticker", role: "img", "aria-label": `${t("stickerAlt")} ${message.packageId}/${message.stickerId}` },
    t("stickerAlt"),
  );
}

function templateButton(action, press) {
  return el(
    "button",
    { type: "button", class: "template-button", on: { click: () => press(action) } },
    action.label ?? "",
  );
}

function column(part, press) {
  const card = el("div", { class: "template-card" });
  if (part.thumbnailImageUrl) {
    const source = safePicture(part.thumbnailImageUrl);
    card.append(source ? el("img", { src: source, alt: "", referrerpolicy: "no-referrer" }) : trouble(t("noPicture")));
  }
  if (part.title) card.append(el("strong", {}, part.title));
  card.append(el("p", {}, part.text));
  for (const action of part.actions) card.append(templateButton(action, press));
  return card;
}

function template(part, press) {
  if (part.type === "buttons") return column(part, press);
  if (part.type === "confirm") {
    return el(
      "div",
      { class: "template-card" },
      el("p", {}, part.text),
      el("div", { class: "template-pair" }, ...part.actions.map((action) => templateButton(action, press))),
    );
  }
  if (part.type === "carousel") return rail(...part.columns.map((each) => column(each, press)));
  if (part.type === "image_carousel") {
    return rail(
      ...part.columns.map((each) => {
        const source = safePicture(each.imageUrl);
        if (!source) return trouble(t("noPicture"));
        return el(
          "button",
          {
            type: "button",
            class: "template-image",
            "aria-label": each.action.label ?? t("photoAlt"),
            on: { click: () => press(each.action) },
          },
          el("img", { src: source, alt: "", referrerpolicy: "no-referrer" }),
          each.action.label ? el("span", {}, each.action.label) : null,
        );
      }),
    );
  }
  return trouble(`${t("unknownMessage")}: template ${part.type}`);
}

function imagemap(message, press) {
  const { width, height } = message.baseSize;
  const source = safePicture(`${message.baseUrl}/700`);
  if (!source) return trouble(t("noPicture"));
  const frame = el(
    "div",
    { class: "imagemap" },
    el("img", { src: source, alt: message.altText, referrerpolicy: "no-referrer" }),
  );
  frame.style.aspectRatio = `${width} / ${height}`;
  for (const action of message.actions) {
    const known = {
      message: { type: "message", text: action.text },
      uri: { type: "uri", uri: action.linkUri },
      clipboard: { type: "clipboard", clipboardText: action.clipboardText },
    };
    frame.append(
      tile(action.area, { width, height }, action.label ?? action.text ?? action.linkUri ?? action.clipboardText, () =>
        press(known[action.type]),
      ),
    );
  }
  return frame;
}

/** A pressable part of a picture, placed in percent of its size. */
export function tile(area, size, label, pressed, shown = "") {
  const node = el("button", { type: "button", class: "tile", "aria-label": label, on: { click: pressed } }, shown);
  Object.assign(node.style, {
    left: `${(area.x / size.width) * 100}%`,
    top: `${(area.y / size.height) * 100}%`,
    width: `${(area.width / size.width) * 100}%`,
    height: `${(area.height / size.height) * 100}%`,
  });
  return node;
}
