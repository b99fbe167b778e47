// The way to our server. Every doing carries a header that other sites cannot send.

let base = "/console/";

export function setBase(address) {
  base = address;
}

/** The address of something of the console: a photo, a menu's image. */
export const address = (path) => `${base}api/${path}`;

/** Do something; resolves to null, or to the reason why it could not be done. */
export async function act(path, given = {}, method = "POST") {
  return send(path, method, JSON.stringify(given), "application/json");
}

/** Send a photo. */
export async function upload(path, file) {
  return send(path, "POST", file, file.type);
}

async function send(path, method, body, type) {
  try {
    const response = await fetch(address(path), { method, body, headers: { "Content-Type": type, "X-Console": "1" } });
    if (response.ok) return null;
    const told = await response.json().catch(() => ({}));
    return told.message || `HTTP ${response.status}`;
  } catch (error) {
    return error.message;
  }
}

/** The state after happening number `after`; waits on the server until there is news. Rejects when it is away. */
export async function look(after, signal) {
  const response = await fetch(address(`state?after=${after}`), { signal });
  if (!response.ok) throw new Error(`HTTP ${response.status}`);
  return response.json();
}
