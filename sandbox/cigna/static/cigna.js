"use strict";
// Building blocks as the component library leaves them in the document.

const boot = JSON.parse(document.getElementById("bootstrap").textContent);
const root = document.getElementById("root");
let layout = boot.layout || {};

function t(label) { return (layout.labels && layout.labels[label]) || label; }
function i(id) { return (layout.ids && layout.ids[id]) || id; }
function T(name) { return { [boot.attribute]: i(name) }; }

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
const TROUBLE = "We're unable to process your request at this time. Please try again later.";

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
  if (told.maintenance) { wall("Scheduled maintenance", "This website is being updated. Please come back later."); throw new Halt(); }
  if (layout.captcha) { wall("Verify you are human", "Complete the check to continue."); throw new Halt(); }
  if (layout.interstitial) { wall("Important information for health care professionals", "Please review the updated notice."); throw new Halt(); }
  (told.covers || []).forEach(cover);
  return told;
}

function wall(title, text) { root.replaceChildren(h("main", {}, h("h1", {}, title), h("p", {}, text))); }

function cover(kind) {
  if (kind === "survey") {
    dialog("Share your feedback", [h("p", {}, "Would you take a short survey about your visit?")], [["No Thanks", null], ["Yes", null]]);
    return;
  }
  const banner = h("div", { id: "onetrust-banner-sdk", role: "region", "aria-label": "Cookie banner" }, h("p", {}, "This website uses cookies."),
    h("button", { type: "button", id: "onetrust-accept-btn-handler", onclick: () => banner.remove() }, "Accept All Cookies"),
    h("div", { id: "onetrust-close-btn-container" }, h("button", { type: "button", class: "onetrust-close-btn-handler", "aria-label": "Close",
      onclick: () => banner.remove() }, "\u00d7")));
  document.body.append(banner);
}

// A dialog over the page; each button is its words, its test id, and what it does besides closing.
function dialog(title, body, buttons) {
  const veil = h("div", { class: "cdk-overlay-backdrop" }, h("mat-dialog-container", { class: "mat-mdc-dialog-container", role: "dialog",
    "aria-modal": "true", "aria-label": title, style: "display:block" }, h("h2", {}, title), body,
    buttons.map(([words, test, act]) => h("button", { type: "button", ...(test ? T(test) : {}), onclick: () => { veil.remove(); if (act) act(); } }, words))));
  document.body.append(veil);
}

// A field with its label; in this library the label's `for` names another field than the one below it.
function input(id, label, pointsAt, more) {
  const field = h("input", { id: i(id), name: id, type: "text", autocomplete: "off", class: "mat-mdc-input-element", ...T(id), ...more });
  return { root: h("cigna-input", { class: "mat-mdc-form-field" }, h("label", { for: i(pointsAt) }, t(label)), field), field,
    get value() { return field.value.trim(); } };
}

function button(test, words, act) {
  const made = h("button", { type: "button", class: "mat-mdc-raised-button", ...T(test), onclick: act }, t(words));
  return { root: made, able(yes) { made.disabled = !yes; } };
}

function pairs(list) { return h("dl", {}, list.map(([label, value]) => [h("dt", {}, t(label)), h("dd", {}, value)])); }

function grid(columns, rows, more, cellOf) {
  const order = columns.map((_, n) => n);
  if (layout.reordered) order.reverse();
  return h("table", { class: "mat-mdc-table", ...more }, h("thead", {}, h("tr", {}, order.map((n) => h("th", { scope: "col" }, t(columns[n]))))),
    h("tbody", {}, rows.map((row) => h("tr", {}, order.map((n) => h("td", cellOf ? cellOf(n) : {}, row[n]))))));
}

function spinner(words) { return h("cigna-spinner", { ...T("loading-spinner"), role: "status" }, words); }
function message(test, words) { return h("div", { class: "message", ...T(test) }, words); }
function title(words) { return layout.unmarked ? "" : h("h1", {}, words); }
