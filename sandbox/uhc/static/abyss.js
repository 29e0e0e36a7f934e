"use strict";
// Building blocks: what the component library leaves in the document. Class names are generated anew with every load.

const boot = JSON.parse(document.getElementById("bootstrap").textContent);
const root = document.getElementById("root");
const generated = {};
let layout = boot.layout || {};

function cls(name) {
  generated[name] = generated[name] || `abyss-c-${Math.random().toString(36).slice(2, 8)}`;
  return `${generated[name]} ${name}`;
}
function t(label) { return (layout.labels && layout.labels[label]) || label; }
function i(id) { return (layout.ids && layout.ids[id]) || id; }

function h(tag, attrs, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  for (const kid of kids.flat(Infinity)) if (kid || kid === 0) el.append(kid);
  return el;
}

class Halt extends Error {}
const TROUBLE = "We're sorry, something went wrong on our side. Please try again later.";

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(path, { method, headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body) });
  } catch (_) { throw new Error(TROUBLE); }
  if (answer.status === 401) { location.assign((await answer.json()).to); throw new Halt(); }
  if (answer.status === 403) { wall("Access Denied", "You don't have permission to access this page on this server."); throw new Halt(); }
  if (!answer.ok) throw new Error(TROUBLE);
  const told = await answer.json();
  if (told.layout) layout = told.layout;
  if (told.maintenance) { wall("Scheduled Maintenance", "This tool is being updated. Please come back later."); throw new Halt(); }
  if (layout.captcha) { wall("Verify you are human", "Please wait while we check your browser."); throw new Halt(); }
  if (layout.interstitial) { wall("Important notice for providers", "Please read this notice."); throw new Halt(); }
  (told.covers || []).forEach(cover);
  return told;
}

function wall(title, text) { root.replaceChildren(h("main", {}, h("h1", {}, title), h("p", {}, text))); }

function cover(kind) {
  if (kind === "survey") {
    const veil = h("div", { class: "veil" }, h("div", { class: cls("box"), role: "dialog", "aria-modal": "true", "aria-label": "Feedback survey" },
      h("h2", {}, "How are we doing?"), h("button", { type: "button", onclick: () => veil.remove() }, "No thanks")));
    document.body.append(veil);
  } else {
    const veil = h("div", { class: "veil", id: "cookie-consent" }, h("div", { class: cls("box") }, "We use cookies.",
      h("button", { type: "button", onclick: () => veil.remove() }, "Accept all")));
    document.body.append(veil);
  }
}

function text(id, testid, label, more) {
  const input = h("input", { id: i(id), "data-testid": testid && i(testid), type: "text", autocomplete: "off", ...more });
  return { root: h("div", {}, h("label", { for: i(id) }, t(label)), input), input, get value() { return input.value; } };
}

// A masked date: only keys that are pressed count; what is put in otherwise is dropped. A press on it begins anew.
function masked(id, testid, label, changed, more) {
  const input = h("input", { id: i(id), "data-testid": testid && i(testid), type: "text", autocomplete: "off", placeholder: "__/__/____", ...more });
  const digits = [];
  let fresh = false;
  const show = () => {
    const all = [...digits, ..."________".slice(digits.length)];
    input.value = digits.length ? `${all.slice(0, 2).join("")}/${all.slice(2, 4).join("")}/${all.slice(4).join("")}` : "";
    changed();
  };
  input.addEventListener("mousedown", () => { fresh = true; });
  input.addEventListener("keydown", (e) => {
    if (e.key === "Backspace") { e.preventDefault(); digits.pop(); show(); return; }
    if (e.key.length !== 1 || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    if (e.key < "0" || e.key > "9") return;
    if (fresh) digits.length = 0;
    fresh = false;
    if (digits.length < 8) digits.push(e.key);
    show();
  });
  input.addEventListener("input", show);
  return { root: h("div", {}, h("label", { for: i(id) }, t(label)), input), input, get value() { return digits.length === 8 ? input.value : ""; },
    clear() { digits.length = 0; show(); } };
}

// A list with typing: only an option that is pressed counts, and typed words are taken back on leaving.
function choice(id, testid, label, options, picked) {
  const listId = `${id}-list`;
  const input = h("input", { id, "data-testid": testid, type: "text", role: "combobox", autocomplete: "off", "aria-controls": listId, "aria-expanded": "false" });
  const box = h("div", {}, h("label", { for: id }, t(label)), input);
  const state = { chosen: options[0], list: null };
  input.value = options[0];
  function close() { if (state.list) state.list.remove(); state.list = null; input.setAttribute("aria-expanded", "false"); }
  function choose(option) { close(); state.chosen = option; input.value = option; picked(option); }
  function open(filter) {
    close();
    const fits = options.filter((option) => option.toLowerCase().includes(filter.toLowerCase()));
    state.list = h("div", { role: "listbox", id: listId }, fits.map((option) => h("div", { role: "option", "aria-selected": String(option === state.chosen),
      onmousedown: (e) => e.preventDefault(), onclick: () => choose(option) }, option)));
    box.append(state.list);
    input.setAttribute("aria-expanded", "true");
  }
  input.addEventListener("click", () => open(""));
  input.addEventListener("input", () => open(input.value));
  input.addEventListener("keydown", (e) => { if (e.key === "Escape") close(); });
  input.addEventListener("blur", () => { close(); input.value = state.chosen; });
  return { root: box, get value() { return state.chosen; } };
}

function radios(name, legend, options, changed) {
  const state = { chosen: options[0][0] };
  const boxes = options.map(([value, label]) => h("label", {}, h("input", { type: "radio", name, value, checked: value === state.chosen,
    onchange: () => { state.chosen = value; changed(); } }), label));
  return { root: h("fieldset", {}, h("legend", {}, legend), boxes), get value() { return state.chosen; } };
}

function submit(id, label, act) {
  const button = h("button", { id: i(id), type: "button", "aria-disabled": "true" }, t(label));
  button.addEventListener("click", () => { if (button.getAttribute("aria-disabled") === "false") act(); });
  return { button, able(yes) { button.setAttribute("aria-disabled", String(!yes)); } };
}

function accordion(title, testid, body) {
  const panel = h("div", { hidden: true }, body);
  const head = h("button", { type: "button", "aria-expanded": "false", "data-testid": testid, onclick: () => {
    panel.hidden = !panel.hidden;
    head.setAttribute("aria-expanded", String(!panel.hidden));
  } }, title);
  return [head, panel];
}

function pairs(list) { return h("dl", {}, list.map(([label, value]) => [h("dt", {}, t(label)), h("dd", {}, value)])); }

function grid(columns, rows, more) {
  const order = columns.map((_, n) => n);
  if (layout.reordered) order.reverse();
  return h("table", more || {}, h("thead", {}, h("tr", {}, order.map((n) => h("th", { scope: "col" }, t(columns[n]))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, order.map((n) => h("td", {}, row[n]))))));
}

function popup(words) {
  const box = h("div", { class: cls("popup"), role: "alert" }, h("p", { "data-testid": "loading-error-message" }, words),
    h("button", { type: "button", "data-testid": "loading-close-button", onclick: () => box.remove() }, "Close"));
  document.body.append(box);
}
function clearPopups() { document.querySelectorAll(".popup").forEach((box) => box.remove()); }
