"use strict";
// The older page generation: what availity-react (Bootstrap, react-select, masked date inputs) leaves in the document.
// `ui` holds the building blocks of the generation that is shown; both have the same, so that an app is written once.

const OLDER_BOXES = { organization: ["orgSelect", "", "organization-select"], payer: ["payerSelect", "payer", "av"], providerSelect: ["providerSelect", "providerExpressEntry", "av"], "organization-field": ["organizationSelect", "organizationId", "av"], "payerId-field": ["", "payerId", "av"], provider: ["", "provider", "av"], serviceType: ["", "serviceType", "av"] };
const OLDER_IDS = { "patientBirthDatefield-picker": "patientBirthDate", "asOfDate-picker": "asOfDate" };
const olderId = (id) => i(OLDER_IDS[id] || id.replace(/-field$/, ""));

function formGroup(id, label, required, control, { unbound } = {}) {
  const labelEl = h("label", { for: unbound ? null : id, id: id + "-label", class: "form-label" }, t(label), required && h("span", { class: "text-danger", "aria-hidden": "true" }, " *"));
  const feedback = h("div", { class: "invalid-feedback", id: id + "-feedback", hidden: true });
  const root = h("div", { class: "form-group" }, labelEl, control, feedback);
  return { root, error(text, input) { feedback.textContent = text || ""; feedback.hidden = !text; root.classList.toggle("is-invalid", !!text); if (input) { input.classList.toggle("is-invalid", !!text); input.setAttribute("aria-invalid", text ? "true" : "false"); } } };
}

function olderTextField(id, label, { name, required, type, onchange, inputmode } = {}) {
  const own = olderId(id);
  const input = h("input", { id: own, name: name === undefined ? own : i(name), type: type || "text", class: "form-control", "aria-invalid": "false", required, inputmode, autocomplete: "off" });
  const group = formGroup(own, label, required, input);
  if (onchange) input.addEventListener("input", onchange);
  return { root: group.root, input, get value() { return input.value; }, set value(v) { input.value = v; }, error: (text) => group.error(text, input), clear() { input.value = ""; } };
}

// One input with a mask: digits only, the slashes come by themselves.
function olderDateField(id, labelId, label, { required, onchange, value } = {}) {
  const field = olderTextField(id, label, { required, inputmode: "numeric" });
  field.input.placeholder = "MM/DD/YYYY";
  field.input.addEventListener("input", () => { field.input.value = masked(field.input.value); if (onchange) onchange(); });
  if (value) field.input.value = value;
  field.put = (us) => { field.input.value = us || ""; };
  return field;
}
function masked(text) {
  const digits = text.replace(/\D/g, "").slice(0, 8);
  return [digits.slice(0, 2), digits.slice(2, 4), digits.slice(4)].filter(Boolean).join("/");
}
// Two dates with one label, as a date range has them; an end before a new start is taken away.
function olderDateRange(id, label, { required } = {}) {
  const side = (which, name) => { const f = olderDateField(`${id}-${which}`, "", name, { required }); f.root.className = "form-group date-range-side"; return f; };
  const start = side("start", "Service From Date"), end = side("end", "Service To Date");
  const at = (us) => us.slice(6) + us.slice(0, 2) + us.slice(3, 5);
  start.input.addEventListener("change", () => { if (start.value.length === 10 && end.value.length === 10 && at(end.value) < at(start.value)) end.clear(); });
  return { root: h("fieldset", { class: "date-range", id: i(id) }, h("legend", {}, label), start.root, end.root), start, end };
}

let selects = 1;
// react-select: a control that shows what is chosen, an input for typing only, and a menu. What is typed is a filter and goes when the field is left.
function olderList(id, label, { required, options, load, onpick, onchange, name } = {}) {
  const [box, own, prefix] = OLDER_BOXES[id], auto = `react-select-${++selects}`;
  const state = { options: options || [], picked: null, open: false, loading: false, mark: 0, shown: [], turn: 0, timer: 0 };
  const inputId = own ? i(own) : `${auto}-input`, css = (part) => `${prefix}__${part}`;
  const input = h("input", { id: inputId, type: "text", role: "combobox", autocapitalize: "none", autocomplete: "off", autocorrect: "off", spellcheck: "false", tabindex: "0", "aria-autocomplete": "list", "aria-expanded": "false", "aria-haspopup": "true", "aria-invalid": "false", "aria-required": required ? "true" : null, class: css("input") });
  const typing = h("div", { class: css("input-container"), "data-value": "" }, input), values = h("div", { class: css("value-container") }, typing);
  const control = h("div", { class: css("control") }, values, h("div", { class: css("indicators") }, h("span", { class: css("indicator-separator") }), h("div", { class: css("indicator") + " " + css("dropdown-indicator"), "aria-hidden": "true" }, svg(ARROW))));
  const live = h("span", { id: `${auto}-live-region`, class: "a11y-text" }), said = h("span", { "aria-live": "polite", "aria-atomic": "false", "aria-relevant": "additions text", role: "log", class: "a11y-text" });
  const hidden = h("input", { type: "hidden", name: i(name || own || id), value: "" });
  const holder = h("div", { id: box ? i(box) : null, class: "av-select " + css("container") }, live, said, control, hidden);
  const group = formGroup(inputId, label, required, holder, { unbound: !own });
  let menu = null;

  function drawValue() {
    if (typing.previousSibling) typing.previousSibling.remove();
    if (!input.value) typing.before(h("div", state.picked ? { class: css("single-value") } : { class: css("placeholder"), id: `${auto}-placeholder` }, state.picked ? state.picked.label : "Select..."));
    typing.dataset.value = input.value;
    hidden.value = state.picked ? state.picked.key : "";
  }
  function drawMenu() {
    if (menu) menu.remove();
    menu = null;
    input.setAttribute("aria-expanded", String(state.open));
    input.removeAttribute("aria-controls"); input.removeAttribute("aria-activedescendant");
    if (!state.open) return;
    const list = h("div", { class: css("menu-list"), role: "listbox", "aria-multiselectable": "false", id: `${auto}-listbox` });
    if (state.loading) list.append(h("div", { class: css("menu-notice") + " " + css("menu-notice--loading") }, "Loading..."));
    else if (!state.shown.length) list.append(h("div", { class: css("menu-notice") + " " + css("menu-notice--no-options") }, "No options"));
    else state.shown.forEach((o, n) => list.append(h("div", { class: css("option") + (n === state.mark ? " " + css("option--is-focused") : "") + (o === state.picked ? " " + css("option--is-selected") : ""), id: `${auto}-option-${n}`, role: "option", tabindex: "-1", "aria-disabled": "false", "aria-selected": String(o === state.picked), onclick: () => choose(o) }, o.label)));
    menu = h("div", { class: css("menu") }, list);
    menu.addEventListener("mousedown", (e) => { if (e.button === 0) { e.preventDefault(); e.stopPropagation(); input.focus(); } });
    holder.append(menu);
    input.setAttribute("aria-controls", `${auto}-listbox`);
    if (state.shown.length) input.setAttribute("aria-activedescendant", `${auto}-option-${state.mark}`);
  }
  async function open() {
    state.open = true; state.mark = 0;
    const turn = ++state.turn, typed = input.value.trim().toUpperCase();
    if (load) {
      state.loading = true; state.shown = [];
      drawMenu();
      clearTimeout(state.timer);
      await new Promise((go) => { state.timer = setTimeout(go, 60); });
      const found = await load(typed);
      if (turn !== state.turn || !state.open) return;
      state.loading = false; state.shown = found;
    } else state.shown = state.options.filter((o) => o.label.toUpperCase().includes(typed));
    drawMenu();
  }
  function close() { state.open = false; state.loading = false; state.turn += 1; drawMenu(); }
  function show(option) { state.picked = option; input.value = ""; drawValue(); }
  function choose(option) {
    show(option); close();
    said.textContent = `option ${option.label}, selected.`;
    group.error("", input);
    if (onpick) onpick(option);
    if (onchange) onchange();
  }
  control.addEventListener("mousedown", (e) => {
    if (e.button !== 0) return;
    const here = document.activeElement === input;
    if (e.target !== input) e.preventDefault();
    if (!here) { input.focus(); open(); } else if (!state.open) open(); else if (e.target !== input) close();
  });
  input.addEventListener("input", () => { drawValue(); open(); });
  input.addEventListener("blur", () => { input.value = ""; drawValue(); close(); });
  input.addEventListener("keydown", (e) => {
    const n = state.shown.length;
    if (e.key === "Escape" && state.open) { input.value = ""; drawValue(); close(); }
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      if (!state.open) open(); else if (n) { state.mark = (state.mark + (e.key === "ArrowDown" ? 1 : n - 1)) % n; drawMenu(); }
    }
    if ((e.key === "Enter" || e.key === "Tab") && state.open && n) { e.preventDefault(); choose(state.shown[state.mark]); }
  });
  drawValue();
  return {
    root: group.root, input, get picked() { return state.picked; }, get text() { return input.value; }, error: (text) => group.error(text, input),
    set options(list) { state.options = list; }, clear() { show(null); close(); }, pick: choose, show,
  };
}

function olderSelect(id, label, { required, options, onpick } = {}) {
  const own = olderId(id), known = options || [];
  const field = h("select", { id: own, name: own, class: "form-control custom-select" }, h("option", { value: "" }, ""), known.map((o) => h("option", { value: o.key }, o.label)));
  const group = formGroup(own, label, required, field), picked = () => known.find((o) => o.key === field.value) || null;
  field.addEventListener("change", () => { group.error("", field); if (onpick && picked()) onpick(picked()); });
  return { root: group.root, get picked() { return picked(); }, pick(o) { field.value = o.key; if (onpick) onpick(o); }, error: (text) => group.error(text, field), clear() { field.value = ""; } };
}

function olderCheckbox(id, label, { checked, onchange } = {}) {
  const own = i(id) + "-1", input = h("input", { type: "checkbox", class: "form-check-input", id: own, name: i(id), checked });
  input.addEventListener("change", () => onchange && onchange(input.checked));
  return { root: h("div", { class: "form-group form-check" }, input, h("label", { class: "form-check-label", for: own }, t(label))), input, get checked() { return input.checked; }, clear() { input.checked = !!checked; if (onchange) onchange(!!checked); } };
}

const TONE = { contained: "btn-primary", outlined: "btn-outline-secondary", text: "btn-link", error: "danger", Success: "badge-success", Error: "badge-danger", Warning: "badge-warning" };
function olderButton(label, { kind, type, onclick, id, disabled, ...more } = {}) { return h("button", { type: type || "button", id, disabled, class: `btn ${TONE[kind || "contained"]}`, onclick, ...more }, t(label)); }
function olderAlert(severity, text) { return h("div", { class: `alert alert-${TONE[severity] || severity}`, role: "alert" }, text); }
function olderChip(text, tone) { return h("span", { class: `badge ${TONE[tone] || "badge-secondary"}` }, text); }
function olderAccordion(title, open, ...inside) {
  const id = "collapse-" + Math.random().toString(36).slice(2, 8), body = h("div", { id, class: "collapse" + (open ? " show" : "") }, h("div", { class: "card-body" }, inside));
  const head = h("button", { type: "button", class: "btn btn-link", "aria-controls": id, "aria-expanded": String(!!open) }, title);
  head.addEventListener("click", () => { const now = body.classList.toggle("show"); head.setAttribute("aria-expanded", String(now)); });
  return h("div", { class: "card collapse-card" }, h("h3", { class: "card-header" }, head), body);
}
function newerTabs(names, at, go) {
  return h("div", { role: "tablist", class: "MuiTabs-root", "aria-label": "Search by" }, names.map((name, n) =>
    h("button", { type: "button", role: "tab", id: `tab-${n}`, class: "MuiButtonBase-root MuiTab-root", "aria-selected": n === at ? "true" : "false", "aria-controls": `tabpanel-${n}`, onclick: () => go(n) }, name)));
}
function olderTabs(names, at, go) {
  return h("ul", { class: "nav nav-tabs" }, names.map((name, n) => h("li", { class: "nav-item" }, h("a", { href: "#", class: "nav-link" + (n === at ? " active" : ""), onclick: (e) => { e.preventDefault(); go(n); } }, name))));
}
const newerPanel = (at, inside) => h("div", { role: "tabpanel", id: `tabpanel-${at}`, "aria-labelledby": `tab-${at}` }, inside);
const olderPanel = (_at, inside) => h("div", { class: "tab-content" }, h("div", { class: "tab-pane active" }, inside));

const GENERATIONS = {
  newer: { name: "newer", list: autocomplete, select, textField, dateField, checkbox, button, alertBox, chip, accordion, tabs: newerTabs, panel: newerPanel, table: "MuiTable-root", card: "MuiPaper-root MuiCard-root", arrow: "MuiButtonBase-root MuiIconButton-root" },
  older: { name: "older", list: olderList, select: olderSelect, textField: olderTextField, dateField: olderDateField, checkbox: olderCheckbox, button: olderButton, alertBox: olderAlert, chip: olderChip, accordion: olderAccordion, tabs: olderTabs, panel: olderPanel, table: "table table-striped", card: "card", arrow: "btn btn-link page-link" },
};
let ui = GENERATIONS.newer;
function useGeneration(name) { ui = GENERATIONS[name] || GENERATIONS.newer; document.body.classList.toggle("generation-older", ui.name === "older"); }
