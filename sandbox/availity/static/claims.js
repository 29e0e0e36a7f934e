"use strict";
const root = document.getElementById("root");
broadcastActivity(boot.reportEvery);

let setup = null, form = null, list = null, answered = 0, turnOfView = 0, linkedTab = "";
const resultsHost = h("div", { id: "claim-results" });
const detailHost = h("div", { id: "claim-detail" });

function crumbs(...parts) { return h("nav", { "aria-label": "breadcrumb", class: "MuiBreadcrumbs-root" }, h("ol", {}, parts.map(([text, go]) => h("li", {}, go ? h("a", { href: "#", onclick: (e) => { e.preventDefault(); go(); } }, text) : h("span", {}, text))))); }
function section(title, ...inside) { return h("section", { class: "form-section" }, h("h2", { class: "MuiTypography-root MuiTypography-h2" }, title), h("div", { class: "fields" }, inside)); }
function setHash(path) { history.replaceState(null, "", (ui.name === "older" ? "#/" : "#/element/") + path); }

async function showForm() {
  ++turnOfView;
  useLayout(boot.layout);
  useGeneration(location.hash.startsWith("#/dashboard") ? "older" : "newer");
  setHash("dashboard" + (location.hash.split("?")[1] ? "?" + location.hash.split("?")[1] : ""));
  root.replaceChildren(h("main", { class: "app", "aria-busy": "true" }, pageHeader("Claim Status"), skeleton("50%"), skeleton("30%")));
  try { setup = (await call("GET", "/v1/claim-status/setup")).body; } catch (trouble) { root.replaceChildren(h("main", { class: "app" }, ui.alertBox("error", trouble.message))); return; }
  drawForm();
  const wanted = new URLSearchParams(location.hash.split("?")[1] || "");
  linkedTab = wanted.get("activeTab") || "";
  if (wanted.get("orgId")) {
    const org = setup.organizations.find((o) => o.key === wanted.get("orgId"));
    const first = setup.payers.find((p) => p.payerId === wanted.get("payerId"));
    if (org) form.organization.pick(org);
    if (org && first) form.payer.pick(first);
  }
}
function drawForm() {
  const note = h("div", { class: "note" }), rest = h("div", { class: "rest" });
  const payer = ui.list("payer", "Payer", { required: true, onpick: pickedPayer });
  const organization = ui.list("organization", "Organization", { required: true, options: setup.organizations, onpick: (o) => { payer.clear(); payer.options = o ? setup.payers : []; pickedPayer(null); } });
  form = { organization, payer, note, rest, tab: null, fields: {} };
  root.replaceChildren(h("main", { class: "app" }, pageHeader("Claim Status"), note, section("Search Claims", organization.root, payer.root), rest));
}
// A payer of the other generation: its page comes in place of this one, with the same organization and payer chosen.
function changeGeneration(name, picked) {
  const organization = form.organization.picked;
  useGeneration(name);
  drawForm();
  form.organization.show(organization);
  form.payer.options = setup.payers;
  form.payer.show(picked);
}

async function pickedPayer(picked) {
  const mine = form;
  mine.rest.replaceChildren(); mine.tab = null;
  if (!picked) return;
  if (setup.pickLost) { setup.pickLost = false; setTimeout(() => { form.payer.clear(); pickedPayer(null); }, 250); }
  setHash(`dashboard?orgId=${mine.organization.picked.key}&payerId=${picked.payerId}`);
  mine.rest.setAttribute("aria-busy", "true");
  mine.rest.replaceChildren(skeleton("70%"), skeleton("50%"));
  let told;
  try { told = await call("GET", `/v1/claim-status/payers/${picked.key}`); } catch (trouble) { mine.rest.replaceChildren(ui.alertBox("error", trouble.message)); return; }
  if (form !== mine || mine.payer.picked !== picked) return;
  mine.rest.setAttribute("aria-busy", "false");
  if (told.status === 409) { mine.rest.replaceChildren(ui.alertBox("info", told.body.error)); return; }
  if (told.body.generation !== ui.name) changeGeneration(told.body.generation, picked);
  drawTabs(told.body, Math.max(0, told.body.tabs.findIndex((tab) => tab.id === linkedTab)));
  linkedTab = "";
}

function drawTabs(config, index) {
  const tab = config.tabs[index];
  const bar = ui.tabs(config.tabs.map((one) => one.name), index, (n) => drawTabs(config, n));
  form.tab = tab.name;
  if (ui.name === "older") setHash(`dashboard?orgId=${form.organization.picked.key}&payerId=${form.payer.picked.payerId}&activeTab=${tab.id}`);
  const panel = ui.panel(index, drawFields(tab, config.ids));
  form.rest.replaceChildren(...config.notes.slice(1).map((text) => ui.alertBox("info", text)), layout.moved ? panel : bar, layout.moved ? bar : panel);
}

function drawFields(tab, ids) {
  const f = {}, need = (name) => tab.required.includes(name);
  const make = {
    provider: () => ui.list("providerSelect", "Select a Provider", { required: need("provider"), load: async (typed) => (await call("GET", `/v1/providers?q=${encodeURIComponent(typed)}`)).body.providers, onpick: (p) => { f.providerNpi.value = p ? p.npi : ""; } }),
    providerNpi: () => ui.textField("providerNpi", "Provider NPI", { required: need("providerNpi"), inputmode: "numeric" }),
    memberId: () => ui.textField(ids.memberId, "Member ID", { required: need("memberId") }),
    lastName: () => ui.textField("patientLastName", "Patient Last Name", { required: need("lastName") }),
    firstName: () => ui.textField("patientFirstName", "Patient First Name", { required: need("firstName") }),
    birthDate: () => ui.dateField("patientBirthDate", "patientBirthDate-label", "Patient Date of Birth", { required: need("birthDate") }),
    patientIsSubscriber: () => ui.checkbox("patientIsSubscriber", "Patient is subscriber", { checked: true, onchange: (on) => { subscriber.hidden = on; } }),
    fromDate: () => ui.dateField("fromDate", "fromDate-label", "Service From Date", { required: need("fromDate") }),
    toDate: () => ui.dateField("toDate", "toDate-label", "Service To Date", { required: need("toDate") }),
    claimNumber: () => ui.textField("claimNumber", "Claim Number"),
    claimAmount: () => ui.textField("claimAmount", "Claim Amount"),
  };
  const subscriber = h("div", { class: "fields", hidden: true });
  const parts = [];
  tab.fields.forEach((name) => {
    if (name === "subscriber") {
      f.subscriberLastName = ui.textField("subscriberLastName", "Subscriber Last Name"); f.subscriberFirstName = ui.textField("subscriberFirstName", "Subscriber First Name");
      subscriber.append(f.subscriberLastName.root, f.subscriberFirstName.root);
      parts.push(subscriber);
    } else if (name === "fromDate" && ids.dates) {
      const range = olderDateRange(ids.dates, "Service Dates", { required: need(name) });
      f.fromDate = range.start; f.toDate = range.end;
      parts.push(range.root);
    } else if (!f[name]) { f[name] = make[name](); parts.push(f[name].root); }
  });
  form.fields = f;
  const submit = ui.button("Submit", { type: "submit", ...(ui.name === "older" ? { id: `submit-${tab.id}` } : { "data-analytics-form-name": tab.name }) });
  const el = h("form", { novalidate: true }, h("div", { class: "fields" }, parts), h("div", { class: "buttons" }, submit, ui.button("Clear", { kind: "outlined", id: "clearForm", onclick: () => Object.values(f).forEach((x) => { x.clear(); if (x.error) x.error(""); }) })));
  el.addEventListener("submit", (e) => { e.preventDefault(); send(submit); });
  return el;
}

function values() {
  const f = form.fields, out = {
    nonce: setup.nonce, tab: form.tab, organization: form.organization.picked && form.organization.picked.key, organizationText: form.organization.text,
    payer: form.payer.picked && form.payer.picked.key, payerText: form.payer.text,
  };
  for (const [name, control] of Object.entries(f)) {
    if (name === "provider") { out.provider = control.picked && control.picked.key; out.providerText = control.text; } else if (name === "patientIsSubscriber") out[name] = control.checked; else out[name] = control.value;
  }
  return out;
}

async function send(submit) {
  if (boot.stuck && answered) return;
  const held = form, turn = ++turnOfView;
  held.note.replaceChildren();
  Object.values(held.fields).forEach((x) => x.error && x.error(""));
  held.organization.error(""); held.payer.error("");
  enable(submit, false);
  const formPage = root.firstElementChild, asked = values();
  let told;
  const asking = call("POST", "/v1/claim-statuses", asked);
  const quick = await Promise.race([asking.then(() => true, () => true), pause(30)]);
  if (!quick) showWaiting(formPage); // the results page comes before the results
  try { told = await asking; } catch (trouble) { if (turn === turnOfView) { root.replaceChildren(formPage); held.note.replaceChildren(ui.alertBox("error", trouble.message)); } enable(submit, true); return; }
  enable(submit, true);
  if (turn !== turnOfView) return;
  if (told.body.reset) { setHash("dashboard"); showForm(); return; }
  if (told.status === 400) {
    root.replaceChildren(formPage);
    for (const [name, message] of Object.entries(told.body.fields)) { const control = held.fields[name] || held[name]; if (control && control.error) control.error(message); }
    return;
  }
  answered += 1;
  await arrived(told.body);
  list = { ...told.body, formPage, layout };
  if (list.shows === "claim" && list.rows.length === 1) { showClaim(list.rows[0].ref, true); return; }
  showResults();
}

function backToForm() { ++turnOfView; root.replaceChildren(list.formPage); useLayout(boot.layout); setHash("dashboard"); }

let headingEl = null;
function showWaiting(formPage) {
  setHash("results");
  resultsHost.setAttribute("aria-busy", "true");
  if (!resultsHost.childNodes.length) resultsHost.replaceChildren(skeleton("90%"), skeleton("90%"), skeleton("90%"));
  headingEl = h("h2", { class: "MuiTypography-root MuiTypography-h2" }, "Search Results");
  root.replaceChildren(h("main", { class: "app" }, crumbs(["Search", () => { root.replaceChildren(formPage); ++turnOfView; }], ["Results"]), pageHeader("Claim Status"), headingEl, resultsHost));
}

function showResults() {
  const turn = turnOfView;
  useLayout(list.layout);
  setHash("results");
  const title = h("h2", { class: "MuiTypography-root MuiTypography-h2" }, layout.unmarked ? "" : list.heading);
  root.replaceChildren(h("main", { class: "app" }, crumbs(["Search", backToForm], ["Results"]), pageHeader("Claim Status"), title, resultsHost));
  drawResults();
  resultsHost.setAttribute("aria-busy", "false");
  return turn;
}

function drawResults() {
  const notes = list.notes.map((text) => ui.alertBox("info", text));
  if (list.error) { resultsHost.replaceChildren(ui.alertBox("error", list.error), ...notes); return; }
  if (list.warning) { resultsHost.replaceChildren(ui.alertBox("warning", list.warning), ...notes); return; }
  resultsHost.replaceChildren(...notes, list.shows === "cards" ? cards() : layout.moved ? ui.accordion("Claims", false, table()) : table(), list.total > list.pageSize ? pager() : "", h("p", { class: "transaction" }, `Transaction ID: ${list.transactionId}`));
}

const TONES = { PAID: "Success", DENIED: "Error", REJECTED: "Error", PENDING: "Warning" };
function cell(label, text, ref) {
  if (label === "Claim Status") return ui.chip(text, TONES[text]);
  if (label === "Claim Number") return h("a", { href: "#", onclick: (e) => { e.preventDefault(); e.stopPropagation(); showClaim(ref); } }, text || "View Details");
  return text || "\u2014";
}

let sorting = null;
function table() {
  const order = list.columns.map((_, n) => n);
  if (layout.reordered) order.reverse();
  const rows = [...list.rows];
  if (sorting) rows.sort((a, b) => sortKey(a.cells[sorting.at]).localeCompare(sortKey(b.cells[sorting.at]), "en", { numeric: true }) * (sorting.down ? -1 : 1));
  return h("div", { class: "table-scroll" }, h("table", { id: i("claimsTable"), class: ui.table },
    h("thead", { class: "MuiTableHead-root" }, h("tr", {}, order.map((n) => h("th", { scope: "col", class: "MuiTableCell-root MuiTableCell-head", title: "Toggle SortBy", onclick: () => { sorting = { at: n, down: sorting && sorting.at === n && !sorting.down }; drawResults(); } }, t(list.columns[n]))))),
    h("tbody", { class: "MuiTableBody-root" }, rows.map((row) => h("tr", { class: "MuiTableRow-root MuiTableRow-hover", tabindex: "0", onclick: () => showClaim(row.ref) }, order.map((n) => h("td", { class: "MuiTableCell-root MuiTableCell-body" }, cell(list.columns[n], row.cells[n], row.ref))))))));
}
function sortKey(text) { const d = /^(\d\d)\/(\d\d)\/(\d{4})/.exec(text); return d ? d[3] + d[1] + d[2] : text.replace(/[$,]/g, ""); }

function cards() {
  return h("div", { class: "claim-cards" }, list.rows.map((row) => h("div", { class: ui.card + " claim-card" },
    list.columns.map((label, n) => h("div", { class: "pair" }, h("span", { class: "pair-label" }, t(label)), " ", h("span", { class: "pair-value" }, label === "Claim Status" ? ui.chip(row.cells[n], TONES[row.cells[n]]) : row.cells[n] || "\u2014"))),
    ui.button("View Details", { kind: "outlined", onclick: () => showClaim(row.ref) }))));
}

function pager() {
  const first = (list.page - 1) * list.pageSize + 1, last = first + list.rows.length - 1, pages = Math.ceil(list.total / list.pageSize);
  const arrow = (label, page, off, sign) => h("button", { type: "button", class: ui.arrow, "aria-label": label, title: label, disabled: off, onclick: () => turnPage(page) }, sign);
  return h("div", { class: "MuiTablePagination-root" }, h("p", { class: "MuiTablePagination-displayedRows" }, `${first}\u2013${last} of ${list.total}`), h("div", { class: "MuiTablePagination-actions" }, arrow("Go to previous page", list.page - 1, list.page <= 1, "\u2039"), arrow("Go to next page", list.page + 1, list.page >= pages, "\u203a")));
}
async function turnPage(page) {
  const turn = ++turnOfView;
  resultsHost.setAttribute("aria-busy", "true");
  const told = await call("GET", `/v1/claim-statuses/${list.id}?page=${page}`);
  if (turn !== turnOfView) return;
  list = { ...list, ...told.body, shows: list.shows, layout: list.layout };
  showResults();
}

async function showClaim(ref, direct) {
  const turn = ++turnOfView;
  setHash(`details/${list.id}/${ref}`);
  detailHost.setAttribute("aria-busy", "true");
  if (!detailHost.childNodes.length) detailHost.replaceChildren(skeleton("60%"), skeleton("80%"), skeleton("50%"));
  const parts = [["Search", backToForm], ...(direct ? [] : [["Results", () => { ++turnOfView; showResults(); }]]), ["Claim Details"]];
  const title = h("h2", { class: "MuiTypography-root MuiTypography-h2" }, "Claim Details");
  root.replaceChildren(h("main", { class: "app" }, crumbs(...parts), pageHeader("Claim Status"), title, detailHost));
  let told;
  try { told = await call("GET", `/v1/claim-statuses/${list.id}/claims/${ref}`); } catch (trouble) { if (turn === turnOfView) { detailHost.replaceChildren(ui.alertBox("error", trouble.message)); detailHost.setAttribute("aria-busy", "false"); } return; }
  if (turn !== turnOfView) return;
  if (told.status === 409) { detailHost.replaceChildren(ui.alertBox("error", told.body.error)); detailHost.setAttribute("aria-busy", "false"); return; }
  await arrived(told.body);
  if (layout.unmarked) title.remove();
  const lines = detailHost.querySelector(".lines-host") || h("div", { class: "lines-host" }, skeleton("90%"));
  detailHost.replaceChildren(...detailParts(told.body), lines);
  detailHost.setAttribute("aria-busy", "false");
  loadLines(ref, lines, turn);
}

function panel(style, label, value) {
  const body = label === "Claim Status" ? ui.chip(value, TONES[value]) : h("p", { class: "panel-value" }, value || "\u2014");
  const mark = style === "id" ? { id: i("testPanel") === "testPanel" ? label : `${label}-panel` } : { "data-testid": `${i("testPanel") === "testPanel" ? "test" : "detail"}${label}Panel` };
  return h("div", { class: "detail-panel", ...mark }, h("p", { class: "panel-label" }, t(label)), body);
}
function detailParts(body) {
  const late = ["Check Number", "Check Date"];
  const now = body.panels.filter(([label]) => !(layout.moved && late.includes(label))), then = body.panels.filter(([label]) => layout.moved && late.includes(label));
  return [
    h("div", { class: "detail-panels" }, now.map(([label, value]) => panel(body.style, label, value))),
    body.statusDetails ? h("section", { class: "detail-text" }, h("h3", {}, "Status Details"), h("p", {}, body.statusDetails)) : "",
    body.requested ? h("section", { class: "detail-text" }, h("h3", {}, "Requested Information"), h("p", {}, body.requested)) : "",
    body.related.length ? h("section", { class: "detail-text" }, h("h3", {}, "Related Claims"), h("ul", {}, body.related.map((n) => h("li", {}, n)))) : "",
    then.length ? ui.accordion("Payment Information", false, then.map(([label, value]) => panel(body.style, label, value))) : "",
    h("div", { class: "buttons" }, body.disputable ? ui.button("Dispute the Claim", { kind: "outlined", onclick: () => call("POST", `/v1/claim-statuses/${body.id}/dispute`, {}) }) : "", ui.button("Print", { kind: "text", onclick: () => window.print() })),
  ];
}

async function loadLines(ref, host, turn) {
  host.setAttribute("aria-busy", "true");
  let body;
  try { body = (await call("GET", `/v1/claim-statuses/${list.id}/claims/${ref}/lines`)).body; } catch (trouble) { if (turn === turnOfView) { host.replaceChildren(ui.alertBox("error", trouble.message)); host.setAttribute("aria-busy", "false"); } return; }
  if (turn !== turnOfView) return;
  const order = body.columns.map((_, n) => n);
  if (layout.reordered) order.reverse();
  const rows = body.rows.flatMap((row) => lineRows(row, order, body.full));
  host.replaceChildren(h("h3", {}, "Line Level Information"), h("div", { class: "table-scroll" }, h("table", { id: i("lineLevelTable"), class: ui.table },
    h("thead", {}, h("tr", {}, h("th", { scope: "col", class: "MuiTableCell-head" }), order.map((n) => h("th", { scope: "col", class: "MuiTableCell-head" }, t(body.columns[n]))))), h("tbody", {}, rows))),
  ...(body.codes.length ? [h("h3", {}, "Code Descriptions"), h("table", { id: i("codesTable"), class: ui.table }, h("thead", {}, h("tr", {}, h("th", { scope: "col" }, "Code"), h("th", { scope: "col" }, "Description"))), h("tbody", {}, body.codes.map((c) => h("tr", {}, h("td", {}, c.code), h("td", {}, c.text)))))] : []));
  host.setAttribute("aria-busy", "false");
}
function lineRows(row, order, full) {
  const inside = h("tr", { class: "line-inside", hidden: true }, h("td", { colspan: order.length + 1 }, h("div", { class: "pair" }, h("span", { class: "pair-label" }, "Reason/Remark Codes"), " ", h("span", { class: "pair-value" }, !full ? "Not available" : row.codes.length ? row.codes.map((c) => h("span", { class: "line-code" }, c)) : "None"))));
  const toggle = h("button", { type: "button", class: "MuiButtonBase-root MuiIconButton-root", title: "Toggle Row Expanded", "aria-label": "Toggle Row Expanded", "aria-expanded": "false" }, svg(ARROW));
  toggle.addEventListener("click", () => { inside.hidden = !inside.hidden; toggle.setAttribute("aria-expanded", String(!inside.hidden)); });
  return [h("tr", { class: "MuiTableRow-root" }, h("td", {}, toggle), order.map((n) => h("td", { class: "MuiTableCell-root" }, row.cells[n] || "\u2014"))), inside];
}
begin(showForm);
