// Every card of one reader, chosen by the address: #zh-TW/normal.

import { el } from "./dom.js";
import { botMessage } from "./messages.js";

const FIRST = "zh-TW/normal";
const base = document.body.dataset.base;
const room = document.getElementById("gallery");
const count = document.getElementById("gallery-count");

function card({ name, message, problems, bytes }) {
  const lock = message.altText ? el("p", { class: "gallery-lock" }, `鎖定畫面：${message.altText}`) : null;
  const wrong = problems.map((problem) => el("li", {}, problem));
  return el(
    "section",
    { class: problems.length ? "gallery-card is-wrong" : "gallery-card" },
    el("h2", {}, name),
    lock,
    el("p", { class: "gallery-size" }, `${bytes.toLocaleString()} bytes`),
    wrong.length ? el("ul", { class: "gallery-wrong" }, ...wrong) : null,
    botMessage(message, () => {}),
  );
}

async function show() {
  const reader = location.hash.slice(1) || FIRST;
  delete document.body.dataset.drawn;
  for (const link of document.querySelectorAll(".gallery-head a")) {
    if (link.hash === `#${reader}`) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  const answer = await fetch(`${base}api/gallery/${reader}`);
  const cards = answer.ok ? await answer.json() : [];
  const wrong = cards.filter((one) => one.problems.length).length;
  count.textContent = answer.ok
    ? `${cards.length} 則，${wrong ? `${wrong} 則超過 LINE 的限制` : "都在 LINE 的限制內"}`
    : "沒有這種顯示";
  room.replaceChildren(...cards.map(card));
  document.body.dataset.drawn = reader;
}

addEventListener("hashchange", show);
show();
