// Draws Flex messages from the JSON that was sent: elements and text nodes only, never markup.

import { el, safePicture, trouble } from "./dom.js";
import { BUBBLE, FONT, border, color, extent, font, imageWidth, space, unknownProperties } from "./flex-values.js";
import { t } from "./words.js";

const ALIGN = { start: "left", end: "right", center: "center" };
const GRAVITY = { top: "flex-start", bottom: "flex-end", center: "center" };
const LINES = { none: "none", underline: "underline", "line-through": "line-through" };
const BLOCKS = ["header", "hero", "body", "footer"];

/** A bubble or a carousel. `press(action)` is called with the action of what was pressed. */
export function flexContainer(contents, press) {
  if (contents?.type === "carousel") {
    const bubbles = (contents.contents ?? []).map((bubble) => drawBubble(bubble, press));
    return rail(...bubbles, ...complaints(contents));
  }
  return drawBubble(contents, press);
}

/** Cards side by side, to be scrolled by hand or by keyboard. */
export function rail(...cards) {
  return el("div", { class: "flex-carousel", role: "group", tabindex: "0", "aria-label": t("cards") }, ...cards);
}

function drawBubble(bubble, press) {
  if (bubble?.type !== "bubble") return unknown(bubble);
  const node = el(
    "div",
    { class: "flex-bubble", dir: bubble.direction === "rtl" ? "rtl" : "ltr" },
    ...complaints(bubble),
  );
  node.style.width = `${BUBBLE[bubble.size] ?? BUBBLE.mega}px`;
  for (const name of BLOCKS) {
    if (!bubble[name]) continue;
    const style = bubble.styles?.[name] ?? {};
    const block = el("div", { class: `flex-block flex-${name} is-${bubble[name].type === "box" ? "box" : "picture"}` });
    if (style.separator) block.append(separatorLine(style.separatorColor));
    block.style.backgroundColor = color(style.backgroundColor ?? "");
    block.append(component(bubble[name], { layout: "vertical", press, hero: name === "hero" }));
    node.append(block);
  }
  return pressable(node, bubble.action, press);
}

/** One component. `around` tells the layout of its box, who hears of presses, and whether it is the hero. */
export function component(part, around) {
  const draw = DRAW[part?.type];
  if (!draw) return unknown(part);
  const node = draw(part, around);
  place(node, part, around);
  node.append(...complaints(part));
  return part.type === "button" || part.type === "video" ? node : pressable(node, part.action, around.press);
}

const DRAW = { box, button, image, video, icon, text, separator, filler };

function unknown(part) {
  return trouble(`${t("unknownComponent")}: ${part?.type ?? typeof part}`);
}

function complaints(part) {
  return unknownProperties(part).map((name) => trouble(`${t("unknownProperty")}: ${part.type}.${name}`));
}

function place(node, part, around) {
  const { style } = node;
  const across = around.layout !== "vertical";
  const usual = across && !["icon", "separator"].includes(part.type) ? 1 : 0;
  const share = part.flex ?? (part.type === "filler" ? 1 : part.width && across ? 0 : usual);
  style.flex = share > 0 ? `${share} ${across ? 1 : 0} ${across ? "0px" : "auto"}` : "0 0 auto";
  if (part.margin) style[across ? "marginInlineStart" : "marginBlockStart"] = space(part.margin);
  if (part.gravity && across) style.alignSelf = GRAVITY[part.gravity] ?? "";
  if (part.position === "absolute") style.position = "absolute";
  const sides = {
    offsetTop: "top",
    offsetBottom: "bottom",
    offsetStart: "insetInlineStart",
    offsetEnd: "insetInlineEnd",
  };
  for (const [name, side] of Object.entries(sides)) if (part[name]) style[side] = space(part[name]);
}

function box(part, around) {
  const node = el("div", { class: `flex-box is-${part.layout}` });
  const { style } = node;
  const paddings = {
    paddingAll: "padding",
    paddingTop: "paddingTop",
    paddingBottom: "paddingBottom",
    paddingStart: "paddingInlineStart",
    paddingEnd: "paddingInlineEnd",
  };
  for (const [name, property] of Object.entries(paddings)) if (part[name]) style[property] = space(part[name]);
  for (const name of ["width", "maxWidth", "height", "maxHeight"]) if (part[name]) style[name] = extent(part[name]);
  if (part.cornerRadius) style.borderRadius = space(part.cornerRadius);
  if (part.borderWidth)
    style.border = `${border(part.borderWidth)} solid ${color(part.borderColor ?? "") || "#000000"}`;
  style.backgroundColor = color(part.backgroundColor ?? "");
  if (part.background?.type === "linearGradient") style.backgroundImage = gradient(part.background);
  style.justifyContent = part.justifyContent ?? "";
  style.alignItems = part.alignItems ?? (part.layout === "baseline" ? "baseline" : "");
  style.gap = part.spacing ? space(part.spacing) : "";
  for (const child of part.contents ?? []) {
    const drawn = component(child, { layout: part.layout, press: around.press, hero: false });
    // A child's own margin takes the place of the box's spacing; a gap cannot be left out, so it is taken off.
    if (child.margin && part.spacing) {
      const side = part.layout === "vertical" ? "marginBlockStart" : "marginInlineStart";
      drawn.style[side] = `calc(${space(child.margin)} - ${space(part.spacing)})`;
    }
    node.append(drawn);
  }
  return node;
}

function gradient({ angle, startColor, centerColor, centerPosition, endColor }) {
  const centre = centerColor ? `${color(centerColor)} ${extent(centerPosition ?? "50%")}, ` : "";
  return `linear-gradient(${/^\d+(\.\d+)?deg$/.test(angle) ? angle : "0deg"}, ${color(startColor)}, ${centre}${color(endColor)})`;
}

function letters(node, part) {
  const { style } = node;
  if (part.size) style.fontSize = font(part.size);
  if (part.color) style.color = color(part.color);
  if (part.weight) style.fontWeight = part.weight === "bold" ? "700" : "400";
  if (part.style) style.fontStyle = part.style === "italic" ? "italic" : "normal";
  if (part.decoration) style.textDecoration = LINES[part.decoration] ?? "none";
}

function text(part) {
  const node = el("div", { class: part.wrap ? "flex-text wraps" : "flex-text" });
  node.style.fontSize = `${FONT.md}px`;
  letters(node, part);
  if (part.align) node.style.textAlign = ALIGN[part.align] ?? "";
  if (part.lineSpacing) node.style.lineHeight = `calc(1.4em + ${extent(part.lineSpacing)})`;
  if (part.maxLines > 0) {
    node.classList.add("clamped");
    node.style.webkitLineClamp = String(part.maxLines);
  }
  if (!part.contents?.length) node.append(part.text ?? "");
  for (const span of part.contents ?? []) {
    if (span.type !== "span") {
      node.append(unknown(span));
      continue;
    }
    const piece = el("span", {}, span.text ?? "");
    letters(piece, span);
    node.append(piece, ...complaints(span));
  }
  return node;
}

function ratio(value, usual) {
  const match = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/.exec(value ?? usual);
  return match ? `${match[1]} / ${match[2]}` : "1 / 1";
}

function picture(url, alt) {
  const address = safePicture(url);
  return address
    ? el("img", { src: address, alt, loading: "lazy", referrerpolicy: "no-referrer" })
    : trouble(t("noPicture"));
}

function image(part, around) {
  const frame = el("div", { class: "flex-image" });
  const drawn = picture(part.url, part.action?.label ?? "");
  drawn.style.aspectRatio = ratio(part.aspectRatio, "1:1");
  drawn.style.objectFit = part.aspectMode === "cover" ? "cover" : "contain";
  drawn.style.width = imageWidth(part.size ?? "md");
  drawn.style.backgroundColor = color(part.backgroundColor ?? "");
  frame.style.justifyContent = { start: "flex-start", end: "flex-end" }[part.align] ?? "center";
  if (around.hero) frame.classList.add("is-hero");
  frame.append(drawn);
  return frame;
}

function video(part, around) {
  const address = safePicture(part.url);
  if (!address) return trouble(t("noPicture"));
  const film = el("video", {
    src: address,
    poster: safePicture(part.previewUrl),
    controls: true,
    preload: "none",
    "aria-label": t("video"),
  });
  film.style.aspectRatio = ratio(part.aspectRatio, "1:1");
  const frame = el("div", { class: "flex-video" }, film);
  if (part.action) frame.append(button({ type: "button", action: part.action, style: "link" }, around));
  return frame;
}

function icon(part) {
  const drawn = picture(part.url, "");
  drawn.classList.add("flex-icon");
  const size = font(part.size ?? "md");
  drawn.style.height = size;
  drawn.style.width = "auto";
  drawn.style.aspectRatio = ratio(part.aspectRatio, "1:1");
  return el("span", { class: "flex-icon-frame" }, drawn);
}

function button(part, around) {
  const kind = ["primary", "secondary"].includes(part.style) ? part.style : "link";
  const node = el(
    "button",
    {
      type: "button",
      class: `flex-button is-${kind} ${part.height === "sm" ? "is-small" : ""}`,
      on: { click: () => around.press(part.action) },
    },
    part.action?.label ?? "",
  );
  if (part.color) node.style[kind === "link" ? "color" : "backgroundColor"] = color(part.color);
  return el("div", { class: "flex-button-frame" }, node);
}

function separatorLine(tint) {
  const line = el("div", { class: "flex-separator", role: "presentation" });
  if (tint) line.style.backgroundColor = color(tint);
  return line;
}

function separator(part) {
  return separatorLine(part.color);
}

function filler() {
  return el("div", { class: "flex-filler" });
}

/** Makes any part pressable by mouse and keyboard; links, buttons inside it keep their own press. */
function pressable(node, action, press) {
  if (!action) return node;
  node.classList.add("pressable");
  node.setAttribute("role", "button");
  node.tabIndex = 0;
  if (action.label) node.setAttribute("aria-label", action.label);
  const pressed = (event) => {
    event.stopPropagation();
    event.preventDefault();
    press(action);
  };
  node.addEventListener("click", pressed);
  node.addEventListener("keydown", (event) => {
    if (event.target === node && (event.key === "Enter" || event.key === " ")) pressed(event);
  });
  return node;
}
