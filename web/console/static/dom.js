// Elements are made here and nowhere else. Texts go in as text nodes, so that markup in them stays text.

/**
 * @param {string} tag
 * @param {object} [props] class, style (object), on (listeners), any attribute; false, null and undefined are left out
 * @param {...(Node|string|null)} children
 */
export function el(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === false || value === null || value === undefined) continue;
    if (name === "class") node.className = value;
    else if (name === "style") Object.assign(node.style, value);
    else if (name === "on") for (const [type, listener] of Object.entries(value)) node.addEventListener(type, listener);
    else if (name === "value" || name === "checked") node[name] = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** An error that cannot be overlooked, in place of what could not be shown. */
export function trouble(text) {
  return el("p", { class: "trouble", role: "note" }, text);
}

const SAFE_LINKS = new Set(["http:", "https:", "tel:", "line:"]);

/** The address if LINE's app would open it, null for javascript: and all else. */
export function safeLink(address) {
  try {
    return SAFE_LINKS.has(new URL(address).protocol) ? address : null;
  } catch {
    return null;
  }
}

/** The address of a picture if it is http(s), null for all else. */
export function safePicture(address) {
  const link = safeLink(address);
  return link && /^https?:/i.test(link) ? link : null;
}
