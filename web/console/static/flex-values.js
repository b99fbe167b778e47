// Flex's keywords in pixels, and what each component may hold (guide "Flex Message elements" and "layout").

export const FONT = { xxs: 11, xs: 13, sm: 14, md: 16, lg: 19, xl: 22, xxl: 29, "3xl": 35, "4xl": 48, "5xl": 74 };
const SPACE = { none: 0, xs: 2, sm: 4, md: 8, lg: 12, xl: 16, xxl: 20 };
const IMAGE = { xxs: 40, xs: 60, sm: 80, md: 100, lg: 120, xl: 140, xxl: 160, "3xl": 180, "4xl": 200, "5xl": 220 };
const BORDER = { none: 0, light: 0.5, normal: 1, medium: 2, "semi-bold": 3, bold: 4 };
export const BUBBLE = { nano: 120, micro: 160, deca: 220, hecto: 241, kilo: 260, mega: 300, giga: 386 };

const EXACT = /^-?\d+(\.\d+)?(px|%)$/;
const COLOR = /^#([0-9a-f]{6}|[0-9a-f]{8})$/i;

const length = (table) => (value) => (value in table ? `${table[value]}px` : EXACT.test(value) ? value : "");

export const space = length(SPACE);
export const font = length(FONT);
export const border = length(BORDER);
export const extent = length({});
/** The width of an image: keyword, px, % or full. */
export const imageWidth = (value) => (value === "full" ? "100%" : length(IMAGE)(value));
/** A colour LINE takes, empty for all else. */
export const color = (value) => (COLOR.test(value) ? value : "");

const PLACE = ["position", "offsetTop", "offsetBottom", "offsetStart", "offsetEnd"];
const KNOWN = {
  bubble: ["direction", "styles", "header", "hero", "body", "footer", "size", "action"],
  carousel: ["contents"],
  box: [
    "layout",
    "flex",
    "contents",
    "spacing",
    "margin",
    ...PLACE,
    "backgroundColor",
    "borderColor",
    "borderWidth",
    "cornerRadius",
    "width",
    "maxWidth",
    "height",
    "maxHeight",
    "paddingAll",
    "paddingTop",
    "paddingBottom",
    "paddingStart",
    "paddingEnd",
    "action",
    "justifyContent",
    "alignItems",
    "background",
  ],
  button: ["flex", "color", "style", "action", "gravity", "margin", ...PLACE, "height", "adjustMode", "scaling"],
  image: [
    "url",
    "flex",
    "margin",
    ...PLACE,
    "align",
    "gravity",
    "size",
    "aspectRatio",
    "aspectMode",
    "backgroundColor",
    "action",
    "animated",
  ],
  video: ["url", "previewUrl", "altContent", "aspectRatio", "action"],
  icon: ["url", "size", "aspectRatio", "margin", ...PLACE, "scaling"],
  text: [
    "flex",
    "text",
    "size",
    "align",
    "gravity",
    "color",
    "weight",
    "style",
    "decoration",
    "wrap",
    "lineSpacing",
    "margin",
    ...PLACE,
    "action",
    "maxLines",
    "contents",
    "adjustMode",
    "scaling",
  ],
  span: ["text", "size", "color", "weight", "style", "decoration"],
  separator: ["margin", "color"],
  filler: ["flex"],
};

/** Properties that LINE does not know on such a component. */
export function unknownProperties(part) {
  const known = KNOWN[part.type];
  return known ? Object.keys(part).filter((name) => name !== "type" && !known.includes(name)) : [];
}
