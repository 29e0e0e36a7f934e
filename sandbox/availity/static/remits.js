"use strict";
const root = document.getElementById("root");
broadcastActivity(boot.reportEvery);
useGeneration("older");
OLDER_BOXES.checkEFTorganization = ["checkEFTorganizationId", "organizationId", "av"];

let setup = null, form = null, list = null, answered = 0, turnOfView = 0, chips = {}, tabAt = 0;
const TABS = ["Check/EFT", "Claim"];
const CHIP = { "Check/EFT": "Check / EFT Number", Claim: "Claim Number" };
const resultsHost = h("div", { id: "remit-results", class: "block-ui", "aria-busy": "false" });
const chipsHost = h("div", { class: "filter-chips", role: "list", "aria-label": "Filters" });
const note = h("div", { class: "note" });

function labelled(own, label) { return own && own.labels && own.labels[label] ? own.labels[label] : label; }
function marked(own, id) { return own && own.ids && own.ids[id] ? own.ids[id] : id; }

async function showForm() {
  ++turnOfView;
  useLayout(boot.layout);
  root.replaceChildren(h("main", { class: "app", "aria-busy": "true" }, pageHeader("Remittance Viewer"), skeleton("50%"), skeleton("30%")));
  try { setup = (await call("GET", "/v1/remits/setup")).body; } catch (trouble) { root.replaceChildren(h("main", { class: "app" }, pageHeader("Remittance Viewer"), ui.alertBox("error", trouble.message))); return; }
  chips = setup.chips;
  list = null; tabAt = 0;
  note.replaceChildren(); resultsHost.replaceChildren();
  drawPage();
  search({});
}

function drawPage() {
  useLayout(boot.layout);
  const tabs = ui.tabs(TABS.map(t), tabAt, (n) => { if (n !== tabAt) { tabAt = n; list = null; ++turnOfView; resultsHost.replaceChildren(); resultsHost.setAttribute("aria-busy", "false"); note.replaceChildren(); drawPage(); if (n === 0) search({}); } });
  const panel = ui.panel(tabAt, tabAt === 0 ? checkForm() : claimForm());
  drawChips();
  root.replaceChildren(h("main", { class: "app remits" }, pageHeader("Remittance Viewer"), h("div", { class: "page-actions" }, ui.button("Manage Access", { kind: "text", onclick: manageAccess })),
    layout.moved ? [resultsHost, note, chipsHost, tabs, panel] : [tabs, panel, chipsHost, note, resultsHost]));
}

// The Check/EFT tab: the number with its suggestions, and a panel of filters behind a button.
function checkForm() {
  const number = suggesting("checkSearchInput", "Check / EFT Number");
  const organization = ui.list("checkEFTorganization", "Organization", { options: setup.organizations, name: "organizationId" });
  const dates = olderDateRange("checkcheckDates", "Check / EFT Date");
  dates.start.put(setup.from); dates.end.put(setup.to);
  const amount = ui.textField("checkAmount", "Check / EFT Amount", { inputmode: "decimal" });
  const more = h("div", { class: "filters card", id: "check-filters", hidden: true }, organization.root, dates.root, amount.root);
  const toggle = ui.button("Filters", { kind: "outlined", id: i("checkFilterButton"), "aria-expanded": "false", "aria-controls": "check-filters" });
  toggle.addEventListener("click", () => { more.hidden = !more.hidden; toggle.setAttribute("aria-expanded", String(!more.hidden)); });
  const go = ui.button("Search", { type: "submit", id: i("checkSearchButton") });
  form = { number, organization, from: dates.start, to: dates.end, amount, more, toggle, go };
  return asForm(h("div", { class: "search-line" }, number.root, toggle, go), more);
}

function claimForm() {
  const number = ui.textField("claimSearchInput", "Claim Number or Patient Control Number");
  const go = ui.button("Search", { type: "submit", id: i("claimSearchButton") });
  form = { number, go };
  return asForm(h("div", { class: "search-line" }, number.root, go));
}

function asForm(...inside) {
  const el = h("form", { novalidate: true }, inside);
  el.addEventListener("submit", (e) => { e.preventDefault(); search({ pressed: true }); });
  return el;
}

// An input whose suggestions come from the server while one types; Enter without a picked one searches for what was typed.
function suggesting(id, label) {
  const field = ui.textField(id, label), listId = `${id}-suggestions`;
  const menu = h("ul", { role: "listbox", id: listId, class: "suggestions list-group", hidden: true, "aria-label": label });
  field.root.append(menu);
  field.input.setAttribute("role", "combobox");
  field.input.setAttribute("aria-autocomplete", "list");
  field.input.setAttribute("aria-expanded", "false");
  field.input.setAttribute("aria-controls", listId);
  let turn = 0;
  const close = () => { turn += 1; menu.hidden = true; field.input.setAttribute("aria-expanded", "false"); };
  field.input.addEventListener("input", async () => {
    const mine = ++turn;
    if (!field.value.trim()) { close(); return; }
    const told = await call("GET", `/v1/remits/suggest?q=${encodeURIComponent(field.value.trim())}`).catch(() => null);
    if (mine !== turn || !told || !told.body.numbers) return;
    menu.replaceChildren(...told.body.numbers.map((n) => h("li", { role: "option", class: "list-group-item", "aria-selected": "false", onmousedown: (e) => e.preventDefault(), onclick: () => { field.value = n; close(); } }, n)));
    menu.hidden = !told.body.numbers.length;
    field.input.setAttribute("aria-expanded", String(!menu.hidden));
  });
  field.input.addEventListener("blur", close);
  field.input.addEventListener("keydown", (e) => { if (e.key === "Escape" || e.key === "Enter") close(); });
  return { ...field, get value() { return field.value; }, set value(v) { field.value = v; } };
}

function drawChips() {
  const kind = TABS[tabAt];
  chipsHost.replaceChildren(...(chips[kind] || []).map((number) => h("span", { class: "badge filter-chip", role: "listitem" }, h("span", {}, `${t(CHIP[kind])}: ${number}`),
    h("button", { type: "button", class: "btn btn-link", "aria-label": t("Remove Filter"), title: t("Remove Filter"), onclick: () => search({ gone: number }) }, "\u00d7"))));
}

function values(extra) {
  const check = tabAt === 0;
  return {
    nonce: setup.nonce, tab: TABS[tabAt], number: extra.pressed ? form.number.value : "", gone: extra.gone || "",
    organization: check && form.organization.picked ? form.organization.picked.key : "",
    from: check ? form.from.value : "", to: check ? form.to.value : "", amount: check ? form.amount.value : "",
  };
}

async function search(extra) {
  if (boot.stuck && answered > 1) return; // the list that comes by itself, and one answer
  const turn = ++turnOfView, held = form;
  note.replaceChildren();
  Object.values(held).forEach((x) => x && typeof x.error === "function" && x.error(""));
  enable(held.go, false);
  resultsHost.setAttribute("aria-busy", "true"); // what was found before stays below the veil
  if (!resultsHost.childNodes.length) resultsHost.replaceChildren(skeleton("90%"), skeleton("90%"), skeleton("90%"));
  let told;
  try { told = await call("POST", "/v1/remits", values(extra)); } catch (trouble) { enable(held.go, true); if (turn === turnOfView) { resultsHost.replaceChildren(); resultsHost.setAttribute("aria-busy", "false"); note.replaceChildren(ui.alertBox("error", trouble.message)); } return; }
  enable(held.go, true);
  if (turn !== turnOfView) return;
  if (told.body.reset) { showBlank(); return; }
  if (told.status === 400) { resultsHost.setAttribute("aria-busy", "false"); for (const [name, message] of Object.entries(told.body.fields)) { held.more.hidden = false; held[name].error(message); } return; }
  answered += 1;
  chips = told.body.chips;
  if (extra.pressed) held.number.clear();
  await arrived(told.body);
  list = { ...told.body, layout };
  drawChips();
  drawResults();
  resultsHost.setAttribute("aria-busy", "false");
}

function showBlank() { chips = { "Check/EFT": [], Claim: [] }; list = null; resultsHost.replaceChildren(); resultsHost.setAttribute("aria-busy", "false"); drawPage(); }

function drawResults() {
  useLayout(list.layout);
  if (list.error) { note.replaceChildren(ui.alertBox("error", list.error)); resultsHost.replaceChildren(); return; }
  note.replaceChildren(...list.gated.map((text) => ui.alertBox("warning", text)));
  if (list.warning) { resultsHost.replaceChildren(h("p", { class: "no-results" }, list.warning)); return; }
  if (!list.total) { resultsHost.replaceChildren(); return; }
  const first = (list.page - 1) * list.pageSize + 1;
  resultsHost.replaceChildren(h("div", { class: "results-head" }, layout.unmarked ? "" : h("h2", {}, `Results: ${first} - ${first + list.rows.length - 1} of ${list.total}`), list.tab === TABS[0] ? csvButton() : ""),
    grid(list.tab === TABS[0] ? "Remits" : "Claims"), list.total > list.pageSize ? pager() : "");
}

function csvButton() {
  return h("button", { type: "button", class: "btn btn-link", id: marked(list.csvLayout, "downloadCsv"), onclick: (e) => fetchFile(e.currentTarget, `/v1/remits/${list.id}/csv`, {}) }, labelled(list.csvLayout, "Download CSV"));
}

// A table made of divs: its first cell holds the box to select a row, its last one the row's actions.
function grid(name) {
  const order = list.columns.map((_, n) => n);
  if (layout.reordered) order.reverse();
  const head = h("div", { role: "row", class: "grid-row grid-head" }, h("div", { role: "columnheader" }, ""), order.map((n) => h("div", { role: "columnheader" }, t(list.columns[n]))), h("div", { role: "columnheader" }, "Actions"));
  const rows = list.rows.map((row) => h("div", { role: "row", class: "grid-row" }, h("div", { role: "cell" }, h("input", { type: "checkbox", "aria-label": "Select row" })),
    order.map((n) => h("div", { role: "cell" }, n === 0 ? h("a", { href: "#", onclick: (e) => { e.preventDefault(); showClaims(row); } }, row.cells[n]) : row.cells[n] || "\u2014")), h("div", { role: "cell", class: "row-actions" }, actions(row))));
  return h("div", { role: "table", id: i("remitsTable"), "aria-label": t(name), class: "grid" }, h("div", { role: "rowgroup" }, head), h("div", { role: "rowgroup" }, rows));
}

const MADE = "Download Check Summary and Multiple Claims Per Page", ISSUED = "Download Check Payer-Issued Admittance Advice";
function actions(row) {
  const own = list.pdfLayout, path = `/v1/remits/${list.id}/rows/${row.ref}/document`;
  const menu = h("div", { role: "menu", class: "dropdown-menu", hidden: true }, h("button", { type: "button", role: "menuitem", class: "dropdown-item", onclick: () => { close(); showClaims(row); } }, "View Claims"),
    row.made && !(own && own.moved) && h("button", { type: "button", role: "menuitem", class: "dropdown-item", onclick: (e) => { close(); fetchFile(e.currentTarget, path, {}); } }, labelled(own, MADE)));
  const opener = h("button", { type: "button", class: "btn btn-link", "aria-label": "Action Menu", title: "Action Menu", "aria-haspopup": "menu", "aria-expanded": "false", onclick: () => { menu.hidden = !menu.hidden; opener.setAttribute("aria-expanded", String(!menu.hidden)); } }, "\u22ee");
  const close = () => { menu.hidden = true; opener.setAttribute("aria-expanded", "false"); };
  const moved = row.made && own && own.moved && h("details", {}, h("summary", {}, "Documents"), h("button", { type: "button", class: "btn btn-link", onclick: (e) => fetchFile(e.currentTarget, path, {}) }, labelled(own, MADE)));
  const icon = h("button", { type: "button", class: "btn btn-link pdf-icon", id: marked(own, `payerIssued-${row.ref}`), "aria-label": labelled(own, ISSUED), title: labelled(own, ISSUED), onclick: (e) => payerIssued(e.currentTarget, row, path) }, svg(PAPER));
  return [row.made ? "" : own && own.moved ? h("details", {}, h("summary", {}, "Documents"), icon) : icon, h("span", { class: "dropdown" }, opener, menu), moved || ""];
}

async function payerIssued(pressed, row, path) {
  const told = await fetchFile(pressed, path, {});
  if (!told || told.way !== "radios") return;
  document.querySelectorAll(".popover").forEach((other) => other.remove());
  const choices = told.options.map((o) => h("div", { class: "form-check" }, h("input", { type: "radio", class: "form-check-input", name: `issued-${row.ref}`, id: `issued-${row.ref}-${o.key}`, value: o.key, disabled: o.disabled, onchange: () => enable(go, true) }), h("label", { class: "form-check-label", for: `issued-${row.ref}-${o.key}` }, o.label)));
  const go = ui.button(labelled(list.pdfLayout, "Download"), { disabled: true, onclick: async () => { const chosen = box.querySelector("input:checked"); if (chosen) { await fetchFile(go, path, { option: chosen.value }); box.remove(); } } });
  const box = h("div", { class: "popover", role: "dialog", "aria-label": told.layout && told.layout.unmarked ? null : "Payer-Issued Remittance Advice Downloads:" }, told.layout && told.layout.unmarked ? "" : h("h3", { class: "popover-header" }, "Payer-Issued Remittance Advice Downloads:"),
    h("div", { class: "popover-body" }, choices, h("div", { class: "buttons" }, go, ui.button("Cancel", { kind: "text", onclick: () => box.remove() }))));
  pressed.closest(".row-actions").append(box);
}

// The server makes the file ready and says how it comes: as a download, in a new tab, by a question, or not at all.
async function fetchFile(pressed, path, body) {
  pressed.setAttribute("aria-busy", "true"); pressed.disabled = true;
  let told;
  try { told = (await call("POST", path, body)).body; } catch (trouble) { note.replaceChildren(ui.alertBox("error", trouble.message)); return null; } finally { pressed.removeAttribute("aria-busy"); pressed.disabled = false; }
  const kept = layout;
  await arrived(told);
  useLayout(kept);
  if (told.way === "download") { const a = h("a", { href: told.url, download: "" }); document.body.append(a); a.click(); a.remove(); }
  if (told.way === "tab") { const blob = await (await fetch(told.url, { credentials: "same-origin" })).blob(); window.open(URL.createObjectURL(blob), "_blank"); }
  return told;
}

function pager() {
  const pages = Math.ceil(list.total / list.pageSize);
  const arrow = (label, page, off, sign) => h("li", { class: "page-item" + (off ? " disabled" : "") }, h("button", { type: "button", class: ui.arrow, "aria-label": label, disabled: off, onclick: () => turnPage(page) }, sign));
  return h("nav", { "aria-label": "pagination" }, h("ul", { class: "pagination" }, arrow("Previous", list.page - 1, list.page <= 1, "\u2039"), h("li", { class: "page-item active" }, h("span", { class: "page-link", "aria-current": "page" }, `${list.page} of ${pages}`)), arrow("Next", list.page + 1, list.page >= pages, "\u203a")));
}
async function turnPage(page) {
  const turn = ++turnOfView;
  resultsHost.setAttribute("aria-busy", "true");
  const told = await call("GET", `/v1/remits/${list.id}?page=${page}`);
  if (turn !== turnOfView) return;
  list = { ...list, ...told.body, layout: list.layout };
  drawResults();
  resultsHost.setAttribute("aria-busy", "false");
}

// The claims of a check, and each claim's lines with a table of adjustments per line.
async function showClaims(row) {
  const turn = ++turnOfView;
  resultsHost.setAttribute("aria-busy", "true");
  let told;
  try { told = (await call("GET", `/v1/remits/${list.id}/rows/${row.ref}/claims`)).body; } catch (trouble) { if (turn === turnOfView) { note.replaceChildren(ui.alertBox("error", trouble.message)); resultsHost.setAttribute("aria-busy", "false"); } return; }
  if (turn !== turnOfView) return;
  const back = ui.button("Back to Results", { kind: "text", onclick: () => { ++turnOfView; drawResults(); } });
  const check = h("div", { class: "check-facts" }, Object.entries(told.check).map(([label, value]) => h("div", { class: "pair" }, h("span", { class: "pair-label" }, t(label)), " ", h("span", { class: "pair-value" }, value))));
  const provider = told.provider.length ? plain("Provider Adjustments", ["Code", "Reference", "Amount"], told.provider.map((p) => [p.code, p.reference, p.amount])) : "";
  resultsHost.replaceChildren(back, h("h2", {}, "Check / EFT Details"), check, provider, ...told.claims.map((c, n) => claimCard(c.detail, n)));
  resultsHost.setAttribute("aria-busy", "false");
}
function claimCard(detail, n) {
  const pairs = h("div", { class: "claim-facts" }, detail.pairs.map(([label, value]) => h("div", { class: "pair" }, h("span", { class: "pair-label" }, t(label)), " ", h("span", { class: "pair-value" }, value || "\u2014"))));
  const lines = detail.lines.flatMap((line) => [plain(`Service Line ${line.number}`, ["Service Date", "Procedure Code", "Modifiers", "Units", "Charge Amount", "Allowed Amount", "Payment Amount", "Remark Codes"], [line.cells]),
    line.adjustments.length ? plain(`Adjustments for Service Line ${line.number}`, ["Code", "Description", "Amount"], line.adjustments) : ""]);
  return h("section", { class: "card claim-card", "aria-label": `Claim ${n + 1}` }, h("h3", {}, "Claim Details"), pairs, lines);
}
function plain(name, columns, rows) {
  return h("div", { role: "table", "aria-label": name, class: "grid" }, h("div", { role: "row", class: "grid-row grid-head" }, columns.map((c) => h("div", { role: "columnheader" }, t(c)))), rows.map((cells) => h("div", { role: "row", class: "grid-row" }, cells.map((c) => h("div", { role: "cell" }, c || "\u2014")))));
}

// The gate: an administrator proves with a real check that the payer pays this practice. A robot has no business here.
function manageAccess() {
  const number = ui.textField("accessCheckNumber", "Check / EFT Number", { required: true }), amount = ui.textField("accessCheckAmount", "Check / EFT Amount", { required: true });
  const says = h("div", {});
  const send = ui.button("Authenticate", { onclick: () => { call("POST", "/v1/pressed", { form: "manage-access" }); says.replaceChildren(ui.alertBox("error", "Only an administrator of your organization can authenticate a check.")); } });
  const box = h("div", { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": "Manage Access" }, h("div", { class: "modal-dialog card" }, h("h2", {}, "Manage Access"), h("p", {}, "To view remittances from a payer, authenticate a check that the payer sent to your organization."), number.root, amount.root, says, h("div", { class: "buttons" }, send, ui.button("Close", { kind: "outlined", onclick: () => box.remove() }))));
  document.body.append(box);
}
begin(showForm);
