"use strict";
const root = document.getElementById("root");
broadcastActivity(boot.reportEvery);
const HOME = "/static/web/pres/web/authorizations/", NEW = HOME + "new/", INQUIRY = "/static/web/pres/web/auth-referral-inquiry/", DASHBOARD = "/static/web/pres/web/auth-referral-dashboard/";
const V1 = "/v1/authorizations";

// The menu of the app

function heading(title) { return layout.unmarked ? h("div", { class: "page-title" }, "") : h("h1", {}, t(title)); }
function showHome() {
  const go = (url) => () => { location.href = url; };
  const authorizations = h("button", { type: "button", id: i("NAVIGATION-authorizations"), onclick: showAuthorizations }, t("Authorizations"));
  const others = [h("button", { type: "button", id: "NAVIGATION-inquiry", onclick: go(INQUIRY) }, "Auth/Referral Inquiry"), h("button", { type: "button", id: "NAVIGATION-dashboard", onclick: go(DASHBOARD) }, "Auth/Referral Dashboard")];
  root.replaceChildren(h("main", { class: "app" }, heading("Authorizations & Referrals"), h("nav", { class: "app-tiles", "aria-label": "Authorizations & Referrals" }, layout.moved ? [...others, authorizations] : [authorizations, ...others])));
}
function showAuthorizations() {
  root.replaceChildren(h("main", { class: "app" }, heading("Authorizations"), h("p", {}, "Start a request, or look at what was sent on the dashboard."), h("div", { class: "buttons" }, oldButton("New Request", null, () => { location.href = NEW; }))));
}

// The wizard: every page that was shown stays in the document, hidden

let form = null;
const main = h("main", { class: "app", id: "authWizard", "aria-busy": "false" });
const note = h("div", { class: "note" });
const pages = h("form", { id: "authWizardForm", novalidate: true, onsubmit: (e) => e.preventDefault() });
const next = oldButton("Next", "authWizardNextButton", () => form.next());
const bar = h("div", { class: "buttons" }, next);
const DRAW = { start: drawStart, routing: drawRouting, provider: drawProvider, rendering: drawRendering, service: drawService, check: drawCheck, questions: drawQuestions, interqual: drawInterqual, attachments: drawAttachments, review: drawReview };

async function showWizard() {
  const again = /^#\/response\/(.+)$/.exec(location.hash);
  if (again) { await showOnce(again[1]); return; }
  pages.replaceChildren(); note.replaceChildren();
  root.replaceChildren(main);
  main.replaceChildren(heading("New Request"), note, layout.moved ? bar : "", pages, layout.moved ? "" : bar);
  busy(true);
  let told;
  try { told = (await call("GET", `${V1}/new`)).body; } catch (trouble) { say("danger", trouble.message); busy(false); return; }
  form = { nonce: told.nonce, setup: told, fields: {}, next: () => {}, passed: {} };
  pages.append(h("input", { type: "hidden", name: "formNonce", value: told.nonce }));
  turnTo({ step: "start" });
  busy(false);
}
function busy(on) { main.setAttribute("aria-busy", String(on)); next.disabled = on; }
function say(kind, text) { note.replaceChildren(text ? oldAlert(kind, text) : ""); if (text) note.scrollIntoView(); }

function turnTo(told) {
  [...pages.querySelectorAll(".wizard-step")].forEach((page) => { page.hidden = true; });
  const id = "step-" + told.step, old = document.getElementById(id);
  if (old) old.remove();
  form.step = told.step;
  form.fields = {};
  next.textContent = t(told.step === "review" ? "Submit" : "Next");
  next.hidden = told.step === "check" || told.step === "interqual";
  form.next = told.step === "review" ? submit : () => send();
  pages.append(h("section", { class: "wizard-step", id }, DRAW[told.step](told)));
  scrollTo(0, 0);
}
function take(name, field) { form.fields[name] = field; return field.root; }
function values() { return Object.fromEntries(Object.entries(form.fields).map(([name, field]) => [name, field.value])); }

async function send(more) {
  const mine = form, step = form.step;
  say("", ""); busy(true);
  Object.values(form.fields).forEach((field) => field.error && field.error(""));
  let told;
  try { told = await call("POST", `${V1}/forms/${form.nonce}/steps/${step}`, { ...values(), ...(more || {}) }); } catch (trouble) { say("danger", trouble.message); busy(false); return; }
  if (form !== mine) return;
  busy(false);
  if (told.body.captcha) { captchaWall(); return; }
  if (told.body.reset) { location.reload(); return; }
  if (told.status === 400) {
    for (const [name, message] of Object.entries(told.body.fields)) { if (form.fields[name]) form.fields[name].error(message); else say("danger", message); }
    return;
  }
  if (told.body.error) { say("danger", told.body.error); return; }
  await arrived(told.body);
  turnTo(told.body);
}
function title(text) { return layout.unmarked ? "" : h("h2", {}, t(text)); }

function drawStart() {
  const setup = form.setup, rest = h("div", { class: "wizard-fields" });
  const organization = select2("organization", "Organization", { options: setup.organizations });
  const kind = select2("requestType", "Request Type", { options: setup.requestTypes });
  const payer = select2("payer", "Payer", { options: setup.payers, onpick: picked });
  async function picked(one) {
    const mine = form;
    rest.replaceChildren();
    say("", "");
    if (setup.pickLost) { setup.pickLost = false; setTimeout(() => { payer.clear(); rest.replaceChildren(); }, 250); }
    let told;
    try { told = await call("GET", `${V1}/payers/${one.key}`); } catch (trouble) { say("danger", trouble.message); return; }
    if (form !== mine || payer.value !== one.key) return;
    if (told.body.error) { say("danger", told.body.error); return; }
    const member = [take("subscriber.memberId", plainField("subscriber.memberId", "Member ID")), take("patient.birthDate", plainField("patient.birthDate", "Patient Date of Birth", { mask: true }))];
    const who = [take("patient.subscriberRelationshipCode", select2("patient.subscriberRelationshipCode", "Relationship to Subscriber", { options: told.body.relations })), take("genderCode", nativeList("genderCode", "Gender", told.body.genders))];
    rest.replaceChildren(...(layout.moved ? [...who, ...member] : [...member, ...who]));
  }
  form.fields = { organization, requestType: kind, payer };
  return [title("Start an Authorization"), h("div", { class: "wizard-fields" }, organization.root, kind.root, payer.root), rest];
}
function drawRouting(told) {
  const state = { value: "", error() {} };
  form.fields.routing = state;
  return [title("What would you like to do?"), told.routes.map((r) => h("div", { class: "radio" }, h("label", {}, h("input", { type: "radio", name: "routing", id: "routing-" + r.key, value: r.key, onchange: () => { state.value = r.key; } }), " ", r.label)))];
}

// Retrieve Provider Info, and then a location from a list in pages
function providerSearch(which, words, told) {
  const npi = plainField(`search.${which}.npi`, `${words} NPI`), role = nativeList("search.roleCode", "Provider Type", told.roles);
  const host = h("div", { class: "locations" }), location_ = { value: "", text: "", error: (text) => host.querySelector(".invalid-feedback") && (host.querySelector(".invalid-feedback").textContent = text) };
  form.fields[`search.${which}.npi`] = npi;
  form.fields[`${which}.location`] = location_;
  form.fields[`${which}.locationText`] = { get value() { return location_.text; } };
  async function retrieve(page) {
    location_.value = location_.text = "";
    host.replaceChildren(h("p", { "aria-busy": "true" }, "Loading\u2026"));
    let answer;
    try { answer = await call("GET", `${V1}/locations?npi=${encodeURIComponent(npi.value)}&role=${role.value}&page=${page}`); } catch (trouble) { host.replaceChildren(oldAlert("danger", trouble.message)); return; }
    const found = answer.body;
    if (found.error) { host.replaceChildren(oldAlert("danger", found.error)); return; }
    host.replaceChildren(h("table", { class: "table", id: `${which}-locations` }, h("thead", {}, h("tr", {}, ["Select", "Provider", "NPI", "Tax ID", "Address"].map((head) => h("th", {}, head)))),
      h("tbody", {}, found.rows.map((row) => h("tr", {}, h("td", {}, h("input", { type: "radio", name: `${which}.location`, value: row.key, "aria-label": `Select ${row.address}`, onchange: () => { location_.value = row.key; location_.text = `${row.address} (Tax ID ${row.tin})`; } })),
        h("td", {}, row.name), h("td", {}, row.npi), h("td", {}, row.tin), h("td", {}, row.address))))),
    h("div", { class: "pager" }, h("button", { type: "button", class: "btn btn-default", disabled: found.page <= 1, onclick: () => retrieve(found.page - 1) }, "Previous"), h("span", {}, `Page ${found.page} of ${found.pages}`),
      h("button", { type: "button", class: "btn btn-default", disabled: found.page >= found.pages, onclick: () => retrieve(found.page + 1) }, "Next Page")), h("div", { class: "invalid-feedback" }));
  }
  return [h("div", { class: "wizard-fields" }, npi.root, role.root), oldButton("Retrieve Provider Info", null, () => retrieve(1), "default"), host];
}
function drawProvider(told) {
  return [title("Requesting Provider"), providerSearch("requestingProvider", "Requesting Provider", told), h("div", { class: "wizard-fields" },
    take("requestingProvider.contactName", plainField("requestingProvider.contactName", "Contact Name")), take("requestingProvider.phone", plainField("requestingProvider.phone", "Contact Phone")), take("requestingProvider.fax", plainField("requestingProvider.fax", "Contact Fax")))];
}
function drawRendering(told) {
  return [title("Rendering Provider and Service Type"), h("div", { class: "wizard-fields" }, take("serviceTypeCode", select2("serviceTypeCode", "Service Type", { options: told.serviceTypes })), take("placeOfServiceCode", select2("placeOfServiceCode", "Place of Service", { options: told.places }))),
    providerSearch("renderingProvider", "Rendering Provider", told), h("h3", {}, "Facility (optional)"), h("div", { class: "wizard-fields" }, take("search.facility.npi", plainField("search.facility.npi", "Facility NPI")))];
}
function ajax(id, label, table) {
  return take(id, select2(id, label, { placeholder: "Type a code or a word", load: async (typed) => (await call("GET", `${V1}/choices/${table}?q=${encodeURIComponent(typed)}`)).body.results }));
}
function drawService(told) {
  const more = h("div", { class: "wizard-fields" }, ajax("diagnoses.0.code", "Diagnosis Code 1", "diagnoses"));
  let count = 1;
  const add = oldButton("Add another diagnosis code", null, () => { if (count < 12) { more.append(ajax(`diagnoses.${count}.code`, `Diagnosis Code ${count + 1}`, "diagnoses")); count += 1; } }, "default");
  const before = h("div"), urgent = h("div");
  const certified = nativeList("certificationTypeCode", "Certification Type", told.certifications, { value: "I", onchange: (v) => before.replaceChildren(v === "I" ? "" : take("previousCertificationNumber", plainField("previousCertificationNumber", "Previous Certification Number"))) });
  const level = select2("serviceLevelCode", "Level of Service", { options: told.levels, onpick: (o) => {
    delete form.fields.urgencyClinician; delete form.fields.urgencyStatement;
    urgent.replaceChildren(...(o.key === "U" ? [take("urgencyClinician", plainField("urgencyClinician", "Clinician Stating Urgency")), take("urgencyStatement", plainField("urgencyStatement", "Statement of Urgency", { rows: 3 }))] : []));
  } });
  form.fields.certificationTypeCode = certified; form.fields.serviceLevelCode = level;
  return [title("Service Information"), h("div", { class: "wizard-fields" }, certified.root, before, take("fromDate", plainField("fromDate", "From Date", { mask: true })), take("toDate", plainField("toDate", "To Date", { mask: true })), take("quantity", plainField("quantity", "Quantity")),
    take("quantityTypeCode", select2("quantityTypeCode", "Quantity Type", { options: told.quantityTypes })), level.root), urgent, more, add, h("div", { class: "wizard-fields" }, ajax("procedures.0.code", "Procedure Code", "procedures"), take("procedures.0.modifiers", plainField("procedures.0.modifiers", "Modifiers"))),
    take("providerNotes.0.message", plainField("providerNotes.0.message", "Provider Notes", { rows: 4, cap: told.cap }))];
}
function pairRows(rows, cls) { return rows.map(([label, value]) => h("div", { class: `${cls}-${cls === "review" ? "row" : "pair"}` }, h("span", { class: `${cls}-label` }, t(label)), h("span", { class: `${cls}-value` }, value))); }
function drawCheck(told) {
  const go = oldButton("Next Steps", "nextStepsButton", () => send());
  return [title("Summary"), h("div", { id: i("auth-summary") }, pairRows(told.rows, "auth")), h("div", { class: "buttons" }, oldButton("Print", "printButton", () => {}, "default"), told.decided ? "" : go)];
}
function drawQuestions(told) {
  return [title("Questionnaire"), told.questions.map((q) => {
    const name = `question.${q.key}`;
    if (!q.options.length) { const field = plainField(name, q.text); form.fields[q.key] = field; return h("div", { class: "question" }, field.root); }
    if (!q.radio) { const field = nativeList(name, q.text, q.options.map((o) => ({ key: o, label: o }))); form.fields[q.key] = field; return h("div", { class: "question" }, field.root); }
    const wrong = h("div", { class: "invalid-feedback" }), state = { value: "", error(text) { wrong.textContent = text || ""; } };
    form.fields[q.key] = state;
    return h("div", { class: "question" }, h("fieldset", { class: "form-group" }, h("legend", {}, q.text), q.options.map((o) => h("label", { class: "radio-inline" }, h("input", { type: "radio", name, value: o, onchange: () => { state.value = o; } }), " ", o)), wrong));
  })];
}
function drawInterqual(told) {
  return [title("InterQual"), h("p", {}, "This request may be reviewed with InterQual criteria."), h("div", { id: "interqual-summary" }, pairRows(told.rows, "auth")),
    h("div", { class: "buttons" }, oldButton("Take me to InterQual", null, () => say("warning", "InterQual opens in another window. Return here when the review is complete.")), oldButton("Skip", null, () => send(), "default"))];
}
function drawAttachments(told) {
  const list = h("div", { id: "attachment-list" }), kind = nativeList("attachmentTypeCode", "Attachment Type", told.kinds), wrong = h("div", { class: "invalid-feedback" });
  const picker = h("input", { type: "file", id: i("filePicker-1"), name: i("filePicker-1"), accept: told.types.map((x) => "." + x).join(",") });
  function draw(files) {
    list.replaceChildren(h("table", { class: "table", id: "attachments" }, h("thead", {}, h("tr", {}, ["File", "Type", "Size", ""].map((x) => h("th", {}, x)))), h("tbody", {}, files.map((f, n) => h("tr", {}, h("td", {}, f.name), h("td", {}, f.kind), h("td", {}, f.size),
      h("td", {}, h("button", { type: "button", class: "btn-link", onclick: async () => draw((await call("DELETE", `${V1}/forms/${form.nonce}/files/${n}`)).body.files) }, "Remove")))))));
  }
  picker.addEventListener("change", async () => {
    const file = picker.files[0];
    if (!file) return;
    wrong.textContent = "";
    busy(true); list.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${API}${V1}/forms/${form.nonce}/files?name=${encodeURIComponent(file.name)}&kind=${kind.value}`, { method: "POST", body: file });
      const told_ = await answer.json();
      if (answer.status === 401) { toSignIn(told_.known); return; }
      if (told_.error) wrong.textContent = told_.error; else if (told_.reset) location.reload(); else draw(told_.files);
    } catch (_) { wrong.textContent = "The file could not be uploaded."; } finally { picker.value = ""; busy(false); list.setAttribute("aria-busy", "false"); }
  });
  return [title("Attachments"), h("p", {}, told.required ? "At least one attachment is required." : "Attachments are optional."), h("div", { class: "wizard-fields" }, kind.root, h("div", { class: "form-group" }, h("label", { for: i("filePicker-1") }, "Add a file"), picker, wrong)), list];
}
function drawReview(told) {
  return [title("Review and Submit"), told.sections.map(([name, rows]) => [h("h3", {}, name), pairRows(rows, "review")]), told.drafts ? oldButton("Save as Draft", null, keepDraft, "default") : ""];
}
async function keepDraft() {
  busy(true);
  const told = (await call("POST", `${V1}/forms/${form.nonce}/draft`, {})).body;
  busy(false);
  if (told.reset) { location.reload(); return; }
  say("success", `Your draft was saved. Draft number ${told.draft}`);
}
async function submit() {
  say("", ""); busy(true);
  let told;
  try { told = await call("POST", `${V1}/forms/${form.nonce}/submit`, { formNonce: form.nonce }); } catch (trouble) { say("danger", trouble.message); busy(false); return; }
  busy(false);
  if (told.body.home) { location.href = HOME; return; }
  if (told.body.reset) { location.reload(); return; }
  if (told.body.error) { say("danger", told.body.error); return; }
  await arrived(told.body);
  history.replaceState(null, "", `#/response/${told.body.id}`);
  main.replaceChildren(heading("Authorization Response"), h("div", { id: i("auth-response") }, told.body.sections.map(([name, rows]) => h("section", {}, h("h2", {}, name), pairRows(rows, "auth")))),
    h("p", {}, "Print this page for your records: it cannot be opened again."), h("div", { class: "buttons" }, oldButton("Print", "printButton", () => {}, "default"), oldButton("New Request", null, () => { location.href = NEW; location.reload(); }, "default")));
}
async function showOnce(reference) {
  root.replaceChildren(main);
  const told = (await call("GET", `${V1}/responses/${reference}`)).body;
  main.replaceChildren(h("h1", {}, "Authorization"), oldAlert("warning", told.error));
}

// Inquiry

async function showInquiry() {
  root.replaceChildren(main);
  main.id = "authInquiry";
  let setup;
  try { setup = (await call("GET", `${V1}/setup`)).body; } catch (trouble) { main.replaceChildren(oldAlert("danger", trouble.message)); return; }
  const f = { organization: select2("organization", "Organization", { options: setup.organizations }), payer: select2("payer", "Payer", { options: setup.payers }), memberId: plainField("memberId", "Member ID"), birthDate: plainField("birthDate", "Patient Date of Birth", { mask: true }),
    referenceNumber: plainField("referenceNumber", "Reference or Certificate Number"), fromDate: plainField("fromDate", "From Date", { mask: true }), toDate: plainField("toDate", "To Date", { mask: true }) };
  let by = "member";
  const who = h("div", { class: "wizard-fields" }), region = h("div", { id: i("auth-results"), "aria-busy": "false" });
  const choose = (value) => { by = value; who.replaceChildren(...(value === "number" ? [f.referenceNumber.root] : [f.memberId.root, f.birthDate.root, f.fromDate.root, f.toDate.root])); };
  const ways = [["member", "Member"], ["number", "Reference or Certificate Number"]].map(([key, label]) => h("label", { class: "radio-inline" }, h("input", { type: "radio", name: "searchBy", value: key, checked: key === "member", onchange: () => choose(key) }), " ", label));
  choose("member");
  const search = h("button", { type: "submit", class: "btn btn-primary" }, "Search");
  let turn = 0;
  async function ask(e) {
    e.preventDefault();
    const mine = ++turn;
    search.disabled = true; region.setAttribute("aria-busy", "true"); note.replaceChildren();
    Object.values(f).forEach((field) => field.error(""));
    let told;
    try { told = await call("POST", "/v1/service-reviews", { by, ...Object.fromEntries(Object.entries(f).map(([k, x]) => [k, x.value])) }); } catch (trouble) { say("danger", trouble.message); told = null; }
    if (mine !== turn) return;
    search.disabled = false;
    if (!told) { region.setAttribute("aria-busy", "false"); return; }
    if (told.body.captcha) { captchaWall(); return; }
    if (told.body.reset) { location.reload(); return; }
    if (told.status === 400) { for (const [name, message] of Object.entries(told.body.fields)) f[name].error(message); region.setAttribute("aria-busy", "false"); return; }
    if (told.status === 409) { region.replaceChildren(); say("danger", told.body.error); region.setAttribute("aria-busy", "false"); return; }
    await arrived(told.body);
    drawList(region, told.body);
    region.setAttribute("aria-busy", "false");
  }
  main.replaceChildren(heading("Auth/Referral Inquiry"), note, h("form", { id: "inquiryForm", novalidate: true, onsubmit: ask, class: "wizard-step" }, h("div", { class: "wizard-fields" }, f.organization.root, f.payer.root), h("fieldset", {}, h("legend", {}, "Search by"), ways), who, search), region);
}
function shuffled(columns, rows) {
  const order = columns.map((_, n) => n);
  if (layout.reordered) order.reverse();
  return [order.map((n) => t(columns[n])), rows.map((row) => ({ ...row, cells: order.map((n) => row.cells[n]) }))];
}
function listTable(body, open) {
  const [columns, rows] = shuffled(body.columns, body.rows);
  const table = h("table", { class: "table", id: i("authsTable") }, h("thead", {}, h("tr", {}, columns.map((c) => h("th", {}, c)), h("th", {}, "Action"))),
    h("tbody", {}, rows.map((row) => h("tr", {}, row.cells.map((cell) => h("td", {}, cell)), h("td", {}, row.ref ? h("button", { type: "button", class: "btn-link", onclick: () => open(row.ref) }, t("View")) : "")))));
  return h("div", { class: "table-scroll" }, table);
}
function drawList(region, body) {
  const echo = h("div", { class: "search-echo" }, pairRows(body.echo, "auth"));
  const head = [layout.unmarked ? "" : h("h2", {}, "Search Results"), echo, ...body.notes.map((text) => oldAlert("info", text))];
  const last = h("p", { class: "transaction" }, `Transaction ID: ${body.transactionId}`);
  if (body.error) { region.replaceChildren(...head, oldAlert("warning", body.error), last); return; }
  const turn = async (page) => { region.setAttribute("aria-busy", "true"); const told = (await call("GET", `/v1/service-reviews/${body.id}?page=${page}`)).body; drawList(region, told); region.setAttribute("aria-busy", "false"); };
  const open = async (ref) => {
    region.setAttribute("aria-busy", "true");
    let told;
    try { told = await call("GET", `/v1/service-reviews/${body.id}/${ref}`); } catch (trouble) { say("danger", trouble.message); region.setAttribute("aria-busy", "false"); return; }
    if (told.body.error) { say("danger", told.body.error); region.setAttribute("aria-busy", "false"); return; }
    await arrived(told.body);
    drawDetail(region, told.body.rows, () => drawList(region, body));
    region.setAttribute("aria-busy", "false");
  };
  region.replaceChildren(...head, h("p", { class: "count" }, `Displaying ${body.total} request${body.total === 1 ? "" : "s"}`), listTable(body, open),
    h("div", { class: "pager" }, h("button", { type: "button", class: "btn btn-default", disabled: body.page <= 1, onclick: () => turn(body.page - 1) }, "Previous"), h("span", {}, `Page ${body.page} of ${body.pages}`), h("button", { type: "button", class: "btn btn-default", disabled: body.page >= body.pages, onclick: () => turn(body.page + 1) }, "Next Page")), last);
}
function drawDetail(region, rows, back) {
  region.replaceChildren(h("div", { id: i("auth-detail") }, layout.unmarked ? "" : h("h2", {}, "Authorization Details"), pairRows(rows, "auth")), h("div", { class: "buttons" }, oldButton("Back to Results", null, back, "default")));
}

// Dashboard

async function showDashboard() {
  const region = h("div", { id: i("auth-dashboard"), "aria-busy": "true" });
  main.id = "authDashboard";
  root.replaceChildren(main);
  main.replaceChildren(heading("Auth/Referral Dashboard"), note, region);
  let told;
  try { told = await call("GET", "/v1/service-reviews/dashboard"); } catch (trouble) { say("danger", trouble.message); region.setAttribute("aria-busy", "false"); return; }
  if (told.body.error) { say("danger", told.body.error); region.setAttribute("aria-busy", "false"); return; }
  await arrived(told.body);
  const list = () => region.replaceChildren(told.body.rows.length ? listTable(told.body, open) : oldAlert("info", "You have no requests."));
  const open = async (ref) => {
    region.setAttribute("aria-busy", "true");
    const one = await call("GET", `/v1/service-reviews/dashboard/${ref}`);
    if (one.body.error) say("danger", one.body.error); else { await arrived(one.body); drawDetail(region, one.body.rows, list); }
    region.setAttribute("aria-busy", "false");
  };
  list();
  region.setAttribute("aria-busy", "false");
}

const VIEWS = { [HOME]: showHome, [NEW]: showWizard, [INQUIRY]: showInquiry, [DASHBOARD]: showDashboard };
begin(VIEWS[location.pathname] || showHome);
