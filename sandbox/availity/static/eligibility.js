"use strict";
const root = document.getElementById("root");
broadcastActivity(boot.reportEvery);

let form = null;       // the form's controls
let setup = null;
let shownBefore = false; // an answer stands in the result region
let answered = 0;

function values() {
  const f = form;
  return {
    nonce: setup.nonce,
    organization: f.organization.picked && f.organization.picked.key, organizationText: f.organization.text,
    payer: f.payer.picked && f.payer.picked.key, payerText: f.payer.text,
    ...(f.rest ? {
      provider: f.provider.picked && f.provider.picked.key, providerText: f.provider.text, providerNpi: f.npi.value,
      searchOption: f.option.picked && f.option.picked.key, memberId: f.memberId.value, lastName: f.lastName.value, firstName: f.firstName.value,
      birthDate: f.birthDate.value, gender: f.gender.picked && f.gender.picked.key, relationship: f.relationship.picked && f.relationship.picked.key,
      asOfDate: f.asOfDate.value, serviceType: f.serviceType.picked && f.serviceType.picked.key, serviceTypeText: f.serviceType.text,
    } : {}),
  };
}

// Submit stays disabled while the form checks itself in the background.
let checking = 0, checkTimer = 0;
function recheck() {
  if (!form) return;
  const turn = ++checking, mine = form;
  enable(form.submit, false);
  clearTimeout(checkTimer);
  checkTimer = setTimeout(async () => {
    try { await call("POST", "/v1/eligibility/validate", values()); } catch (_) { /* checked again at submit */ }
    if (turn === checking && form === mine) enable(form.submit, true);
  }, 80);
}

async function showForm() {
  useLayout(boot.layout);
  root.replaceChildren(h("main", { class: "app", "aria-busy": "true" }, pageHeader("Eligibility and Benefits Inquiry"), skeleton("60%"), skeleton("40%")));
  const note = h("div", { class: "note" });
  try { setup = (await call("GET", "/v1/eligibility/setup")).body; } catch (trouble) { root.replaceChildren(h("main", { class: "app" }, ui.alertBox("error", trouble.message))); return; }
  drawForm(note);
  recheck();
}
function drawForm(note) {
  const submit = ui.button("Submit", { type: "submit", disabled: true });
  const rest = h("div", { class: "rest" });
  const payer = ui.list("payerId-field", "Payer", { required: true, onpick: (p) => pickedPayer(p), onchange: recheck });
  const organization = ui.list("organization-field", "Organization", {
    required: true, options: setup.organizations, onchange: recheck, onpick: (o) => { payer.clear(); payer.options = o ? setup.payers : []; pickedPayer(null); },
  });
  const moved = layout.moved;
  const formEl = h("form", { novalidate: true, id: "eligibility-form" }, section("Get Started", organization.root, payer.root), rest, moved ? null : h("div", { class: "buttons" }, submit, ui.button("Clear", { kind: "outlined", onclick: showForm })));
  form = { organization, payer, submit, note, restHost: rest, rest: false };
  if (moved) submit.setAttribute("form", "eligibility-form");
  formEl.addEventListener("submit", (e) => { e.preventDefault(); send(); });
  root.replaceChildren(h("main", { class: "app" }, pageHeader("Eligibility and Benefits Inquiry"), note, moved && h("div", { class: "buttons" }, submit), formEl));
}
// A payer of the other generation: its page comes in place of this one, with the same organization and payer chosen.
function changeGeneration(name, picked) {
  const organization = form.organization.picked;
  useGeneration(name);
  drawForm(h("div", { class: "note" }));
  form.organization.show(organization);
  form.payer.options = setup.payers;
  form.payer.show(picked);
}
function section(title, ...inside) { return h("section", { class: "form-section" }, h("h2", { class: "MuiTypography-root MuiTypography-h2" }, title), h("div", { class: "fields" }, inside)); }

async function pickedPayer(picked) {
  const mine = form;
  form.rest = false;
  form.restHost.replaceChildren();
  if (!picked) { recheck(); return; }
  if (setup.pickLost) { setup.pickLost = false; setTimeout(() => { form.payer.clear(); pickedPayer(null); }, 250); }
  form.restHost.setAttribute("aria-busy", "true");
  form.restHost.replaceChildren(skeleton("70%"), skeleton("50%"));
  let config;
  try { config = (await call("GET", `/v1/eligibility/payers/${picked.key}`)).body; } catch (trouble) { mine.note.replaceChildren(ui.alertBox("error", trouble.message)); return; }
  if (form !== mine || mine.payer.picked !== picked) return;
  if (config.generation !== ui.name) changeGeneration(config.generation, picked);
  drawRest(config);
  form.restHost.setAttribute("aria-busy", "false");
  recheck();
}

function drawRest(config) {
  const f = form;
  f.npi = ui.textField("providerNpi-field", "Provider NPI", { name: "providerNpi", onchange: recheck, inputmode: "numeric" });
  f.tin = ui.textField("providerTaxId-field", "Provider Tax ID", { name: "providerTaxId", onchange: recheck });
  f.provLast = ui.textField("providerLastName-field", "Organization or Provider Last Name", { name: "providerLastName", onchange: recheck });
  f.provFirst = ui.textField("providerFirstName-field", "Provider First Name", { name: "providerFirstName", onchange: recheck });
  f.provider = ui.list("provider", "Provider", {
    required: config.providerRequired, onchange: recheck, load: async (typed) => (await call("GET", `/v1/providers?q=${encodeURIComponent(typed)}`)).body.providers,
    onpick: (p) => { f.npi.value = p ? p.npi : ""; f.tin.value = p ? p.tin : ""; f.provLast.value = p ? p.last : ""; f.provFirst.value = p ? p.first : ""; },
  });
  f.memberId = ui.textField("memberId", "Patient ID", { required: true, onchange: recheck });
  f.lastName = ui.textField("lastName-field", "Patient Last Name", { name: "lastName", required: true, onchange: recheck });
  f.firstName = ui.textField("firstName-field", "Patient First Name", { name: "firstName", required: true, onchange: recheck });
  f.birthDate = ui.dateField("patientBirthDatefield-picker", "patientBirthDatefield-picker-label", "Date of Birth", { required: true, onchange: recheck });
  f.gender = ui.select("patientGender-field", "Patient Gender", { options: [{ key: "F", label: "Female" }, { key: "M", label: "Male" }], onpick: recheck });
  f.relationship = ui.select("subscriberRelationship-field", "Patient's Relationship to Subscriber", { options: [{ key: "18", label: "Self" }, { key: "01", label: "Spouse" }, { key: "19", label: "Child" }, { key: "G8", label: "Other Adult" }], onpick: recheck });
  f.asOfDate = ui.dateField("asOfDate-picker", "asOfDate-picker-label", "As of Date", { required: true, onchange: recheck, value: setup.today });
  f.serviceType = ui.list("serviceType", "Benefit / Service Type", { required: true, options: config.serviceTypes, onchange: recheck });
  const who = h("div", { class: "fields" });
  const needs = { id_born: [f.memberId, f.birthDate], id_names: [f.memberId, f.lastName, f.firstName], names_born: [f.lastName, f.firstName, f.birthDate] };
  f.option = ui.select("patientSearchOption", "Patient Search Option", { options: config.searchOptions, onpick: (o) => { who.replaceChildren(...needs[o.key].map((x) => x.root), f.gender.root, f.relationship.root); recheck(); } });
  f.rest = true;
  f.restHost.replaceChildren(section("Provider Information", f.provider.root, f.npi.root, f.tin.root, f.provLast.root, f.provFirst.root),
    section("Patient Information", f.option.root, who), section("Service Information", f.asOfDate.root, f.serviceType.root));
  f.option.pick(config.searchOptions[0]);
}

const CONTROL = { organization: "organization", payer: "payer", provider: "provider", searchOption: "option", memberId: "memberId", lastName: "lastName", firstName: "firstName", birthDate: "birthDate", asOfDate: "asOfDate", serviceType: "serviceType" };

async function send() {
  if (form.submit.disabled) return;
  if (boot.stuck && answered) return;
  const asked = values();
  const held = form;
  enable(held.submit, false);
  held.note.replaceChildren();
  Object.values(CONTROL).forEach((name) => held[name] && held[name].error(""));
  let told;
  try { told = await call("POST", "/v1/coverages", asked); } catch (trouble) { held.note.replaceChildren(ui.alertBox("error", trouble.message)); enable(held.submit, true); return; }
  enable(held.submit, true);
  if (told.body.reset) { showForm(); return; }
  if (told.status === 400) {
    for (const [name, message] of Object.entries(told.body.fields)) if (held[CONTROL[name]]) held[CONTROL[name]].error(message);
    return;
  }
  answered += 1;
  await arrived(told.body);
  showResult(told.body.id, asked);
}

// The result region stays in place from answer to answer, and shows the last one until the new one is there.
const region = h("div", { id: "eligibility-results" });
let turnOfResult = 0;

async function showResult(id) {
  const turn = ++turnOfResult;
  const results = h("main", { class: "app" }, pageHeader("Eligibility and Benefits Inquiry"),
    !layout.unmarked && h("h2", { class: "MuiTypography-root MuiTypography-h2" }, "Eligibility and Benefits Results"),
    h("div", { class: "buttons" }, ui.button("New Inquiry", { kind: "outlined", onclick: showForm }), ui.button("Edit Inquiry", { kind: "text", onclick: () => backTo(formPage) })), region);
  const formPage = root.firstElementChild;
  root.replaceChildren(results);
  region.setAttribute("aria-busy", "true");
  if (!shownBefore) region.replaceChildren(h("div", { id: i("patient-card"), class: ui.card }, skeleton("30%"), skeleton("70%"), skeleton("50%")));
  let told;
  try {
    do { await pause(25); told = await call("GET", `/v1/coverages/${id}`); } while (told.status === 202 && turn === turnOfResult);
  } catch (trouble) { if (turn === turnOfResult) { region.replaceChildren(ui.alertBox("error", trouble.message)); region.setAttribute("aria-busy", "false"); shownBefore = false; } return; }
  if (turn !== turnOfResult) return;
  const body = told.body;
  if (body.error) {
    shownBefore = false;
    region.replaceChildren(ui.alertBox("error", body.error), h("p", { class: "transaction" }, `Transaction ID: ${body.transactionId}`));
    region.setAttribute("aria-busy", "false");
    return;
  }
  const panels = { plan: oldOr("plan"), benefits: oldOr("benefits") };
  drawCard(id, body, panels, 0);
  region.setAttribute("aria-busy", "false");
  shownBefore = true;
}
function backTo(page) { root.replaceChildren(page); useLayout(boot.layout); recheck(); }
function oldOr(name) { return region.querySelector(`[data-panel=${name}]`) || h("div", { "data-panel": name }, skeleton("60%"), skeleton("40%")); }

const pair = (label, value) => value && h("div", { class: "pair" }, h("span", { class: "pair-label" }, t(label)), " ", h("span", { class: "pair-value" }, value));

function drawCard(id, body, panels, index) {
  const plan = body.plans[index];
  const status = ui.chip(plan.status, plan.status === "Active Coverage" ? "Success" : "Error");
  const summary = h("div", { id: i("patient-summary") }, pair("Member ID", plan.memberId), pair("DOB", body.born), pair("Gender", body.gender), pair("Relationship to Subscriber", body.relation), pair("Subscriber", body.subscriber),
    pair("Payer", body.payer), pair("Payer ID", body.payerId), pair("Date of Service", body.dateOfService), pair("Transaction Date", body.transactionDate), pair("Transaction Time", body.transactionTime), pair("Transaction ID", body.transactionId), pair("Customer ID", body.customerId));
  const tabs = body.plans.length > 1 && h("div", { role: "tablist", class: "MuiTabs-root", "aria-label": "Coverages" }, body.plans.map((p, n) =>
    h("button", { type: "button", role: "tab", class: "MuiButtonBase-root MuiTab-root", "aria-selected": n === index ? "true" : "false", onclick: () => drawCard(id, body, panels, n) }, `${p.plan} (${n + 1} of ${body.plans.length})`)));
  region.replaceChildren(h("div", { id: i("patient-card"), class: ui.card }, h("div", { class: "card-head" }, h("h3", { class: "patient-name" }, body.name), !layout.moved && status), summary), tabs || "",
    h("div", { id: i("plan-details-summary"), class: ui.card, "aria-busy": "true" }, h("h3", {}, "Plan Details"), layout.moved && status, panels.plan),
    h("div", { id: "benefits", class: ui.card, "aria-busy": "true" }, h("h3", {}, "Benefits"), filterBar(), panels.benefits));
  load(id, "plan", index, panels.plan, drawPlan);
  load(id, "benefits", index, panels.benefits, drawBenefits);
}
async function load(id, name, index, host, draw) {
  const box = host.parentElement, turn = turnOfResult;
  host.dataset.turn = `${turn}/${index}`;
  box.setAttribute("aria-busy", "true");
  let told;
  try { told = await call("GET", `/v1/coverages/${id}/${name}?plan=${index}`); } catch (trouble) { host.replaceChildren(ui.alertBox("error", trouble.message)); box.setAttribute("aria-busy", "false"); return; }
  if (host.dataset.turn !== `${turn}/${index}`) return;
  draw(host, told.body);
  (host.parentElement || box).setAttribute("aria-busy", "false");
}

function drawPlan(host, plan) {
  host.replaceChildren(...plan.notices.map((text) => ui.alertBox("info", text)),
    h("ul", { class: "plan-date-information" }, plan.dates.map(([label, value]) => h("li", {}, h("span", { class: "pair-label" }, t(label)), " ", h("span", { class: "pair-value" }, value)))),
    ...plan.pairs.map(([label, value]) => pair(label, value)).filter(Boolean),
    ...(plan.others.length ? [h("section", { class: "other-payers" }, h("h4", {}, "Other or Additional Payers"), plan.others.map((one) => h("div", { class: "other-payer" }, one.map(([label, value]) => pair(label, value)))))] : []),
    ...(plan.messages.length ? [h("section", { class: "plan-messages" }, h("h4", {}, "Messages"), h("ul", {}, plan.messages.map((m) => h("li", {}, m))))] : []));
}

let filter = "all";
function filterBar() {
  const choices = [["all", "All Networks"], ["in", "In Network"], ["out", "Out of Network"]];
  const bar = h("div", { role: "group", class: "MuiToggleButtonGroup-root", "aria-label": "Filter by network" }, choices.map(([key, label]) =>
    h("button", { type: "button", class: "MuiButtonBase-root MuiToggleButton-root", value: key, "aria-pressed": key === filter ? "true" : "false", onclick: (e) => { filter = key; [...bar.children].forEach((b) => b.setAttribute("aria-pressed", String(b === e.currentTarget))); applyFilter(); } }, label)));
  return h("div", { class: "network-filter" }, h("span", { class: "MuiTypography-root MuiTypography-overline" }, "FILTER BY NETWORK"), bar);
}
function applyFilter() {
  region.querySelectorAll("[data-network]").forEach((row) => { row.hidden = filter !== "all" && row.dataset.network !== "both" && row.dataset.network !== filter; });
}
function drawBenefits(host, body) {
  if (!body.cards.length) { host.replaceChildren(h("p", {}, "No benefit information was returned for this date.")); return; }
  host.replaceChildren(...body.cards.map((card, n) => ui.accordion(card.title, n === 0, benefitRows(card.rows))));
  applyFilter();
}
function benefitRows(rows) {
  const out = [];
  let last = null;
  rows.forEach((row) => {
    if (row.heading && row.heading !== last) out.push(h("h4", { class: "benefit-heading" }, t(row.heading)));
    if (!row.heading && last) out.push(h("hr", { class: "MuiDivider-root" }));
    last = row.heading;
    out.push(h("div", { class: "benefit-row", "data-network": row.filter }, (row.network || row.level) && h("div", { class: "benefit-for" }, row.network && h("span", { class: "benefit-network" }, row.network), row.level && h("span", { class: "benefit-level" }, row.level)),
      h("div", { class: "benefit-lines" }, row.lines.map((line) => h("div", { class: "benefit-line" }, line.replace(/Remaining$/, t("Remaining")))))));
  });
  return out;
}
begin(showForm);
