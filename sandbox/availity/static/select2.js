"use strict";
// What jQuery's Select2 leaves in the document: the list itself, hidden, with an id that stays; around it parts whose ids are new each time.
let select2Turn = 0;

function select2(id, label, { options, load, onpick, placeholder } = {}) {
  const own = i(id), safe = own.replace(/[:.[\],]/g, "");
  const list = h("select", { id: own, name: own, class: "form-control select2-hidden-accessible", tabindex: "-1", "aria-hidden": "true" }, h("option", { value: "" }));
  const shown = h("span", { class: "select2-selection__rendered", id: `select2-${safe}-container`, role: "textbox", "aria-readonly": "true" });
  const box = h("span", { class: "select2-selection select2-selection--single", role: "combobox", "aria-haspopup": "true", "aria-expanded": "false", tabindex: "0", "aria-labelledby": `select2-${safe}-container` },
    shown, h("span", { class: "select2-selection__arrow", role: "presentation" }, h("b", { role: "presentation" })));
  const around = h("span", { class: "select2 select2-container select2-container--default", dir: "ltr" }, h("span", { class: "selection" }, box), h("span", { class: "dropdown-wrapper", "aria-hidden": "true" }));
  const state = { options: options || [], picked: null, turn: 0 };
  let drop = null;

  const field = formGroup(own, label, list, around);
  field.label.addEventListener("click", () => box.focus());
  function draw() {
    shown.replaceChildren(state.picked ? state.picked.label : h("span", { class: "select2-selection__placeholder" }, placeholder || "Select"));
    if (state.picked) shown.title = state.picked.label; else shown.removeAttribute("title");
    list.replaceChildren(h("option", { value: "" }), ...(load ? (state.picked ? [state.picked] : []) : state.options).map((o) => h("option", { value: o.key, selected: o === state.picked }, o.label)));
    list.value = state.picked ? state.picked.key : "";
  }
  function close() {
    if (!drop) return;
    drop.remove(); drop = null; state.turn += 1;
    box.setAttribute("aria-expanded", "false");
    around.classList.remove("select2-container--open");
    document.removeEventListener("mousedown", outside, true);
  }
  function outside(e) { if (drop && !drop.contains(e.target) && !around.contains(e.target)) close(); }
  function pick(option) { state.picked = option; close(); draw(); field.error(""); box.focus(); if (onpick) onpick(option); }
  function open() {
    if (drop) { close(); return; }
    const place = around.getBoundingClientRect(), results = `select2-${safe}-results`;
    const search = h("input", { class: "select2-search__field", type: "search", id: `s2id_autogen${++select2Turn}_search`, tabindex: "0", autocomplete: "off", autocapitalize: "off", spellcheck: "false", role: "textbox", "aria-controls": results });
    const found = h("ul", { class: "select2-results__options", role: "listbox", id: results, "aria-expanded": "true", "aria-hidden": "false" });
    drop = h("span", { class: "select2-container select2-container--default select2-container--open" },
      h("span", { class: "select2-dropdown select2-dropdown--below", dir: "ltr" }, h("span", { class: "select2-search select2-search--dropdown" }, search), h("span", { class: "select2-results" }, found)));
    drop.style.cssText = `position:absolute;left:${place.left + scrollX}px;top:${place.bottom + scrollY}px;width:${Math.max(place.width, 280)}px;z-index:1051`;
    document.body.append(drop);
    box.setAttribute("aria-expanded", "true");
    around.classList.add("select2-container--open");
    document.addEventListener("mousedown", outside, true);
    const say = (text) => found.replaceChildren(h("li", { role: "alert", "aria-live": "assertive", class: "select2-results__option select2-results__message" }, text));
    const list_ = (some) => found.replaceChildren(...some.map((o) => {
      const one = h("li", { class: "select2-results__option", id: `select2-${safe}-result-${Math.random().toString(36).slice(2, 6)}-${o.key}`, role: "option", "aria-selected": String(o === state.picked) }, o.label);
      one.addEventListener("mouseup", () => pick(o));
      return one;
    }));
    async function look() {
      const typed = search.value.trim(), turn = ++state.turn;
      if (!load) { const fit = state.options.filter((o) => o.label.toUpperCase().includes(typed.toUpperCase())); if (fit.length) list_(fit); else say("No results found"); return; }
      if (typed.length < 2) { say("Please enter 2 or more characters"); return; }
      found.replaceChildren(h("li", { class: "select2-results__option loading-results", role: "option", "aria-disabled": "true" }, "Searching\u2026"));
      await pause(80);
      if (turn !== state.turn) return;
      const some = await load(typed);
      if (turn !== state.turn || !drop) return;
      if (some.length) list_(some); else say("No results found");
    }
    search.addEventListener("input", look);
    search.addEventListener("keydown", (e) => { if (e.key === "Escape") { close(); box.focus(); } if (e.key === "Enter") { e.preventDefault(); const first = found.querySelector("[role=option]"); if (first) first.dispatchEvent(new MouseEvent("mouseup")); } });
    search.focus();
    look();
  }
  box.addEventListener("mousedown", (e) => { e.preventDefault(); box.focus(); });
  box.addEventListener("click", open);
  box.addEventListener("keydown", (e) => { if (["Enter", " ", "ArrowDown"].includes(e.key)) { e.preventDefault(); open(); } });
  draw();
  return { root: field.root, error: field.error, get value() { return state.picked ? state.picked.key : ""; }, get text() { return state.picked ? state.picked.label : ""; }, set options(next) { state.options = next; state.picked = null; draw(); }, pick, clear() { state.picked = null; draw(); } };
}

// A field in the older manner: label above, what is wrong with it below.
function formGroup(id, label, ...inside) {
  const wrong = h("div", { class: "invalid-feedback", hidden: true });
  const words = h("label", { for: id, class: "control-label" }, t(label));
  const root = h("div", { class: "form-group" }, words, inside, wrong);
  return { root, label: words, error(text) { wrong.textContent = text || ""; wrong.hidden = !text; root.classList.toggle("has-error", !!text); } };
}
function plainField(id, label, { value, onchange, mask, rows, cap } = {}) {
  const input = rows ? h("textarea", { id: i(id), name: i(id), rows, maxlength: cap, class: "form-control" }) : h("input", { id: i(id), name: i(id), type: "text", autocomplete: "off", class: "form-control", placeholder: mask ? "MM/DD/YYYY" : null });
  input.value = value || "";
  const left = cap && h("div", { class: "help-block" }, `0 of ${cap} characters`);
  input.addEventListener("input", () => {
    if (mask) input.value = input.value.replace(/\D/g, "").slice(0, 8).replace(/^(\d\d)(\d)/, "$1/$2").replace(/^(\d\d\/\d\d)(\d)/, "$1/$2");
    if (cap && input.value.length > cap) input.value = input.value.slice(0, cap); // what is too long is cut off without a word
    if (left) left.textContent = `${input.value.length} of ${cap} characters`;
    field.error("");
    if (onchange) onchange(input.value);
  });
  const field = formGroup(i(id), label, input, left);
  return { root: field.root, input, error: field.error, get value() { return input.value.trim(); }, set value(v) { input.value = v; } };
}
function nativeList(id, label, options, { value, onchange } = {}) {
  const list = h("select", { id: i(id), name: i(id), class: "form-control" }, h("option", { value: "" }, "Select"), options.map((o) => h("option", { value: o.key, selected: o.key === value }, o.label)));
  const field = formGroup(i(id), label, list);
  list.addEventListener("change", () => { field.error(""); if (onchange) onchange(list.value); });
  return { root: field.root, error: field.error, get value() { return list.value; }, set value(v) { list.value = v; } };
}
function oldAlert(kind, text) { return h("div", { class: `alert alert-${kind}`, role: "alert" }, text); }
function oldButton(label, id, onclick, kind) { return h("button", { type: "button", id, class: `btn btn-${kind || "primary"}`, onclick }, t(label)); }
