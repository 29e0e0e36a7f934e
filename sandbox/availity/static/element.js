"use strict";
// Building blocks of the pages: what MUI's Autocomplete, Select, date field, Alert, Accordion and Chip leave in the document.

const boot = JSON.parse(document.getElementById("bootstrap").textContent);
const API = boot.api;
let layout = boot.layout || {};

function useLayout(next) { layout = next || {}; }
function t(label) { return (layout.labels && layout.labels[label]) || label; }
function i(id) { return (layout.ids && layout.ids[id]) || id; }

function h(tag, attrs, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  for (const kid of kids.flat(Infinity)) {
    if (kid === null || kid === undefined || kid === false) continue;
    el.append(kid.nodeType ? kid : document.createTextNode(String(kid)));
  }
  return el;
}
function svg(path, cls) {
  const el = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  el.setAttribute("class", "MuiSvgIcon-root " + (cls || ""));
  el.setAttribute("viewBox", "0 0 24 24");
  el.setAttribute("aria-hidden", "true");
  const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
  line.setAttribute("d", path);
  el.append(line);
  return el;
}
const ARROW = "M7 10l5 5 5-5z";
const INFO = "M11 7h2v2h-2zm0 4h2v6h-2zm1-9C6.48 2 2 6.48 2 12s4.48 10 10 10 10-4.48 10-10S17.52 2 12 2zm0 18a8 8 0 110-16 8 8 0 010 16z";
const PAPER = "M14 2H6a2 2 0 00-2 2v16c0 1.1.9 2 2 2h12a2 2 0 002-2V8l-6-6zm2 16H8v-2h8v2zm0-4H8v-2h8v2zm-3-5V3.5L18.5 9H13z";
const CALENDAR = "M19 3h-1V1h-2v2H8V1H6v2H5c-1.1 0-2 .9-2 2v14c0 1.1.9 2 2 2h14c1.1 0 2-.9 2-2V5c0-1.1-.9-2-2-2zm0 16H5V8h14v11z";

class ServiceTrouble extends Error {}

async function call(method, path, body) {
  let answer;
  try {
    answer = await fetch(API + path, {
      method, credentials: "same-origin", headers: body === undefined ? {} : { "Content-Type": "application/json" },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (_) { throw new ServiceTrouble("We're sorry, we are unable to process your request right now. Please try again later."); }
  if (answer.status === 401) { toSignIn((await answer.json()).known); await new Promise(() => {}); }
  if (answer.status === 403) { document.open(); document.write(`<title>Access Denied</title><h1>Access Denied</h1><p>Please verify you are a human.</p>`); document.close(); await new Promise(() => {}); }
  if (answer.status >= 500) throw new ServiceTrouble("We're sorry, we are unable to process your request right now. Please try again later.");
  const told = await answer.json();
  if (told.notices) told.notices.forEach((name) => window.top.postMessage({ source: "essentials", notice: name }, location.origin));
  return { status: answer.status, body: told };
}
const SIGN_IN = "/static/public/onb/onboarding-ui-apps/availity-fr-ui/";
function toSignIn(known) { window.top.location.href = SIGN_IN + (known ? "#/logout" : "#/login"); if (window.top.location.pathname === SIGN_IN) window.top.location.reload(); }

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

// Input activity, reported to the outer page from time to time as the portal's broadcaster does.
let lastReport = 0;
function broadcastActivity(everySeconds) {
  const report = () => {
    if (Date.now() - lastReport < everySeconds * 1000) return;
    lastReport = Date.now();
    window.top.postMessage({ source: "essentials", activity: true }, location.origin);
  };
  ["mousedown", "keydown"].forEach((name) => document.addEventListener(name, report, true));
}

// Fields

function formControl(id, label, required, ...inside) {
  const helper = h("p", { class: "MuiFormHelperText-root", id: id + "-helper-text", hidden: true });
  const labelEl = h("label", { class: "MuiFormLabel-root MuiInputLabel-root MuiInputLabel-outlined", for: id, id: id + "-label" }, t(label),
    required && h("span", { "aria-hidden": "true", class: "MuiFormLabel-asterisk MuiInputLabel-asterisk" }, "\u2009*"));
  const root = h("div", { class: "MuiFormControl-root MuiTextField-root" }, labelEl, inside, helper);
  return { root, labelEl, helper };
}
function showError(control, input, text) {
  control.helper.textContent = text || "";
  control.helper.hidden = !text;
  control.helper.classList.toggle("Mui-error", !!text);
  control.root.classList.toggle("Mui-error", !!text);
  if (input) input.setAttribute("aria-invalid", text ? "true" : "false");
}

function textField(id, label, { name, required, type, onchange, inputmode, autocomplete } = {}) {
  const input = h("input", { id: i(id), name: name === undefined ? i(id) : i(name), type: type || "text", class: "MuiInputBase-input MuiOutlinedInput-input",
    "aria-invalid": "false", required, inputmode, autocomplete: autocomplete || "off" });
  const control = formControl(i(id), label, required, h("div", { class: "MuiInputBase-root MuiOutlinedInput-root" }, input, notch()));
  if (onchange) input.addEventListener("input", onchange);
  return { root: control.root, input, get value() { return input.value; }, set value(v) { input.value = v; }, error: (text) => showError(control, input, text), clear() { input.value = ""; } };
}
function notch() { return h("fieldset", { "aria-hidden": "true", class: "MuiOutlinedInput-notchedOutline" }, h("legend", {}, h("span", { class: "notranslate", "aria-hidden": "true" }, "\u200b"))); }

function autocomplete(id, label, { required, options, load, onpick, onchange, name } = {}) {
  const state = { options: options || [], picked: null, open: false, mark: -1, shown: [], timer: 0, turn: 0 };
  const listId = i(id) + "-listbox";
  const input = h("input", { id: i(id), name: name || i(id), type: "text", role: "combobox", autocomplete: "off", autocapitalize: "none", spellcheck: "false",
    "aria-autocomplete": "list", "aria-expanded": "false", "aria-invalid": "false", class: "MuiInputBase-input MuiOutlinedInput-input MuiAutocomplete-input MuiAutocomplete-inputFocused", required });
  const opener = h("button", { type: "button", tabindex: "-1", class: "MuiButtonBase-root MuiIconButton-root MuiAutocomplete-popupIndicator", "aria-label": "Open", title: "Open" }, svg(ARROW));
  const control = formControl(i(id), label, required,
    h("div", { class: "MuiInputBase-root MuiOutlinedInput-root MuiAutocomplete-inputRoot" }, input, h("div", { class: "MuiAutocomplete-endAdornment" }, opener), notch()));
  const root = h("div", { class: "MuiAutocomplete-root MuiAutocomplete-hasPopupIcon" }, control.root);
  let popper = null;

  function close() {
    state.open = false; state.mark = -1;
    if (popper) popper.remove();
    popper = null;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-controls"); input.removeAttribute("aria-activedescendant");
    opener.setAttribute("aria-label", "Open"); opener.title = "Open";
  }
  function draw(loading) {
    const box = input.getBoundingClientRect();
    if (popper) popper.remove();
    const paper = h("div", { class: "MuiPaper-root MuiPaper-elevation1 MuiAutocomplete-paper" });
    if (loading) paper.append(h("div", { class: "MuiAutocomplete-loading" }, "Loading\u2026"));
    else if (!state.shown.length) paper.append(h("div", { class: "MuiAutocomplete-noOptions", role: "presentation" }, "No options"));
    else paper.append(h("ul", { role: "listbox", id: listId, class: "MuiAutocomplete-listbox", "aria-labelledby": i(id) + "-label" },
      state.shown.map((o, n) => h("li", { role: "option", id: `${i(id)}-option-${n}`, tabindex: "-1", class: "MuiAutocomplete-option" + (n === state.mark ? " Mui-focused" : ""),
        "data-option-index": n, "aria-disabled": "false", "aria-selected": state.picked === o ? "true" : "false", onclick: () => pick(o) }, o.label))));
    paper.addEventListener("mousedown", (e) => e.preventDefault());
    popper = h("div", { role: "presentation", class: "MuiPopper-root MuiAutocomplete-popper" }, paper);
    popper.style.cssText = `position:absolute;left:${box.left + scrollX}px;top:${box.bottom + scrollY}px;width:${Math.max(box.width, 260)}px;z-index:1300`;
    document.body.append(popper);
    input.setAttribute("aria-expanded", "true");
    if (!loading && state.shown.length) input.setAttribute("aria-controls", listId);
  }
  async function open(filter) {
    state.open = true;
    opener.setAttribute("aria-label", "Close"); opener.title = "Close";
    const turn = ++state.turn;
    const typed = filter ? input.value.trim().toUpperCase() : "";
    if (load) {
      draw(true);
      clearTimeout(state.timer);
      await new Promise((go) => { state.timer = setTimeout(go, 60); });
      const found = await load(typed);
      if (turn !== state.turn || !state.open) return;
      state.shown = found;
    } else state.shown = state.options.filter((o) => o.label.toUpperCase().includes(typed));
    draw(false);
  }
  function pick(option) {
    state.picked = option; input.value = option.label;
    close();
    control_.error("");
    if (onpick) onpick(option);
    if (onchange) onchange();
  }
  input.addEventListener("input", () => { if (state.picked) { state.picked = null; if (onpick) onpick(null); } open(true); if (onchange) onchange(); });
  input.addEventListener("click", () => { if (!state.open) open(!state.picked && !!input.value); });
  input.addEventListener("blur", close);
  opener.addEventListener("mousedown", (e) => e.preventDefault());
  opener.addEventListener("click", () => { if (state.open) close(); else { input.focus(); open(false); } });
  input.addEventListener("keydown", (e) => {
    if (e.key === "Escape") close();
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!state.open) { open(!state.picked && !!input.value); return; }
      const n = state.shown.length;
      if (!n) return;
      state.mark = e.key === "ArrowDown" ? (state.mark + 1) % n : (state.mark + n - (state.mark < 0 ? 0 : 1)) % n;
      draw(false);
      input.setAttribute("aria-activedescendant", `${i(id)}-option-${state.mark}`);
    }
    if (e.key === "Enter" && state.open && state.mark >= 0) { e.preventDefault(); pick(state.shown[state.mark]); }
  });
  const control_ = {
    root, input, get picked() { return state.picked; }, get text() { return input.value; }, error: (text) => showError(control, input, text),
    set options(list) { state.options = list; }, clear() { state.picked = null; input.value = ""; close(); }, pick, show(option) { state.picked = option; input.value = option.label; },
  };
  return control_;
}

function select(id, label, { required, options, onpick, native } = {}) {
  const state = { options: options || [], picked: null };
  const shown = h("div", { tabindex: "0", role: "combobox", id: i(id), "aria-haspopup": "listbox", "aria-expanded": "false", "aria-labelledby": `${i(id)}-label ${i(id)}`,
    class: "MuiSelect-select MuiSelect-outlined MuiInputBase-input MuiOutlinedInput-input" }, h("span", { class: "notranslate", "aria-hidden": "true" }, "\u200b"));
  const hidden = h("input", { "aria-hidden": "true", tabindex: "-1", class: "MuiSelect-nativeInput", value: "", name: native || i(id) });
  const control = formControl(i(id), label, required, h("div", { class: "MuiInputBase-root MuiOutlinedInput-root MuiSelect-root" }, shown, hidden, svg(ARROW, "MuiSelect-icon"), notch()));
  control.labelEl.removeAttribute("for");
  let menu = null;
  function close() { if (menu) menu.remove(); menu = null; shown.setAttribute("aria-expanded", "false"); shown.focus(); }
  function pick(option) {
    state.picked = option; shown.textContent = option.label; hidden.value = option.key;
    showError(control, shown, "");
    if (onpick) onpick(option);
  }
  function open() {
    const box = shown.getBoundingClientRect();
    const list = h("ul", { role: "listbox", tabindex: "-1", class: "MuiList-root MuiMenu-list", "aria-labelledby": i(id) + "-label" },
      state.options.map((o) => h("li", { role: "option", tabindex: "0", class: "MuiButtonBase-root MuiMenuItem-root", "data-value": o.key, "aria-selected": state.picked === o ? "true" : "false",
        onclick: () => { close(); pick(o); }, onkeydown: (e) => { if (e.key === "Enter") { close(); pick(o); } } }, o.label)));
    const paper = h("div", { class: "MuiPaper-root MuiPopover-paper MuiMenu-paper" }, list);
    paper.style.cssText = `position:absolute;left:${box.left}px;top:${Math.min(box.bottom, innerHeight - 40 * state.options.length - 30)}px;min-width:${box.width}px`;
    menu = h("div", { role: "presentation", id: "menu-", class: "MuiPopover-root MuiMenu-root MuiModal-root" }, h("div", { "aria-hidden": "true", class: "MuiBackdrop-root MuiBackdrop-invisible", onclick: close }), paper);
    menu.addEventListener("keydown", (e) => {
      if (e.key === "Escape") close();
      const items = [...list.children], at = items.indexOf(document.activeElement);
      if (e.key === "ArrowDown" && at < items.length - 1) items[at + 1].focus();
      if (e.key === "ArrowUp" && at > 0) items[at - 1].focus();
    });
    document.body.append(menu);
    shown.setAttribute("aria-expanded", "true");
    (list.querySelector('[aria-selected="true"]') || list.firstChild)?.focus();
  }
  shown.addEventListener("mousedown", (e) => { if (e.button === 0) { e.preventDefault(); open(); } });
  shown.addEventListener("keydown", (e) => { if (["Enter", " ", "ArrowDown", "ArrowUp"].includes(e.key)) { e.preventDefault(); open(); } });
  return { root: control.root, get picked() { return state.picked; }, pick, error: (text) => showError(control, shown, text), clear() { state.picked = null; shown.textContent = ""; hidden.value = ""; } };
}

const MONTHS = ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];

// A date field in sections: Month, Day and Year are three spin buttons in one group, and there is no input to fill.
function dateField(id, labelId, label, { required, onchange, value } = {}) {
  const parts = [{ name: "Month", hint: "MM", size: 2, max: 12 }, { name: "Day", hint: "DD", size: 2, max: 31 }, { name: "Year", hint: "YYYY", size: 4, max: 9999 }];
  const helper = h("p", { class: "MuiFormHelperText-root", id: i(id) + "-helper-text", hidden: true });
  const labelEl = h("label", { class: "MuiFormLabel-root MuiInputLabel-root MuiInputLabel-outlined", for: i(id), id: i(labelId) }, t(label),
    required && h("span", { "aria-hidden": "true", class: "MuiFormLabel-asterisk MuiInputLabel-asterisk" }, "\u2009*"));
  const hidden = h("input", { "aria-hidden": "true", tabindex: "-1", class: "MuiPickersInputBase-input MuiPickersOutlinedInput-input", id: i(id), name: i(id), value: "", autocomplete: "off" });
  const group = h("div", { class: "MuiPickersSectionList-root MuiPickersInputBase-sectionsContainer", role: "group", "aria-labelledby": i(labelId), contenteditable: "false" });
  parts.forEach((part, n) => {
    part.typed = ""; part.query = "";
    part.el = h("span", { class: "MuiPickersSectionList-sectionContent MuiPickersInputBase-sectionContent", contenteditable: "true", role: "spinbutton", tabindex: "0", "aria-label": part.name,
      "aria-labelledby": undefined, "aria-readonly": "false", "aria-disabled": "false", "aria-valuemin": part.name === "Year" ? "0" : "1", "aria-valuemax": part.max, "aria-valuetext": "Empty",
      spellcheck: "false", inputmode: "numeric", autocapitalize: "off", autocorrect: "off", enterkeyhint: "next", "data-range-position": null }, part.hint);
    group.append(h("span", { class: "MuiPickersSectionList-section", "data-sectionindex": n },
      h("span", { class: "MuiPickersInputBase-sectionBefore" }), part.el, h("span", { class: "MuiPickersInputBase-sectionAfter" }, n < 2 ? "/" : "")));
    part.el.addEventListener("focus", () => { part.query = ""; mark(part); });
    part.el.addEventListener("mouseup", () => setTimeout(() => { if (document.activeElement === part.el) mark(part); }));
    part.el.addEventListener("beforeinput", (e) => {
      e.preventDefault();
      if (e.inputType.startsWith("delete")) { part.typed = ""; part.query = ""; show(part); changed(); return; }
      [...(e.data || "")].filter((c) => c >= "0" && c <= "9").forEach((digit) => type(n, digit));
    });
    part.el.addEventListener("paste", (e) => {
      e.preventDefault();
      const found = /^\s*(\d{1,2})\/(\d{1,2})\/(\d{4})\s*$/.exec(e.clipboardData.getData("text"));
      if (found) { parts.forEach((p, k) => { p.typed = found[k + 1]; show(p); }); changed(); }
    });
    part.el.addEventListener("keydown", (e) => {
      const moves = { ArrowLeft: n - 1, ArrowRight: n + 1 };
      if (e.key in moves) { e.preventDefault(); if (parts[moves[e.key]]) parts[moves[e.key]].el.focus(); }
      if (e.key === "ArrowUp" || e.key === "ArrowDown") { e.preventDefault(); step(part, e.key === "ArrowUp" ? 1 : -1); }
      if (e.key === "Backspace" || e.key === "Delete") { e.preventDefault(); part.typed = ""; part.query = ""; show(part); changed(); }
      if (e.key === "Enter") e.preventDefault();
    });
  });
  const field = h("div", { class: "MuiPickersInputBase-root MuiPickersOutlinedInput-root", "aria-invalid": "false" }, group,
    h("div", { class: "MuiInputAdornment-root MuiInputAdornment-positionEnd" }, h("button", { type: "button", class: "MuiButtonBase-root MuiIconButton-root", "aria-label": "Choose date", onclick: () => calendar() }, svg(CALENDAR))), notch(), hidden);
  const root = h("div", { class: "MuiFormControl-root MuiPickersTextField-root" }, labelEl, field, helper);
  labelEl.addEventListener("click", () => parts[0].el.focus());
  group.addEventListener("mousedown", (e) => { if (!e.target.closest("[role=spinbutton]")) { e.preventDefault(); if (!group.contains(document.activeElement)) parts[0].el.focus(); } });

  function mark(part) { const range = document.createRange(); range.selectNodeContents(part.el); const s = getSelection(); s.removeAllRanges(); s.addRange(range); }
  function show(part) {
    part.el.textContent = part.typed ? part.typed.padStart(part.size, "0") : part.hint;
    if (part.typed) part.el.setAttribute("aria-valuenow", Number(part.typed)); else part.el.removeAttribute("aria-valuenow");
    part.el.setAttribute("aria-valuetext", !part.typed ? "Empty" : part.name === "Month" ? MONTHS[Number(part.typed) - 1] || part.typed : part.el.textContent);
    if (document.activeElement === part.el) mark(part);
  }
  function type(n, digit) {
    let at = parts.findIndex((p) => p.el === document.activeElement);
    if (at < 0) at = n;
    const part = parts[at];
    let next = part.query + digit;
    if (next.length > part.size || Number(next) > part.max) next = digit;
    part.query = next; part.typed = next;
    show(part);
    if (next.length === part.size || (part.size === 2 && Number(next) * 10 > part.max)) { part.query = ""; if (parts[at + 1]) parts[at + 1].el.focus(); }
    changed();
  }
  function step(part, by) {
    const start = { Month: 1, Day: 1, Year: new Date().getFullYear() }[part.name];
    let v = part.typed ? Number(part.typed) + by : start;
    const low = part.name === "Year" ? 1 : 1;
    if (v < low) v = part.max;
    if (v > part.max) v = low;
    part.typed = String(v); show(part); changed();
  }
  function text() {
    if (parts.some((p) => !p.typed)) return parts.some((p) => p.typed) ? parts.map((p) => p.el.textContent).join("/") : "";
    return parts.map((p) => p.typed.padStart(p.size, "0")).join("/");
  }
  function changed() { hidden.value = text(); if (onchange) onchange(); }
  function put(us) { const found = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(us || ""); parts.forEach((p, k) => { p.typed = found ? found[k + 1] : ""; show(p); }); hidden.value = text(); }
  function calendar() {
    const now = /^(\d\d)\/(\d\d)\/(\d{4})$/.exec(text());
    let year = now ? Number(now[3]) : new Date().getFullYear(), month = now ? Number(now[1]) - 1 : new Date().getMonth();
    const back = h("div", { role: "dialog", class: "MuiPickerPopper-root", "aria-label": "Choose date" });
    const draw = () => {
      const days = new Date(year, month + 1, 0).getDate(), lead = new Date(year, month, 1).getDay();
      back.replaceChildren(h("div", { class: "MuiPickersCalendarHeader-root" },
        h("button", { type: "button", "aria-label": "Previous month", onclick: () => { month -= 1; if (month < 0) { month = 11; year -= 1; } draw(); } }, "\u2039"),
        h("span", { class: "MuiPickersCalendarHeader-label" }, `${MONTHS[month]} ${year}`),
        h("button", { type: "button", "aria-label": "Next month", onclick: () => { month += 1; if (month > 11) { month = 0; year += 1; } draw(); } }, "\u203a")),
      h("div", { role: "grid", class: "MuiDayCalendar-root" }, Array.from({ length: lead }, () => h("span")), Array.from({ length: days }, (_, d) =>
        h("button", { type: "button", role: "gridcell", class: "MuiPickersDay-root", onclick: () => { put(`${String(month + 1).padStart(2, "0")}/${String(d + 1).padStart(2, "0")}/${year}`); changed(); back.remove(); } }, d + 1))));
    };
    const box = field.getBoundingClientRect();
    back.style.cssText = `position:absolute;left:${box.left + scrollX}px;top:${box.bottom + scrollY}px`;
    back.addEventListener("keydown", (e) => { if (e.key === "Escape") back.remove(); });
    draw();
    document.querySelectorAll(".MuiPickerPopper-root").forEach((other) => other.remove());
    document.body.append(back);
  }
  if (value) put(value);
  const control = { root, helper };
  return {
    root, get value() { return text(); }, put, clear() { put(""); },
    error(message) { showError(control, null, message); field.setAttribute("aria-invalid", message ? "true" : "false"); field.classList.toggle("Mui-error", !!message); },
  };
}

function checkbox(id, label, { checked, onchange } = {}) {
  const input = h("input", { type: "checkbox", class: "PrivateSwitchBase-input", id: i(id), name: i(id), checked });
  input.addEventListener("change", () => onchange && onchange(input.checked));
  return { root: h("label", { class: "MuiFormControlLabel-root" }, h("span", { class: "MuiButtonBase-root MuiCheckbox-root" }, input), h("span", { class: "MuiTypography-root MuiFormControlLabel-label" }, t(label))), input, get checked() { return input.checked; }, clear() { input.checked = !!checked; } };
}

function button(label, { kind, type, onclick, id, disabled, ...more } = {}) {
  return h("button", { type: type || "button", id, disabled, class: `MuiButtonBase-root MuiButton-root MuiButton-${kind || "contained"}` + (disabled ? " Mui-disabled" : ""), onclick, ...more }, t(label));
}
function enable(el, on) { el.disabled = !on; if (el.classList.contains("MuiButton-root")) el.classList.toggle("Mui-disabled", !on); }

function alertBox(severity, text) {
  return h("div", { class: `MuiPaper-root MuiAlert-root MuiAlert-standard MuiAlert-standard${severity[0].toUpperCase() + severity.slice(1)}`, role: "alert" },
    h("div", { class: "MuiAlert-icon" }, svg(INFO)), h("div", { class: "MuiAlert-message" }, text));
}
function chip(text, tone) { return h("div", { class: `MuiChip-root MuiChip-filled MuiChip-color${tone || "Default"}` }, h("span", { class: "MuiChip-label MuiChip-labelMedium" }, text)); }
function skeleton(width) { const el = h("span", { class: "MuiSkeleton-root MuiSkeleton-text MuiSkeleton-pulse" }); el.style.width = width; return el; }

function accordion(title, open, ...inside) {
  const id = "panel-" + Math.random().toString(36).slice(2, 8);
  const region = h("div", { role: "region", id: id + "-content", "aria-labelledby": id + "-header", class: "MuiAccordion-region" }, h("div", { class: "MuiAccordionDetails-root" }, inside));
  const body = h("div", { class: "MuiCollapse-root" + (open ? " MuiCollapse-entered" : " MuiCollapse-hidden") }, region);
  const head = h("button", { type: "button", class: "MuiButtonBase-root MuiAccordionSummary-root", id: id + "-header", "aria-controls": id + "-content", "aria-expanded": open ? "true" : "false" },
    h("span", { class: "MuiAccordionSummary-content" }, title), svg(ARROW, "MuiAccordionSummary-expandIconWrapper"));
  head.addEventListener("click", () => {
    const now = head.getAttribute("aria-expanded") !== "true";
    head.setAttribute("aria-expanded", String(now));
    body.className = "MuiCollapse-root" + (now ? " MuiCollapse-entered" : " MuiCollapse-hidden");
  });
  return h("div", { class: "MuiPaper-root MuiAccordion-root" }, h("h3", { class: "MuiAccordion-heading" }, head), body);
}

function pageHeader(title) {
  return h("div", { class: "page-header" }, h("span", { class: "page-header-app-icon", "data-testid": "page-header-app-icon", title }, svg(PAPER)),
    layout.unmarked ? h("div", { class: "page-title" }, "") : h("h1", { class: "MuiTypography-root MuiTypography-h1" }, title));
}

// Things that come before a page

function interstitial(done) {
  const close = () => { box.remove(); done(); };
  const box = h("div", { class: "interstitial" }, h("div", { class: "plain-card" }, h("h2", {}, "Good news! We've refreshed your experience"),
    h("p", {}, "Take a moment to see what has changed in Availity Essentials before you go on."), button("Get started", { onclick: close })));
  document.body.append(box);
}
function captchaWall() {
  document.body.append(h("div", { class: "interstitial captcha" }, h("div", { class: "plain-card" }, h("h2", {}, "Verify you are human"), h("p", {}, "Complete the security check before you continue."),
    h("div", { class: "g-recaptcha" }, h("label", {}, h("input", { type: "checkbox", id: "recaptcha-anchor", onclick: (e) => { e.preventDefault(); document.querySelector(".captcha-more").hidden = false; call("POST", "/v1/pressed", { form: "captcha" }); } }), " I'm not a robot")),
    h("p", { class: "captcha-more", hidden: true }, "Select all images with traffic lights."))));
}

// Every way a page could try to reach another host; switched on by a fault only.
async function reachOut(host) {
  const ways = [], leave = (way) => `${API}/leave?to=${encodeURIComponent(host)}&way=${way}`, url = (way) => `http://${host}/${way}`;
  const go = async (way, act) => { ways.push(way); try { await act(); } catch (_) { /* closed doors are fine */ } };
  const frame = (src) => document.body.append(h("iframe", { src, width: "1", height: "1", class: "reach" }));
  const link = (href) => { // from a frame of its own, where a download that is refused ends up: the page itself stays
    const inside = h("iframe", { width: "1", height: "1", class: "reach" });
    document.body.append(inside);
    const d = inside.contentDocument, a = d.createElement("a");
    a.href = new URL(href, location.href); a.download = "report.bin"; d.body.append(a); a.click();
  };
  await go("fetch", () => fetch(url("fetch"), { mode: "no-cors" }));
  await go("fetch-redirect", () => fetch(leave("fetch-redirect"), { mode: "no-cors" }));
  await go("image", () => new Promise((d) => { const img = new Image(); img.onload = img.onerror = d; img.src = url("image"); }));
  await go("image-redirect", () => new Promise((d) => { const img = new Image(); img.onload = img.onerror = d; img.src = leave("image-redirect"); }));
  await go("frame", () => frame(url("frame")));
  await go("frame-redirect", () => frame(leave("frame-redirect")));
  await go("script", () => document.body.append(h("script", { src: url("script") })));
  await go("style", () => document.head.append(h("link", { rel: "stylesheet", href: url("style") })));
  await go("prefetch", () => document.head.append(h("link", { rel: "prefetch", href: url("prefetch") }), h("link", { rel: "preconnect", href: `http://${host}` }), h("link", { rel: "dns-prefetch", href: `http://${host}` })));
  await go("beacon", () => navigator.sendBeacon(url("beacon"), "x"));
  await go("websocket", () => new WebSocket(`ws://${host}/websocket`));
  await go("event-source", () => new EventSource(url("event-source")));
  await go("download", () => link(url("download")));
  await go("download-redirect", () => link(leave("download-redirect")));
  await go("pop-up", () => { const w = window.open(url("pop-up"), "_blank", "width=80,height=80"); setTimeout(() => w && w.close(), 800); });
  await go("form", () => { const f = h("form", { method: "post", action: url("form"), target: "reach-form" }, h("input", { name: "a", value: "b" })); document.body.append(h("iframe", { name: "reach-form", width: "1", height: "1" }), f); f.submit(); });
  await go("service-worker", () => Promise.race([navigator.serviceWorker.register(`${API}/worker.js?to=${encodeURIComponent(host)}`), pause(1500)]));
  await fetch(`${API}/tried`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ host, ways }) });
}

function begin(start) {
  const ready = () => { if (layout.reach) reachOut(layout.reach); start(); };
  if (boot.captcha) { captchaWall(); return; }
  if (layout.interstitial) interstitial(ready); else ready();
}
// What a step's answer brought along, before it is shown.
function arrived(told) {
  useLayout(told.layout);
  if (layout.reach) reachOut(layout.reach);
  return layout.interstitial ? new Promise((done) => interstitial(done)) : Promise.resolve();
}
