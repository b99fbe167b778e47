"use strict";
// One citizen's own entry (PLD1 §2.2, §2.12): the commitment from the citizen's own plate and number, then its place.
// Plain JavaScript without any request. SHA-256 is written out: a browser offers its own on secure pages only.

const K = [], START = [];
(function constants() {
  for (let candidate = 2; K.length < 64; candidate++) {
    let prime = true;
    for (let d = 2; d * d <= candidate; d++) if (candidate % d === 0) prime = false;
    if (!prime) continue;
    if (START.length < 8) START.push(Math.floor((Math.sqrt(candidate) % 1) * 2 ** 32));
    K.push(Math.floor((Math.cbrt(candidate) % 1) * 2 ** 32));
  }
})();

function sha256(bytes) {
  const size = ((bytes.length + 8) >> 6 << 6) + 64;
  const padded = new Uint8Array(size);
  padded.set(bytes);
  padded[bytes.length] = 0x80;
  const view = new DataView(padded.buffer);
  view.setUint32(size - 8, Math.floor(bytes.length / 2 ** 29));
  view.setUint32(size - 4, (bytes.length << 3) >>> 0);
  const state = Uint32Array.from(START), w = new Uint32Array(64);
  const rotate = (x, n) => (x >>> n) | (x << (32 - n));
  for (let block = 0; block < size; block += 64) {
    for (let i = 0; i < 16; i++) w[i] = view.getUint32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const s0 = rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ (w[i - 15] >>> 3);
      const s1 = rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ (w[i - 2] >>> 10);
      w[i] = w[i - 16] + s0 + w[i - 7] + s1;
    }
    let [a, b, c, d, e, f, g, h] = state;
    for (let i = 0; i < 64; i++) {
      const s1 = rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25);
      const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i] + w[i]) | 0;
      const s0 = rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22);
      const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + t1) | 0, c, b, a, (t1 + t2) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((value, i) => { state[i] += value; });
  }
  return Array.from(state, (word) => word.toString(16).padStart(8, "0")).join("");
}

function cat(...values) {
  const parts = values.map((value) => (typeof value === "string" ? new TextEncoder().encode(value) : value));
  const out = new Uint8Array(parts.reduce((sum, part) => sum + 4 + part.length, 0));
  let at = 0;
  for (const part of parts) {
    new DataView(out.buffer).setUint32(at, part.length);
    out.set(part, at + 4);
    at += 4 + part.length;
  }
  return out;
}

function folded(text) {
  const dashed = text.normalize("NFKC").toUpperCase().replace(/[\p{Pd}−ー_~·•‧・.⁃˗➖]/gu, "-");
  return dashed.replace(/[\s\p{Cf}]/gu, "");
}

class Wrong extends Error {}

function readReceipt(text) {
  const lines = text.trim().split(/\s*\n\s*/);
  const fields = Object.fromEntries(lines.slice(1).map((line) => line.split("=", 2)));
  const shapes = {
    draw_id: /^[0-9A-Za-z._/-]{1,64}$/, entry_no: /^[0-9A-Z-]{1,32}$/, pool: /^[A-Z0-9]{1,8}$/,
    salt: /^[0-9a-f]{64}$/, commit: /^[0-9a-f]{64}$/,
  };
  const whole = lines[0] === "PLD1-RECEIPT" && Object.keys(shapes).every((key) => shapes[key].test(fields[key] || ""));
  if (!whole) throw new Wrong("收據不完整，請貼上 PLD1-RECEIPT 起的六行。The receipt is not whole.");
  return fields;
}

function commitment(receipt, plate, holder, weight) {
  const salt = Uint8Array.from(receipt.salt.match(/../g), (pair) => parseInt(pair, 16));
  const tickets = new Uint8Array(4);
  new DataView(tickets.buffer).setUint32(0, weight);
  return sha256(cat("PLD1/entry", receipt.draw_id, receipt.entry_no, receipt.pool, tickets, plate, holder, salt));
}

function readProof(text) {
  const lines = text.trim().split(/\s*\n\s*/);
  const fields = Object.fromEntries(lines.slice(1).map((line) => line.split("=", 2)));
  const shapes = {
    draw_id: /^[0-9A-Za-z._/-]{1,64}$/, index: /^\d{1,9}$/, n: /^\d{1,9}$/, merkle_root: /^[0-9a-f]{64}$/,
    path: /^([0-9a-f]{64}(,[0-9a-f]{64})*)?$/,
  };
  const whole = lines[0] === "PLD1-PROOF" && Object.keys(shapes).every((key) => shapes[key].test(fields[key] ?? "?"));
  if (!whole) throw new Wrong("證明不完整，請貼上 PLD1-PROOF 起的六行。The proof is not whole.");
  return { ...fields, index: Number(fields.index), n: Number(fields.n), path: fields.path ? fields.path.split(",") : [] };
}

const bytes = (hex) => hex.match(/../g).map((pair) => parseInt(pair, 16));

// RFC 6962: from the hash of the entry's row up to the root of the whole list.
function rootOf(row, proof) {
  const rest = [...proof.path];
  let value = sha256(Uint8Array.from([0, ...new TextEncoder().encode(row)]));
  for (let index = proof.index, last = proof.n - 1; last > 0; index >>= 1, last >>= 1) {
    if ((index ^ 1) > last) continue;
    const other = rest.shift();
    if (!other) return null;
    const pair = index & 1 ? [other, value] : [value, other];
    value = sha256(Uint8Array.from([1, ...bytes(pair[0]), ...bytes(pair[1])]));
  }
  return rest.length === 0 && proof.index < proof.n ? value : null;
}

function checkProof(receipt, plate, holder, text) {
  const proof = readProof(text);
  if (proof.draw_id !== receipt.draw_id) throw new Wrong("這份證明不是這一次抽籤的。The proof is of another draw.");
  const commit = commitment(receipt, plate, holder, 1);
  if (receipt.commit !== commit) {
    throw new Wrong("收據、車牌與手機號碼對不起來。Receipt, plate and number do not belong together.");
  }
  if (rootOf(`${commit}\t${receipt.entry_no}\t${receipt.pool}\t1`, proof) !== proof.merkle_root) {
    throw new Wrong("這份證明不成立：清單上不是這筆申請。抽籤前請立即向停車場反映。The proof does not hold.");
  }
  const place = `第 ${proof.index + 1} 筆，共 ${proof.n} 筆 Row ${proof.index + 1} of ${proof.n}`;
  return `在清單上（${place}）。On the list.\n請比對公告 announce.txt 的 merkle_root. Compare with the announcement:\n${proof.merkle_root}`;
}

function checkList(receipt, plate, holder, list) {
  const rows = list.split("\n");
  if (rows[0].split("\t")[1] !== receipt.draw_id) throw new Wrong("這份清單不是這一次抽籤的。The list is of another draw.");
  const row = rows.slice(1).map((line) => line.split("\t")).find((fields) => fields[1] === receipt.entry_no);
  if (!row) throw new Wrong("清單上沒有這筆申請。抽籤前請立即向停車場反映。This entry is not on the list.");
  const commit = commitment(receipt, plate, holder, Number(row[3]));
  if (row[0] !== commit || row[2] !== receipt.pool || receipt.commit !== commit) {
    throw new Wrong("收據、車牌與手機號碼和清單對不起來。Receipt, plate and number do not open what is on the list.");
  }
  return `在清單上。On the list.\n${commit}`;
}

function place(receipt, result) {
  const lines = result.split("\n");
  if (lines[1] !== `draw_id=${receipt.draw_id}`) throw new Wrong("這份結果不是這一次抽籤的。The result is of another draw.");
  const rows = lines.map((line) => line.split("\t")).filter((fields) => fields.length === 7 && fields[0] !== "rank");
  const mine = rows.filter((fields) => fields[6] === receipt.commit);
  if (mine.length !== 1 || mine[0][4] !== receipt.entry_no) throw new Wrong("結果中沒有這筆申請。The result does not have this entry.");
  const [rank, status, no] = mine[0];
  const words = { W: `正取 ${no} 號 Won, no. ${no}`, B: `備取 ${no} 號 Waiting, no. ${no}`, X: "未中籤 Not drawn" };
  if (!words[status]) throw new Wrong("結果檔案不正確。The result is not valid.");
  return `${words[status]}（${rank} / ${rows.length}）`;
}

function check(receiptText, plateText, holderText, proof, list, result) {
  const receipt = readReceipt(receiptText), plate = folded(plateText), holder = folded(holderText).replace(/-/g, "");
  if (!/^[A-Z0-9]{2,4}-[A-Z0-9]{2,4}$/.test(plate)) throw new Wrong("車牌要有短橫線，例如 ABC-1235。The plate needs its hyphen.");
  if (!/^[0-9A-Z]{8,10}$/.test(holder)) throw new Wrong("請輸入申請時的手機號碼。Enter the mobile number of the application.");
  if (!proof.trim() && list === null) throw new Wrong("請貼上證明，或選擇登記清單。Paste a proof, or choose the list.");
  const found = [];
  if (list !== null) found.push(checkList(receipt, plate, holder, list));
  if (proof.trim()) found.push(checkProof(receipt, plate, holder, proof));
  if (result !== null) found.unshift(place(receipt, result));
  return found.join("\n");
}

async function answer(event) {
  event.preventDefault();
  const value = (id) => document.getElementById(id).value;
  const file = async (id) => {
    const [chosen] = document.getElementById(id).files;
    return chosen ? chosen.text() : null;
  };
  const output = document.getElementById("answer");
  try {
    const files = [await file("list"), await file("result")];
    output.textContent = check(value("receipt"), value("plate"), value("holder"), value("proof"), ...files);
    output.dataset.outcome = "ok";
  } catch (error) {
    if (!(error instanceof Wrong)) throw error;
    output.textContent = error.message;
    output.dataset.outcome = "wrong";
  }
}

document.querySelector("form").addEventListener("submit", answer);
