// The page of `assetgen preview`. Every text that comes from outside goes into textContent; nothing here writes markup.
"use strict";

const $ = (id) => document.getElementById(id);
const STATES = ["generate", "finish", "restore", "waits", "blocked", "fresh"];
const MEANING = {
  fresh: "nothing to do", finish: "local work only", restore: "bytes are at hand", generate: "asks a provider",
  waits: "for something else", blocked: "needs a decision", draft: "a stand-in until it is promoted", held: "waits to be promoted",
};
const VERSIONS = { now: "now", last: "last build", head: "git HEAD", draft: "draft" };
const MODES = { single: "One", side: "Side by side", slider: "Slider" };
const GROUNDS = { checker: "Checkerboard", light: "Light", dark: "Dark" };
const STORED = $("assetgen-data");
const STATIC = STORED !== null;

const data = { cards: new Map(), order: [], revision: 0, head: "", gallery: null, pictures: new Map(), details: new Map() };
const filter = { state: "", tag: "", group: "none", text: "" };
const view = { name: "", detail: null, output: 0, mode: "single", show: "", against: "", ground: "checker", zoom: 0, split: 50 };
const nodes = new Map();
let shown = [];
let current = "";
let round = 0;

// Elements. `on…` are listeners, other names are properties where there is one, attributes otherwise.

function el(tag, given = {}, ...inside) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(given)) {
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "class") made.className = value;
    else if (key in made && key !== "list") made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...inside.flat(Infinity).filter((part) => part !== null && part !== undefined && part !== ""));
  return made;
}

const button = (text, onclick, more = {}) => el("button", { type: "button", onclick, ...more }, text);
const badge = (word, text = word) => el("span", { class: `badge ${word}`, title: MEANING[word] ?? "" }, text);
const store = (key, value) => { try { localStorage.setItem(key, value); } catch { /* a file:// page may have no storage */ } };
const stored = (key) => { try { return localStorage.getItem(key); } catch { return null; } };

// Words.

function money(text) {
  const [whole, part = ""] = String(text).split(".");
  return `$${whole}.${part.replace(/0+$/, "").padEnd(2, "0")}`;
}

function priced(price) {
  if (!price) return "price not known";
  if (price.high === "") return "price not known";
  if (Number(price.high) === 0) return "free";
  return price.low === price.high ? money(price.high) : `${money(price.low)}–${money(price.high)}`;
}

function sized(bytes) {
  if (!bytes) return "";
  return bytes < 1000 ? `${bytes} B` : bytes < 1e6 ? `${(bytes / 1000).toFixed(1)} kB` : `${(bytes / 1e6).toFixed(2)} MB`;
}

const count = (number, word) => `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
const dimensions = (p) => (p.width ? `${p.width} × ${p.height}` : "");
const described = (p) => [dimensions(p), p.format, sized(p.bytes)].filter(Boolean).join(" · ");
const said = (value) => (value === null ? "—" : typeof value === "string" ? value : JSON.stringify(value));

// The server, or the data that came with a static gallery.

const thumbnail = (sha256) => (STATIC ? `thumbs/${sha256}.webp` : `t/${sha256}`);
const full = (sha256) => (STATIC ? data.pictures.get(sha256) ?? thumbnail(sha256) : `i/${sha256}`);
const proof = () => ({ "x-assetgen-csrf": stored("assetgen-csrf") ?? "" });

async function get(path) {
  const answer = await fetch(path, { headers: proof(), cache: "no-store" });
  if (answer.status === 401 || answer.status === 403) throw gate(await answer.json());
  return answer.ok ? answer.json() : null;
}

async function wish(asked) {
  const headers = { "content-type": "application/json", ...proof() };
  try {
    const answer = await fetch("api/wish", { method: "POST", headers, body: JSON.stringify(asked) });
    const said = await answer.json();
    return answer.ok ? { ok: true } : { ok: false, ...said };
  } catch {
    return { ok: false, error: "the server cannot be reached", hint: "is assetgen still running?" };
  }
}

function gate(said) {
  $("gate-text").textContent = said.hint ? `${said.error}: ${said.hint}` : said.error;
  $("gate").hidden = false;
  for (const id of ["top", "body", "detail"]) $(id).hidden = true;
  return new Error(said.error);
}

async function enter() {
  const token = new URLSearchParams(location.hash.slice(1)).get("token");
  if (token === null) return;
  history.replaceState(null, "", location.pathname);
  const headers = { "content-type": "application/json" };
  const answer = await fetch("session", { method: "POST", headers, body: JSON.stringify({ token }) });
  const said = await answer.json();
  if (!answer.ok) throw gate(said);
  store("assetgen-csrf", said.csrf);
}

async function reload() {
  const gallery = await get("api/gallery");
  if (!gallery) throw new Error("no gallery");
  data.cards.clear();
  begin(gallery);
}

function begin(gallery) {
  data.gallery = gallery;
  data.order = gallery.cards.map((card) => card.name);
  document.title = gallery.project ? `${gallery.project} · assetgen` : "assetgen";
  $("project").textContent = gallery.project || "assetgen";
  for (const [name, node] of nodes) if (!data.order.includes(name)) { node.remove(); nodes.delete(name); }
  apply(gallery);
}

function apply(update) {
  for (const card of update.cards) { data.cards.set(card.name, card); if (nodes.has(card.name)) paint(card); }
  for (const name of update.gone ?? []) { data.cards.delete(name); nodes.get(name)?.remove(); nodes.delete(name); }
  if (update.order) data.order = update.order;
  data.order = data.order.filter((name) => data.cards.has(name));
  const moved = update.head !== undefined && update.head !== data.head;
  Object.assign(data.gallery, { building: update.building, purse: update.purse, faults: update.faults });
  Object.assign(data, { revision: update.revision, head: update.head ?? data.head });
  frame();
  arrange();
  if (view.name && (moved || update.cards.some((card) => card.name === view.name) || update.gone?.includes(view.name))) open(view.name);
}

// News. The stream is read by hand: what EventSource sends cannot carry the proof. A hidden tab does not hold a connection.

async function listen() {
  for (let wait = 250; ; wait = Math.min(wait * 2, 5000)) {
    if (document.hidden) await new Promise((seen) => addEventListener("visibilitychange", seen, { once: true }));
    try {
      await stream(() => { wait = 250; linked("") });
    } catch (error) {
      if (!$("gate").hidden) return;
      if (!document.hidden) linked("Connection lost. Trying again …");
    }
    await new Promise((later) => setTimeout(later, wait));
  }
}

async function stream(connected) {
  const abort = new AbortController();
  const hide = () => document.hidden && abort.abort();
  addEventListener("visibilitychange", hide);
  let quiet = 0;
  const alive = () => { clearTimeout(quiet); quiet = setTimeout(() => abort.abort(), 40000); };
  try {
    alive();
    const answer = await fetch(`api/events?since=${data.revision}`, { headers: proof(), signal: abort.signal, cache: "no-store" });
    if (answer.status === 401 || answer.status === 403) throw gate(await answer.json());
    if (!answer.ok) throw new Error("no stream");
    connected();
    const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let text = ""; ;) {
      const { done, value } = await reader.read();
      if (done) throw new Error("the stream ended");
      alive();
      text += value;
      const messages = text.split("\n\n");
      text = messages.pop();
      for (const message of messages) await heard(message);
    }
  } finally {
    clearTimeout(quiet);
    removeEventListener("visibilitychange", hide);
    abort.abort();
  }
}

async function heard(message) {
  const fields = Object.fromEntries(message.split("\n").map((line) => [line.split(": ", 1)[0], line.slice(line.indexOf(": ") + 2)]));
  if (!fields.event) return;
  if (fields.event === "reset") return reload();
  const value = JSON.parse(fields.data);
  if (fields.event === "update") apply(value);
  else happened(value);
  data.revision = Number(fields.id);
}

function happened(event) {
  const node = nodes.get(event.asset);
  if (event.kind === "started" || event.kind === "progressed") {
    node?.setAttribute("data-busy", event.text);
    if (typeof event.fraction === "number") node?.style.setProperty("--done", `${Math.round(event.fraction * 100)}%`);
    return;
  }
  node?.removeAttribute("data-busy");
  node?.style.removeProperty("--done");
  if (event.kind === "failed" || event.kind === "refused") toast(event.text, event.hint, "bad");
  else if (event.kind === "told" || !STATIC) toast(event.text, event.hint ?? "");
}

function linked(text) {
  // What could not be loaded meanwhile is tried again.
  if (!text && !$("link").hidden) for (const failed of document.querySelectorAll(".failed")) paint(data.cards.get(failed.closest("li").dataset.name));
  $("link").textContent = text;
  $("link").hidden = !text;
}

function toast(text, hint = "", kind = "") {
  const made = el("div", { class: `toast ${kind}` }, el("p", {}, text), hint && el("p", { class: "hint" }, `hint: ${hint}`));
  const gone = () => made.remove();
  made.append(button("×", gone, { class: "icon", "aria-label": "Dismiss" }));
  $("toasts").append(made);
  while ($("toasts").children.length > 4) $("toasts").firstChild.remove();
  if (kind !== "bad") setTimeout(gone, 5000);
}

// The gallery.

function frame() {
  const { purse, faults, building } = data.gallery;
  document.body.toggleAttribute("data-building", building);
  $("purse").hidden = STATIC || !(Number(purse.spent) || purse.limit);
  $("purse").textContent = `spent ${money(purse.spent)}${purse.limit ? ` of ${money(purse.limit)}` : ""}`;
  $("faults").hidden = !faults.length;
  $("faults").replaceChildren(
    el("strong", {}, "The manifest cannot be read. Below is the last good state."),
    ...faults.map((fault) => el("pre", {}, fault.text)),
  );
  const held = heldCards();
  $("promote-all").hidden = STATIC || held.length === 0;
  $("promote-all").textContent = `Promote ${count(held.length, "draft")}`;
}

const heldCards = () => [...data.cards.values()].filter((card) => card.held && !card.paying);

function paint(card) {
  const node = nodes.get(card.name) ?? newNode(card.name);
  const link = node.firstChild;
  node.className = `card${card.draft ? " is-draft" : ""}${card.width && card.width <= 96 ? " is-small" : ""}`;
  if (!card.paying && !data.gallery.building) node.removeAttribute("data-busy");
  if (card.paying) node.setAttribute("data-busy", "being made");
  picture(link.firstChild, card);
  const slash = card.name.lastIndexOf("/") + 1;
  const title = el("span", { class: "title", title: card.name }, slash ? el("span", { class: "dim" }, card.name.slice(0, slash)) : "", card.name.slice(slash));
  const cost = card.state === "generate" || card.held ? el("span", { class: "note price" }, priced(card.price)) : "";
  link.children[1].replaceChildren(title, cost);
  link.children[2].replaceChildren(
    badge(card.state), card.draft ? badge("draft") : "",
    card.candidates > 1 ? el("span", { class: "note" }, `${card.candidates} candidates`) : "",
  );
  link.title = card.reason;
  return node;
}

function newNode(name) {
  const parts = [el("span", { class: "pic" }), el("span", { class: "name" }), el("span", { class: "line" })];
  const link = el("a", { href: `#/asset/${encodeURIComponent(name)}`, tabIndex: -1, onfocus: () => mark(name) }, parts);
  const node = el("li", {}, link);
  node.dataset.name = name;
  nodes.set(name, node);
  return node;
}

// A picture is changed when the new one can be drawn, never before.
async function picture(place, card) {
  const old = place.firstChild;
  if (old?.dataset.sha256 === (card.thumb ?? "")) { if (card.thumb) old.alt = card.alt || card.name; return; }
  if (!card.thumb) { place.replaceChildren(el("span", { class: "none", "data-sha256": "" }, "no picture yet")); return; }
  const next = el("img", { alt: card.alt || card.name, decoding: "async", loading: old ? "eager" : "lazy" });
  next.dataset.sha256 = card.thumb;
  next.addEventListener("error", () => next.replaceWith(el("span", { class: "none failed" }, "no bytes here")));
  next.src = thumbnail(card.thumb);
  if (old) await next.decode().catch(() => {});
  if ((data.cards.get(card.name)?.thumb ?? "") === card.thumb) place.replaceChildren(next);
}

function matches(card) {
  if (filter.state && (filter.state === "held" ? !card.held : card.state !== filter.state)) return false;
  if (filter.tag && !card.tags.includes(filter.tag)) return false;
  const text = [card.name, card.model, card.alt, card.state, ...card.tags].join("\n").toLowerCase();
  return filter.text.toLowerCase().split(/\s+/).every((word) => text.includes(word));
}

const grouped = (card) => (filter.group === "tag" ? card.tags[0] ?? "without a tag" : filter.group === "state" ? card.state : "");

function arrange() {
  chips();
  const cards = data.order.map((name) => data.cards.get(name)).filter(matches);
  const groups = Map.groupBy ? Map.groupBy(cards, grouped) : new Map([["", cards]]);
  const keys = [...groups.keys()];
  if (filter.group === "state") keys.sort((a, b) => STATES.indexOf(a) - STATES.indexOf(b));
  shown = keys.flatMap((key) => groups.get(key).map((card) => card.name));
  const heads = new Map(filter.group === "none" ? [] : keys.map((key) => [groups.get(key)[0].name, [key, groups.get(key).length]]));
  const total = data.cards.size;
  $("counts").textContent = shown.length === total ? count(total, "asset") : `${shown.length} of ${count(total, "asset")}`;
  $("nothing").hidden = shown.length > 0;
  $("nothing").textContent = total ? "Nothing matches." : "There are no assets yet.";
  lay(heads, ++round);
  if (!shown.includes(current)) current = shown[0] ?? "";
  mark(current);
}

// In portions, so that thousands of cards do not hold up the first of them. What is in its place already is not touched.
function lay(heads, mine, from = 0, after = null) {
  const list = $("cards");
  if (mine !== round) return;
  const put = (node) => {
    const next = after ? after.nextSibling : list.firstChild;
    if (node !== next) list.insertBefore(node, next);
    after = node;
  };
  const upto = Math.min(from + 120, shown.length);
  if (from === 0) for (const head of list.querySelectorAll(".head")) head.remove();
  for (const name of shown.slice(from, upto)) {
    if (heads.has(name)) put(el("li", { class: "head" }, el("h2", {}, heads.get(name)[0]), el("span", {}, String(heads.get(name)[1]))));
    put(nodes.get(name) ?? paint(data.cards.get(name)));
  }
  if (upto < shown.length) { requestAnimationFrame(() => setTimeout(() => lay(heads, mine, upto, after))); return; }
  while (after ? after.nextSibling : list.firstChild) (after ? after.nextSibling : list.firstChild).remove();
  if (nodes.get(current)) nodes.get(current).firstChild.tabIndex = 0;
}

function chips() {
  const cards = [...data.cards.values()];
  const tally = (words) => words.reduce((all, word) => all.set(word, (all.get(word) ?? 0) + 1), new Map());
  const states = tally(cards.map((card) => card.state));
  const held = cards.filter((card) => card.held).length;
  const rows = STATES.filter((state) => states.has(state)).map((state) => [state, state, states.get(state)]);
  if (held) rows.unshift(["held", "to promote", held]);
  chipRow($("states"), "state", [["", "all", cards.length], ...rows]);
  const tags = [...tally(cards.flatMap((card) => card.tags))].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)).slice(0, 60);
  $("tags-part").hidden = tags.length === 0;
  chipRow($("tags"), "tag", [["", "any", null], ...tags.map(([tag, number]) => [tag, tag, number])]);
  chipRow($("groups"), "group", [["none", "no groups", null], ["tag", "by tag", null], ["state", "by state", null]]);
}

function chipRow(place, key, rows) {
  const same = place.dataset.rows === JSON.stringify([filter[key], rows]);
  if (same) return;
  place.dataset.rows = JSON.stringify([filter[key], rows]);
  const focused = place.contains(document.activeElement) ? document.activeElement.dataset.value : null;
  place.replaceChildren(...rows.map(([value, text, number]) => el(
    "button",
    { type: "button", class: `chip ${key} ${key === "state" ? value : ""}`, "aria-pressed": String(filter[key] === value), "data-value": value,
      onclick: () => { filter[key] = filter[key] === value && key !== "group" ? "" : value; arrange(); scrollTo(0, 0); } },
    el("span", {}, text), number === null ? "" : el("span", { class: "number" }, number.toLocaleString("en")),
  )));
  if (focused !== null) [...place.children].find((chip) => chip.dataset.value === focused)?.focus();
}

function mark(name) {
  const old = nodes.get(current);
  if (old) old.firstChild.tabIndex = -1;
  current = name;
  if (nodes.get(name)) nodes.get(name).firstChild.tabIndex = 0;
}

function step(dx, dy) {
  const index = Math.max(shown.indexOf(current), 0);
  let next = index + dx;
  if (dy) {
    const here = nodes.get(current).getBoundingClientRect();
    const row = (i) => nodes.get(shown[i])?.getBoundingClientRect();
    const columns = Math.max(1, Math.round($("cards").clientWidth / (here.width + 16)));
    next = index + dy * columns;
    for (let i = index + dy; i >= 0 && i < shown.length && Math.abs(i - index) <= 2 * columns; i += dy) {
      const there = row(i);
      if (there && Math.sign(there.top - here.top) === dy && Math.abs(there.left - here.left) < here.width / 2) { next = i; break; }
    }
  }
  const name = shown[Math.min(Math.max(next, 0), shown.length - 1)];
  if (!nodes.has(name)) return;
  nodes.get(name).firstChild.focus({ preventScroll: true });
  nodes.get(name).scrollIntoView({ block: "nearest" });
}

// One asset.

async function open(name) {
  const mine = ++view.asked || (view.asked = 1);
  const there = data.cards.has(name);
  const detail = !there ? null : STATIC ? data.details.get(name) : await get(`api/asset?name=${encodeURIComponent(name)}`);
  if (mine !== view.asked) return;
  if (!detail) { toast(`there is no asset "${name}"`); location.hash = "#/"; return; }
  const fresh = view.name !== name;
  const ready = () => mine === view.asked;
  Object.assign(view, { name, detail });
  if (fresh) Object.assign(view, { output: 0, show: "", against: "", zoom: 0 });
  view.output = Math.min(view.output, Math.max(detail.outputs.length - 1, 0));
  if (fresh) { heading(); facts(); tools(); strip(); reveal(); }
  const stage = await staged();
  if (!ready()) return;
  if (!fresh) { heading(); facts(); tools(); strip(); }
  $("stage").replaceChildren(stage);
  zoomed();
}

function reveal() {
  $("detail").hidden = false;
  for (const id of ["top", "body"]) $(id).inert = true;
  document.body.classList.add("has-detail");
  if (!$("detail").contains(document.activeElement)) $("detail").focus({ preventScroll: true });
  $("facts").scrollTop = 0;
  $("stage").replaceChildren();
}

function leave() {
  view.asked += 1;
  const name = view.name;
  view.name = "";
  $("detail").hidden = true;
  document.body.classList.remove("has-detail");
  for (const id of ["top", "body"]) $(id).inert = false;
  if (name && nodes.has(name)) { mark(name); nodes.get(name).firstChild.focus({ preventScroll: true }); nodes.get(name).scrollIntoView({ block: "nearest" }); }
}

function route() {
  const hash = location.hash;
  if (hash.startsWith("#token=")) { enter().then(() => location.reload(), () => {}); return; }
  if (hash.startsWith("#/asset/")) {
    let name = "";
    try { name = decodeURIComponent(hash.slice(8)); } catch { /* no name of ours */ }
    open(name);
  } else if (view.name) leave();
}

const beside = (by) => {
  const all = shown.includes(view.name) ? shown : data.order;
  return all[all.indexOf(view.name) + by];
};
const go = (name) => { if (name !== undefined) location.replace(`#/asset/${encodeURIComponent(name)}`); };

function heading() {
  const { card } = view.detail;
  $("d-name").textContent = card.name;
  $("d-badge").replaceChildren(badge(card.state), card.draft ? badge("draft") : "", card.paying ? badge("paying", "being made") : "");
  $("before").disabled = beside(-1) === undefined;
  $("after").disabled = beside(1) === undefined;
}

// What can be looked at: the output as it is, was and would be, and each candidate.
function versions() {
  const output = view.detail.outputs[view.output];
  const found = Object.entries(VERSIONS).filter(([key]) => output?.[key]).map(([key, label]) => ({ key, label, picture: output[key] }));
  const candidates = view.detail.candidates.map((each) => ({ key: `candidate ${each.choice}`, label: `candidate ${each.choice}`, picture: each.picture }));
  return [...found, ...candidates];
}

function chosen() {
  const all = versions();
  const find = (key) => all.find((each) => each.key === key);
  const first = view.detail.card.draft && find("draft") ? find("draft") : all[0];
  const show = find(view.show) ?? first;
  const others = all.filter((each) => each !== show);
  return { all, show, against: others.find((each) => each.key === view.against) ?? others[0] };
}

function tools() {
  const { all, show, against } = chosen();
  const { outputs } = view.detail;
  const choice = (label, rows, value, change) => el("label", { class: "choice" }, el("span", { class: "sr" }, label), el(
    "select", { onchange: (event) => change(event.target.value) },
    rows.map(([key, text]) => el("option", { value: key, selected: key === value }, text)),
  ));
  const set = (change) => { Object.assign(view, change); redraw(); };
  const paths = outputs.map((output, index) => [String(index), output.path]);
  $("outputs").replaceChildren(paths.length > 1 ? choice("Output", paths, String(view.output), (key) => set({ output: Number(key), zoom: 0 }))
    : el("span", { class: "path" }, outputs[0]?.path ?? ""));
  const mode = against ? view.mode : "single";
  segments("modes", MODES, mode, (key) => set({ mode: key }));
  for (const node of $("modes").children) node.disabled = !against;
  const named = (list) => list.map(({ key, label }) => [key, label]);
  $("versions").replaceChildren(
    all.length > 1 ? choice("Picture", named(all), show.key, (key) => set({ show: key })) : "",
    mode === "single" || !against ? "" : el("span", { class: "dim" }, "against"),
    mode === "single" || !against ? "" : choice("Against", named(all.filter((each) => each !== show)), against.key, (key) => set({ against: key })),
  );
  segments("grounds", GROUNDS, view.ground, (key) => { view.ground = key; tools(); zoomed(); });
  $("zooms").replaceChildren(
    button("−", () => zoom(-1), { "aria-label": "Smaller", title: "Smaller (−)" }),
    button("1:1", () => zoom(0, 1), { id: "zoom-now", title: "Real size (0)" }),
    button("+", () => zoom(1), { "aria-label": "Larger", title: "Larger (+)" }),
    button("Fit", () => zoom(0, 0), { id: "zoom-fit", title: "Fit (f)" }),
  );
}

function segments(id, rows, value, change) {
  $(id).replaceChildren(...Object.entries(rows).map(([key, text]) => button(
    id === "grounds" ? el("span", { class: `swatch ${key}` }, el("span", { class: "sr" }, text)) : text,
    () => change(key), { "aria-pressed": String(key === value), title: text },
  )));
}

async function redraw() {
  const mine = ++view.asked;
  tools();
  strip();
  const stage = await staged();
  if (mine !== view.asked) return;
  $("stage").replaceChildren(stage);
  zoomed();
}

// Everything on the stage is decoded before any of it is shown.
async function staged() {
  const { show, against } = chosen();
  if (!show) return el("p", { class: "none" }, "There is no picture yet.");
  const mode = against ? view.mode : "single";
  const image = (version) => el("img", { src: full(version.picture.sha256), alt: `${view.name}, ${version.label}`, draggable: false });
  const pair = mode === "single" ? [show] : [against, show];
  const images = pair.map(image);
  const fine = await Promise.all(images.map((each) => each.decode().then(() => true, () => false)));
  if (fine.includes(false)) return el("p", { class: "none" }, "These bytes are not to be had.");
  const sheets = mode === "slider" ? [sheet(images, pair[1].picture)] : images.map((each, index) => sheet([each], pair[index].picture));
  const caption = (version) => el("figcaption", {}, el("strong", {}, version.label), el("span", {}, described(version.picture)));
  const figures = mode === "slider"
    ? [el("figure", {}, sheets[0], el("div", { class: "captions" }, pair.map(caption)))]
    : pair.map((version, index) => el("figure", {}, sheets[index], caption(version)));
  const same = mode !== "single" && show.picture.sha256 === against.picture.sha256;
  return el("div", { class: `frames ${mode}` }, figures, same ? el("p", { class: "same" }, "These two are the same, byte for byte.") : "");
}

function sheet(images, picture) {
  const made = el("div", { class: "sheet" }, images);
  made.dataset.width = images.at(-1).naturalWidth || picture.width;
  made.dataset.height = images.at(-1).naturalHeight || picture.height;
  if (images.length === 2) {
    const slide = (event) => { view.split = Number(event.target.value); zoomed(); };
    made.append(el("span", { class: "handle", "aria-hidden": "true" }));
    made.append(el("input", { type: "range", class: "slide", min: 0, max: 100, step: 0.5, value: view.split, "aria-label": "Divider", oninput: slide }));
  }
  return made;
}

function fitting() {
  const sheets = [...$("stage").querySelectorAll(".sheet")];
  const beside = view.mode === "side" && sheets.length === 2;
  const across = beside && $("stage").clientWidth > 640 ? 2 : 1;
  const [width, height] = [($("stage").clientWidth - 48) / across - (across - 1) * 24, ($("stage").clientHeight - 132) / (beside && across === 1 ? 2 : 1)];
  return Math.min(1, ...sheets.map((each) => Math.min(width / each.dataset.width, height / each.dataset.height))) || 1;
}

function zoomed() {
  const stage = $("stage");
  const real = 1 / (window.devicePixelRatio || 1);
  const scale = view.zoom ? view.zoom * real : fitting();
  stage.dataset.ground = view.ground;
  for (const each of stage.querySelectorAll(".sheet")) {
    each.style.setProperty("inline-size", `${each.dataset.width * scale}px`);
    each.style.setProperty("block-size", `${each.dataset.height * scale}px`);
    each.style.setProperty("--split", `${view.split}%`);
    each.classList.toggle("pixels", scale / real >= 2);
  }
  const percent = Math.round((scale / real) * 100);
  if ($("zoom-now")) $("zoom-now").textContent = percent === 100 ? "1:1" : `${percent}%`;
  $("zoom-now")?.setAttribute("aria-pressed", String(percent === 100));
  $("zoom-fit")?.setAttribute("aria-pressed", String(!view.zoom));
}

// Larger or smaller around the middle of what is in view, or around the pointer.
function zoom(by, to, at) {
  const stage = $("stage");
  const steps = [0.05, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 3, 4, 6, 8, 12, 16];
  const now = view.zoom || fitting() * (window.devicePixelRatio || 1);
  const next = by > 0 ? steps.find((each) => each > now * 1.01) ?? 16 : by < 0 ? steps.findLast((each) => each < now * 0.99) ?? 0.05 : to;
  const [x, y] = at ?? [stage.clientWidth / 2, stage.clientHeight / 2];
  const [left, up] = [(stage.scrollLeft + x) / stage.scrollWidth, (stage.scrollTop + y) / stage.scrollHeight];
  view.zoom = next;
  zoomed();
  stage.scrollTo(left * stage.scrollWidth - x, up * stage.scrollHeight - y);
}

function strip() {
  const { candidates, actions } = view.detail;
  $("candidates").hidden = candidates.length < 2;
  $("candidates").replaceChildren(...candidates.map((each) => el(
    "figure", { class: each.chosen ? "chosen" : "" },
    el("button", { type: "button", class: "look", title: "Look at it", onclick: () => { view.show = `candidate ${each.choice}`; redraw(); } },
      el("img", { src: thumbnail(each.picture.sha256), alt: `candidate ${each.choice}`, decoding: "async" })),
    el("figcaption", {}, el("strong", {}, each.choice),
      el("span", { class: "dim" }, [each.seed === null ? "" : `seed ${each.seed}`, each.note].filter(Boolean).join(" · "))),
    each.chosen ? el("span", { class: "badge fresh" }, "chosen")
      : !STATIC && actions.pick ? button("Pick", () => pick(each), { "aria-label": `Pick candidate ${each.choice}` }) : "",
  )));
}

// The facts.

function facts() {
  const { detail } = view;
  const part = (title, ...inside) => (inside.flat().some((each) => each) ? el("section", {}, title && el("h3", {}, title), ...inside) : "");
  const line = (name, value) => (value === "" || value === null ? "" : [el("dt", {}, name), el("dd", {}, value)]);
  const { revised, reasons, notes, checks, history } = detail;
  $("facts").replaceChildren(
    part("", deeds()),
    part(reasons.length ? "Why" : "", reasons.map(reason), notes.map((note) => el("p", { class: "dim" }, note))),
    part("Prompt", prompt(), detail.rendered && detail.rendered !== detail.prompt.value ? el("p", { class: "text rendered" }, detail.rendered) : "",
      detail.negative ? el("p", { class: "text dim" }, el("strong", {}, "not: "), detail.negative) : ""),
    revised ? part("Revised by the provider", spans(revised.asked, "asked"), spans(revised.revised, "revised"), kept(revised)) : "",
    part("Facts", el("dl", {}, line("Provider", detail.provider), line("Model", detail.card.model), seed(), line("Price", price()), line("Licence", detail.licence),
      line("Alt text", detail.card.alt), line("In", detail.place))),
    part(detail.facts.length ? "As it was made" : "", detail.facts.length ? el("dl", {}, detail.facts.map(([name, value]) => line(name, value))) : ""),
    part(checks.length ? "Checks" : "", el("ul", { class: "checks" }, checks.map((each) => el("li", { class: each.ok ? "ok" : "not" }, el("span", { class: "mark" }, each.ok ? "holds" : "fails"), each.text)))),
    part(history.length ? "History" : "", el("ol", { class: "history" }, history.map((each) => el("li", {},
      el("time", { dateTime: each.at }, each.at.slice(0, 16).replace("T", " ")), el("span", {}, each.text), each.cost ? el("span", { class: "price" }, money(each.cost)) : "")))),
  );
}

const price = () => (view.detail.card.price ? `${priced(view.detail.card.price)}${view.detail.card.price.source ? ` (${view.detail.card.price.source})` : ""}` : "");
const kept = (revised) => (revised.kept === null ? "" : el("p", { class: "dim" }, `kept ${Math.round(revised.kept * 100)} % of the terms`,
  revised.dropped.length ? [". Dropped: ", revised.dropped.map((term, index) => [index ? ", " : "", el("del", {}, term)])] : ""));
const spans = (list, which) => el("p", { class: `text ${which}` }, list.map(({ text, mark }) => (mark === "dropped" ? el("del", {}, text) : mark === "added" ? el("ins", {}, text) : text)));

function reason(each) {
  const changes = each.changes.map(({ field, old, new: now }) => el("tr", {}, el("th", { scope: "row" }, field), el("td", {}, el("del", {}, said(old))), el("td", {}, el("ins", {}, said(now)))));
  return el("div", { class: "reason" }, el("p", {}, each.text), each.hint ? el("p", { class: "hint" }, `hint: ${each.hint}`) : "",
    changes.length ? el("table", {}, el("tbody", {}, changes)) : "");
}

function prompt() {
  const field = view.detail.prompt;
  if (field.value === null) return "";
  return el("div", { class: "field" }, el("p", { class: "text" }, String(field.value)), editor("prompt", field));
}

function seed() {
  const field = view.detail.seed;
  if (field.value === null && !field.editable) return "";
  return [el("dt", {}, "Seed"), el("dd", { class: "field" }, said(field.value), editor("seed", field))];
}

const editor = (name, field) => (STATIC ? "" : field.editable ? button("Edit", () => edit(name), { class: "quiet", "aria-label": `Edit the ${name}` }) : el("span", { class: "dim why" }, field.why));

function deeds() {
  if (STATIC) return "";
  const { actions, card } = view.detail;
  const { allowed } = data.gallery.purse;
  const deed = (text, cost, go, main) => el("button", { type: "button", class: main ? "primary" : "", disabled: card.paying || !payable(cost), onclick: go }, `${text} · ${priced(cost)}`);
  const made = [actions.promote ? deed("Promote", actions.promote, () => promote([card]), true) : "", actions.reroll ? deed("New picture", actions.reroll, reroll) : ""].filter(Boolean);
  if (!made.length) return "";
  return [el("div", { class: "deeds" }, made), allowed ? "" : el("p", { class: "dim" }, "This page may not spend money. hint: start again with --allow-spend")];
}

// What is done only when a person said so.

const payable = (cost) => data.gallery.purse.allowed && cost && cost.high !== "";

function ask({ title, body, yes, act }) {
  $("ask-title").textContent = title;
  $("ask-body").replaceChildren(...body);
  $("ask-yes").textContent = yes;
  $("ask-yes").hidden = !yes;
  $("ask-yes").disabled = false;
  $("ask-no").textContent = yes ? "Cancel" : "Close";
  $("ask-error").textContent = "";
  $("ask").onsubmit = async (event) => {
    event.preventDefault();
    $("ask-yes").disabled = true;
    const answer = await act();
    $("ask-yes").disabled = false;
    if (answer === null) return;
    if (answer.ok) $("ask").close();
    else $("ask-error").textContent = answer.hint ? `${answer.error}\nhint: ${answer.hint}` : answer.error;
  };
  $("ask").showModal();
}

function total(cards) {
  const sum = (key) => cards.reduce((all, card) => all + Number(card.price?.[key] || NaN), 0);
  const text = (number) => (Number.isNaN(number) ? "" : number.toFixed(6).replace(/\.?0+$/, ""));
  return cards.length === 1 && cards[0].price ? cards[0].price : { low: text(sum("low")), high: text(sum("high")), source: "" };
}

function promote(cards) {
  const cost = total(cards.map((card) => (cards.length === 1 ? { price: view.detail?.card.name === card.name ? view.detail.actions.promote ?? card.price : card.price } : card)));
  const names = cards.map((card) => card.name);
  ask({
    title: names.length === 1 ? `Make ${names[0]} for real?` : `Make ${names.length} pictures for real?`,
    body: [
      el("ul", { class: "sums" }, cards.map((card) => el("li", {}, el("span", {}, card.name), el("span", { class: "dim" }, card.model), el("span", { class: "price" }, priced(cards.length === 1 ? cost : card.price))))),
      el("p", { class: "total" }, el("span", {}, "Price"), el("strong", {}, priced(cost))),
      payable(cost) ? "" : el("p", { class: "dim" }, data.gallery.purse.allowed ? "A price that nobody knows cannot be agreed to." : "This page may not spend money. hint: start again with --allow-spend"),
    ].filter(Boolean),
    yes: payable(cost) ? (Number(cost.high) ? `Spend about ${money(cost.high)}` : "Make") : "",
    act: () => wish({ wish: "promote", shown: Object.fromEntries(cards.map((card) => [card.name, card.mark])), most: cost.high }),
  });
}

function reroll() {
  const { card, actions, seed: field } = view.detail;
  const cost = actions.reroll;
  const draw = () => String(crypto.getRandomValues(new Uint32Array(1))[0] >>> 1);
  const input = el("input", { type: "text", inputMode: "numeric", pattern: "[0-9]{1,15}", required: true, value: draw(), "aria-label": "Seed" });
  const shared = field.shared.length ? `This seed is also that of ${field.shared.slice(0, 3).join(", ")}${field.shared.length > 3 ? ` and ${field.shared.length - 3} more` : ""}: give ${card.name} one of its own in the manifest.` : "";
  const seeded = actions.seeded && field.editable && !shared;
  const same = actions.seeded && !seeded && field.value !== null;
  ask({
    title: `Another picture of ${card.name}?`,
    body: [
      seeded ? el("label", { class: "row" }, "Seed", input, button("Another", () => { input.value = draw(); })) : el("p", {}, actions.seeded ? `${same ? "The same seed would bring the same picture." : "The same is asked once more."} ${shared || field.why}` : "This model takes no seed: the same is asked once more."),
      el("p", { class: "total" }, el("span", {}, "Price"), el("strong", {}, priced(cost))),
      el("p", { class: "dim" }, "The present picture stays as a candidate."),
    ],
    yes: same ? "" : Number(cost.high) ? `Spend about ${money(cost.high)}` : "Make",
    act: () => wish({ wish: "reroll", name: card.name, seed: seeded ? Number(input.value) : null, most: cost.high, mark: card.mark }),
  });
}

async function pick(candidate) {
  const { name } = view;
  const answer = await wish({ wish: "pick", name, choice: candidate.choice });
  if (!answer.ok) toast(answer.error, answer.hint, "bad");
  else if (view.name === name) { view.show = ""; toast(`picked candidate ${candidate.choice} of ${name}`); }
}

function edit(field) {
  const { name, detail } = view;
  let was = detail[field].value;
  const input = field === "prompt" ? el("textarea", { rows: 7, value: was, spellcheck: true, "aria-label": "Prompt" })
    : el("input", { type: "text", inputMode: "numeric", pattern: "[0-9]{0,15}", value: was ?? "", "aria-label": "Seed", placeholder: "none" });
  const clash = el("div", { class: "clash", hidden: true });
  const { shared } = detail[field];
  ask({
    title: `The ${field} of ${name}`,
    body: [input, clash, shared.length ? el("p", { class: "dim" }, `Changes with it: ${shared.slice(0, 8).join(", ")}${shared.length > 8 ? ` and ${shared.length - 8} more` : ""}`) : "",
      el("p", { class: "dim" }, "Written into the manifest; everything around it stays as it is.")].filter(Boolean),
    yes: "Save",
    act: async () => {
      const value = field === "prompt" ? input.value : input.value === "" ? null : Number(input.value);
      const answer = await wish({ wish: "edit", field, name, value, was });
      if (!("now" in answer)) return answer;
      was = answer.now;
      clash.hidden = false;
      clash.replaceChildren(el("p", {}, `The ${field} was changed meanwhile. It says now:`), el("p", { class: "text" }, said(was)),
        button("Take that one", () => { input.value = was ?? ""; clash.hidden = true; }), el("p", {}, "Saving again writes yours over it."));
      return null;
    },
  });
  input.addEventListener("keydown", (event) => { if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) $("ask-yes").click(); });
  input.focus();
}

function help() {
  const rows = [["arrows, h j k l", "move through the assets"], ["Enter", "open"], ["Esc", "back"], ["/", "search"], ["c", "one, side by side, slider"], ["g", "ground"],
    ["+ −", "larger, smaller"], ["0", "real size"], ["f", "fit"], ["p", "promote"], ["r", "new picture"], ["e", "edit the prompt"], ["1 … 9", "pick a candidate"], ["?", "this list"]];
  const usable = STATIC ? rows.filter(([key]) => !["p", "r", "e", "1 … 9"].includes(key)) : rows;
  ask({ title: "Keys", body: [el("dl", { class: "keys" }, usable.map(([key, text]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, text)]))], yes: "", act: async () => ({ ok: true }) });
}

// Keys and pointers.

const cycle = (rows, value) => { const keys = Object.keys(rows); return keys[(keys.indexOf(value) + 1) % keys.length]; };

function galleryKey(key) {
  const moves = { ArrowLeft: [-1, 0], h: [-1, 0], ArrowRight: [1, 0], l: [1, 0], ArrowUp: [0, -1], k: [0, -1], ArrowDown: [0, 1], j: [0, 1], Home: [-1e9, 0], End: [1e9, 0] };
  if (moves[key]) step(...moves[key]);
  else if (key === "Enter" && current) location.hash = `#/asset/${encodeURIComponent(current)}`;
  else if (key === "Escape" && (filter.text || filter.state || filter.tag)) { Object.assign(filter, { text: "", state: "", tag: "" }); $("search").value = ""; arrange(); }
  else if (key === "p" && data.cards.get(current)?.held) promote([data.cards.get(current)]);
  else return false;
  return true;
}

function detailKey(key) {
  const { detail } = view;
  const { actions, candidates } = detail;
  const deeds = STATIC ? {} : {
    p: () => actions.promote && payable(actions.promote) && promote([detail.card]), r: () => actions.reroll && payable(actions.reroll) && reroll(), e: () => detail.prompt.editable && edit("prompt"),
  };
  const keys = {
    ...deeds, Escape: () => { location.hash = "#/"; }, ArrowLeft: () => go(beside(-1)), h: () => go(beside(-1)), k: () => go(beside(-1)),
    ArrowRight: () => go(beside(1)), l: () => go(beside(1)), j: () => go(beside(1)), f: () => zoom(0, 0), 0: () => zoom(0, 1), "+": () => zoom(1), "=": () => zoom(1), "-": () => zoom(-1),
    c: () => { view.mode = cycle(MODES, view.mode); redraw(); }, g: () => { view.ground = cycle(GROUNDS, view.ground); tools(); zoomed(); },
  };
  if (keys[key]) keys[key]();
  else if (/^[1-9]$/.test(key) && !STATIC && actions.pick && candidates[key - 1] && !candidates[key - 1].chosen) pick(candidates[key - 1]);
  else return false;
  return true;
}

function keyed(event) {
  const typing = event.target.closest("input:not(.slide), textarea, select");
  if (event.ctrlKey || event.metaKey || event.altKey || $("ask").open) return;
  if (typing && event.key === "Escape" && event.target === $("search")) { event.target.blur(); return; }
  if (typing || (event.target.closest(".slide") && event.key.startsWith("Arrow"))) return;
  if (event.target.closest("button, a, summary") && event.key === "Enter") return;
  const scrolls = event.target === $("stage") && event.key.startsWith("Arrow") && ($("stage").scrollWidth > $("stage").clientWidth || $("stage").scrollHeight > $("stage").clientHeight);
  if (scrolls) return;
  if (event.key === "?") help();
  else if (event.key === "/" && !view.name) $("search").focus();
  else if (!(view.name ? detailKey(event.key) : galleryKey(event.key))) return;
  event.preventDefault();
}

function pan(event) {
  const stage = $("stage");
  if (event.button !== 0 || event.target.closest("input, a, button")) return;
  const [x, y, left, up] = [event.clientX, event.clientY, stage.scrollLeft, stage.scrollTop];
  const move = (next) => stage.scrollTo(left - (next.clientX - x), up - (next.clientY - y));
  const end = () => { removeEventListener("pointermove", move); stage.classList.remove("dragging"); };
  stage.classList.add("dragging");
  addEventListener("pointermove", move);
  addEventListener("pointerup", end, { once: true });
  addEventListener("pointercancel", end, { once: true });
}

function wheel(event) {
  if (!event.ctrlKey) return;
  event.preventDefault();
  const box = $("stage").getBoundingClientRect();
  zoom(event.deltaY < 0 ? 1 : -1, undefined, [event.clientX - box.left, event.clientY - box.top]);
}

function themed(theme) {
  const words = { auto: "as the system", light: "light", dark: "dark" };
  document.documentElement.dataset.theme = theme;
  $("theme").dataset.theme = theme;
  $("theme").title = `Colours: ${words[theme]}`;
  $("theme").setAttribute("aria-label", `Colours: ${words[theme]}`);
  store("assetgen-theme", theme);
}

function wire() {
  const themes = { auto: 0, light: 0, dark: 0 };
  themed(stored("assetgen-theme") in themes ? stored("assetgen-theme") : "auto");
  $("theme").onclick = () => themed(cycle(themes, document.documentElement.dataset.theme));
  $("help").onclick = help;
  $("close").onclick = () => { location.hash = "#/"; };
  $("before").onclick = () => go(beside(-1));
  $("after").onclick = () => go(beside(1));
  $("ask-no").onclick = () => $("ask").close();
  $("promote-all").onclick = () => promote(heldCards());
  $("search").oninput = (event) => { filter.text = event.target.value; arrange(); };
  $("stage").addEventListener("pointerdown", pan);
  $("stage").addEventListener("wheel", wheel, { passive: false });
  addEventListener("keydown", keyed);
  addEventListener("hashchange", route);
  addEventListener("resize", () => view.name && zoomed());
}

async function main() {
  wire();
  if (STATIC) {
    const { gallery, details, pictures } = JSON.parse(STORED.textContent);
    Object.assign(data, { details: new Map(Object.entries(details)), pictures: new Map(Object.entries(pictures)) });
    begin(gallery);
    route();
    return;
  }
  await enter();
  await reload();
  route();
  listen();
}

main().catch((error) => { if ($("gate").hidden) linked(`This page could not be read: ${error.message}`); });
