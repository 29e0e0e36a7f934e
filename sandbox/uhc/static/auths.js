"use strict";
// Prior Authorization and Notification: what a plan needs, the request in three steps, and the requests that stand there.

const AUTH = "/api/prior-auth";
const note = (words) => h("div", { class: cls("banner"), role: "alert", "data-testid": "auth-message" }, words);
const sorry = (words) => h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, words);
const heading = (words) => (layout.unmarked ? "" : h("h1", {}, words));

async function authPage(main, where, told) {
  if (where === "new") await newAuth(main);
  else if (where === "search") await authSearch(main);
  else if (where === "request") await oneAuth(main, told);
  else await authHome(main);
}

async function authHome(main) {
  await call("GET", `${AUTH}/home`);
  const go = (label, testid, there) => h("button", { type: "button", "data-testid": i(testid), onclick: () => { location.hash = there; } }, t(label));
  const ways = [go("Create a new request", "auth-create-request", "#/prior-auth/new"), " ", go("Search existing requests", "auth-search-requests", "#/prior-auth/search")];
  main.replaceChildren(heading("Prior Authorization and Notification"),
    h("p", {}, "Find out whether a plan needs prior authorization, notification or a referral, and submit a request."), ...(layout.moved ? ways.reverse() : ways));
}

// A step is sent once; what comes back is the next page, a message, or a form that is empty again.
async function sendStep(state, sender, message, path, body, again) {
  state.busy = true; sender.able(false); message.replaceChildren();
  try {
    const answer = await call("POST", path, body);
    state.busy = false;
    if (answer.reset) { again(); return; }
    if (answer.home) { location.hash = "#/prior-auth"; return; }
    if (answer.message) { message.replaceChildren(note(answer.message)); sender.able(true); return; }
    authStep(answer, state);
  } catch (trouble) {
    state.busy = false; sender.able(true);
    if (!(trouble instanceof Halt)) message.replaceChildren(sorry(trouble.message));
  }
}

function authStep(answer, state) {
  if (answer.requirement) requirement(answer, state);
  else if (answer.review) reviewed(answer.review, state);
  else if (answer.response) responded(answer.response, state);
}

async function newAuth(main) {
  const begun = await call("GET", `${AUTH}/new`);
  checkForm({ main, nonce: begun.nonce, busy: false });
}

function checkForm(state) {
  const ready = () => sender.able(!state.busy && memberId.value.trim() && code.value.trim() && born.value && on.value);
  const memberId = text("auth-member-id", null, "Member ID", { name: i("auth.memberId"), oninput: () => ready() });
  const born = masked("auth-date-of-birth", null, "Date of birth", () => ready(), { name: i("auth.dateOfBirth") });
  const on = masked("auth-date-of-service", null, "Date of service", () => ready(), { name: i("auth.dateOfService") });
  const code = text("auth-procedure-code", null, "Procedure code", { name: i("auth.procedureCode"), oninput: () => ready() });
  const message = h("div", {});
  const sender = submit("submit-auth-check-button", "Check Requirements", () => sendStep(state, sender, message, `${AUTH}/forms/${state.nonce}/check`,
    { memberId: memberId.value, born: born.value, on: on.value, code: code.value }, () => checkForm(state)));
  const fields = [memberId.root, born.root, on.root, code.root];
  state.main.replaceChildren(heading("Check Requirements"), h("div", {}, layout.moved ? fields.reverse() : fields), message, h("div", {}, sender.button));
  ready();
}

function requirement(answer, state) {
  const box = h("section", { "data-testid": i("auth-requirement") }, pairs(answer.requirement.pairs));
  const on = answer.requirement.goesOn ? h("button", { type: "button", "data-testid": i("auth-continue"), onclick: () => detailForm(answer.setup, state) }, t("Continue")) : "";
  state.main.replaceChildren(heading("Requirements"), ...(layout.moved ? [on, box] : [box, on]));
}

function area(id, name, label, cap) {
  const input = h("textarea", { id, name: i(name), maxlength: cap, rows: 6, cols: 70 });
  return { root: h("div", {}, h("label", { for: id }, t(label)), input), get value() { return input.value; } };
}

function listOf(id, label, options) { return choice(id, i(`${id}-abyss-select-input`), t(label), ["Select", ...options], () => {}); }

function detailForm(setup, state) {
  const plainText = (name, label) => text(`auth-${name}`, null, label, { name: i(`auth.${name}`) });
  const fields = {
    type: listOf("auth-type", "Request type", setup.types), previous: plainText("previous", "Previous reference number"),
    requestingNpi: plainText("requestingNpi", "Requesting NPI"), servicingNpi: plainText("servicingNpi", "Servicing NPI"),
    facilityNpi: plainText("facilityNpi", "Facility NPI"), tin: listOf("auth-tin", "Tax ID", setup.tins),
    contactName: plainText("contactName", "Contact name"), contactPhone: plainText("contactPhone", "Contact phone"), contactFax: plainText("contactFax", "Contact fax"),
    service: listOf("auth-service", "Service type", setup.services), place: listOf("auth-place", "Place of service", setup.places),
    start: masked("auth-start", null, "Start date", () => {}, { name: i("auth.start") }), end: masked("auth-end", null, "End date", () => {}, { name: i("auth.end") }),
    modifiers: plainText("modifiers", "Modifiers"), units: plainText("units", "Number of units"), unitType: listOf("auth-unit-type", "Unit type", setup.unitTypes),
    expeditedBy: plainText("expeditedBy", "Expedited review requested by"), expeditedWhy: area("auth-expedited-why", "auth.expeditedWhy", "Reason for expedited review", 500),
  };
  for (let n = 1; n <= setup.diagnoses; n += 1) fields[`diagnosis.${n}`] = plainText(`diagnosis.${n}`, `Diagnosis code ${n}`);
  fields.note = area("auth-note", "auth.note", "Clinical note", setup.cap);
  const urgency = radios("auth.urgency", "Review type", setup.urgencies.map((one) => [one, one]), () => draw());
  const draw = () => { [fields.expeditedBy, fields.expeditedWhy].forEach((field) => { field.root.hidden = urgency.value === setup.urgencies[0]; }); };
  const questions = setup.questions.map((one) => {
    const field = one.options.length ? listOf(`auth-q-${one.key}`, one.text, one.options) : text(`auth-q-${one.key}`, null, one.text);
    field.root.setAttribute("data-testid", "auth-question");
    fields[`q.${one.key}`] = field;
    return field.root;
  });
  const message = h("div", {});
  const files = attachments(setup, state, message);
  const sender = submit("submit-auth-details-button", "Review Request", () => {
    const values = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value === "Select" ? "" : field.value]));
    sendStep(state, sender, message, `${AUTH}/forms/${state.nonce}/review`, { ...values, urgency: urgency.value }, () => newAuth(state.main));
  });
  const own = Object.entries(fields).filter(([name]) => !name.startsWith("q.")).map(([, field]) => field.root);
  const parts = [...own, urgency.root];
  state.main.replaceChildren(heading("Request Details"), h("div", {}, layout.moved ? parts.reverse() : parts),
    questions.length ? h("section", {}, h("h3", {}, "Clinical Questions"), questions) : "", files, message, h("div", {}, sender.button));
  draw();
  sender.able(true);
}

function attachments(setup, state, message) {
  const kind = listOf("auth-file-kind", "Document type", setup.kinds);
  const input = h("input", { id: "auth-file", type: "file", name: i("auth.file") });
  const list = h("div", {});
  input.addEventListener("change", async () => {
    const file = input.files[0];
    if (!file) return;
    message.replaceChildren();
    const answer = await fetch(`${AUTH}/forms/${state.nonce}/files?name=${encodeURIComponent(file.name)}&kind=${encodeURIComponent(kind.value)}`, { method: "POST", body: file });
    if (answer.status === 401) { location.assign((await answer.json()).to); return; }
    const told = answer.ok ? await answer.json() : { error: TROUBLE };
    input.value = "";
    if (told.error) { message.replaceChildren(note(told.error)); return; }
    list.replaceChildren(grid(["File", "Document Type", "Size"], told.files, { "data-testid": i("auth-files") }));
  });
  return h("section", {}, h("h3", {}, "Attachments"), kind.root, h("label", { for: "auth-file" }, t("Choose a file")), input, list);
}

function reviewed(rows, state) {
  const message = h("div", {});
  const sender = submit("submit-auth-button", "Submit", () => sendStep(state, sender, message, `${AUTH}/forms/${state.nonce}/submit`, {}, () => newAuth(state.main)));
  const box = h("section", { "data-testid": i("auth-review") }, pairs(rows));
  const foot = h("div", {}, sender.button, " ", h("button", { type: "button", onclick: () => newAuth(state.main) }, "Start over"));
  state.main.replaceChildren(heading("Review Request"), ...(layout.moved ? [foot, message, box] : [box, message, foot]));
  sender.able(true);
}

function responded(rows, state) {
  const box = h("section", { "data-testid": i("auth-response") }, pairs(rows));
  const said = h("p", {}, "Keep the reference number for your records. A decision on medical necessity is not a guarantee of payment.");
  state.main.replaceChildren(heading("Request Submitted"), ...(layout.moved ? [said, box] : [box, said]));
}

// The search of requests, its list in pages, and one request at an address of its own.

async function authSearch(main) {
  const setup = await call("GET", `${AUTH}/search`);
  const form = h("div", {}), result = h("div", {});
  main.replaceChildren(heading("Search Requests"), form, result);
  authSearchForm(form, result, setup, { busy: false });
}

function authSearchForm(form, result, setup, state) {
  const byNumber = () => way.value === "number";
  const ready = () => sender.able(!state.busy && (byNumber() ? number.value.trim() : memberId.value.trim() && born.value && start.value && end.value));
  const way = radios("authSearch.by", "Search by", setup.ways.map((one) => [one === setup.ways[0] ? "member" : "number", one]), () => draw());
  const memberId = text("auth-search-member-id", null, "Member ID", { name: i("authSearch.memberId"), oninput: () => ready() });
  const born = masked("auth-search-date-of-birth", null, "Date of birth", () => ready(), { name: "authSearch.dateOfBirth" });
  const start = masked("auth-search-from", null, "From", () => ready(), { name: "authSearch.from" });
  const end = masked("auth-search-to", null, "To", () => ready(), { name: "authSearch.to" });
  const number = text("auth-search-number", null, "Reference number", { name: i("authSearch.number"), oninput: () => ready() });
  const draw = () => { [memberId, born, start, end].forEach((field) => { field.root.hidden = byNumber(); }); number.root.hidden = !byNumber(); ready(); };
  const sender = submit("submit-auth-search-button", "Search Requests", async () => {
    state.busy = true; ready(); clearPopups();
    try {
      const answer = await call("POST", `${AUTH}/search`, { way: byNumber() ? setup.ways[1] : setup.ways[0], memberId: memberId.value,
        born: born.value, start: start.value, end: end.value, number: number.value });
      state.busy = false;
      if (answer.reset) { result.replaceChildren(); authSearchForm(form, result, setup, state); return; }
      ready();
      authList(answer, result);
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) result.replaceChildren(sorry(trouble.message));
    }
  });
  const fields = [memberId.root, born.root, start.root, end.root, number.root];
  form.replaceChildren(way.root, ...(layout.moved ? fields.reverse() : fields), sender.button);
  draw();
}

function authList(answer, result) {
  result.replaceChildren();
  if (answer.popup) { popup(answer.popup); return; }
  const says = h("p", { "data-testid": i("auth-echo") }, answer.says);
  if (answer.none) { result.append(says, h("p", { "data-testid": "no-requests-found" }, answer.none)); return; }
  const last = answer.first + answer.rows.length - 1;
  const label = h("h2", { "data-testid": "auth-results-label" }, `Requests: ${answer.first}-${last} of ${answer.total}`);
  const rows = answer.rows.map((row) => [h("a", { href: `#/prior-auth/request/${row[0]}` }, row[0]), ...row.slice(1)]);
  const table = grid(answer.columns, rows, { "data-testid": i("auth-results") });
  const turn = (page) => async () => {
    pager.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    try { authList(await call("GET", `${AUTH}/search/${answer.id}?page=${page}`), result); } catch (trouble) { if (!(trouble instanceof Halt)) popup(trouble.message); }
  };
  const pager = h("nav", { "aria-label": "pages" },
    h("button", { type: "button", disabled: answer.page <= 1, onclick: turn(answer.page - 1) }, "Previous page"),
    h("button", { type: "button", disabled: answer.page >= answer.pages, onclick: turn(answer.page + 1) }, "Next page"));
  result.append(...(layout.moved ? [pager, label, table, says] : [says, label, table, pager]));
}

async function oneAuth(main, reference) {
  main.replaceChildren(h("p", {}, "Please wait while we retrieve the request."));
  const told = await call("GET", `${AUTH}/requests/${reference}`);
  if (told.trouble) { main.replaceChildren(sorry(told.trouble)); return; }
  const back = h("button", { type: "button", onclick: () => history.back() }, "Back to results");
  const box = h("section", { "data-testid": i("auth-detail") }, pairs(told.pairs));
  main.replaceChildren(heading("Request"), ...(layout.moved ? [box, back] : [back, box]));
}
