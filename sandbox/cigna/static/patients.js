"use strict";
// Patient search, and one patient's benefits.

async function patientsPage(main) {
  const setup = await call("GET", "/api/patient/setup");
  if (noAccess(setup, main, "Patient search")) return;
  const place = h("div", {});
  const result = h("div", {});
  main.replaceChildren(title("Patient search"), place, result);
  patientForm(place, result, setup, { used: false, stuck: layout.stuck });
}

function patientRow(n, ready) {
  const named = (control) => ({ formcontrolname: control, oninput: ready });
  const fields = {
    id: input(`patient_id_${n}`, "Patient ID", `patient_dob_${n}`, named("patientId")),
    dob: input(`patient_dob_${n}`, "Date of birth", `patient_FN_${n}`, { ...named("dateOfBirth"), placeholder: "MM/DD/YYYY" }),
    first: input(`patient_FN_${n}`, "First name (optional)", `patient_LN_${n}`, named("firstName")),
    last: input(`patient_LN_${n}`, "Last name (optional)", `patient_id_${n}`, named("lastName")),
  };
  const order = layout.moved ? ["last", "first", "dob", "id"] : ["id", "dob", "first", "last"];
  return { fields, root: h("cigna-row", { class: "patient-row" }, order.map((name) => fields[name].root)) };
}

function patientForm(place, result, setup, state) {
  const rows = [];
  const list = h("div", {});
  const filled = (row) => row.fields.dob.value && (row.fields.id.value || (row.fields.first.value && row.fields.last.value));
  const ready = () => sender.able(!state.busy && rows.every(filled));
  const more = () => { if (rows.length < setup.most) { const row = patientRow(rows.length, () => ready()); rows.push(row); list.append(row.root); ready(); } };
  const sender = button("search-submit-button", "Search", async () => {
    if (state.stuck && state.used) return;
    state.busy = true; ready();
    result.setAttribute("aria-busy", "true");
    try {
      const patients = rows.map((row) => Object.fromEntries(Object.entries(row.fields).map(([name, field]) => [name, field.value])));
      const answer = await call("POST", "/api/patient/search", { nonce: setup.nonce, patients });
      state.used = true; state.busy = false;
      result.removeAttribute("aria-busy");
      if (answer.reset) { result.replaceChildren(); patientForm(place, result, setup, state); return; }
      ready();
      patientResults(answer, result);
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) result.replaceChildren(message("service-trouble", trouble.message));
    }
  });
  const add = h("button", { type: "button", ...T("add-patient-button"), onclick: more }, "Add another patient");
  place.replaceChildren(h("cigna-patient-search", { class: "cdk-card" }, list, h("div", {}, add, sender.root)));
  more();
}

function patientResults(answer, result) {
  result.replaceChildren();
  if (answer.trouble) { result.append(message("service-message", answer.trouble)); return; }
  answer.said.forEach((words) => result.append(message("patient-search-message", words)));
  if (!answer.rows.length) return;
  const open = (n) => {
    const there = () => go(`/app/patient/${answer.id}/${n}`);
    if (!answer.rows[n].confirm) { there(); return; }
    dialog("Confirm patient", [h("p", {}, `You are about to view ${answer.rows[n].cells[1]}, born ${answer.rows[n].cells[2]}.`)],
      [["Confirm", "btn-confirm", there], ["Cancel", "btn-cancel"]]);
  };
  const rows = answer.rows.map((row, n) => [h("a", { href: `/app/patient/${answer.id}/${n}`, ...T(`patient-id-${n}`),
    onclick: (e) => { e.preventDefault(); open(n); } }, row.cells[0]), ...row.cells.slice(1)]);
  const table = grid(answer.columns, rows, T("patient-search-result-table"));
  const heading = layout.unmarked ? "" : h("h2", {}, "Search results");
  if (layout.moved) result.append(heading, table);
  else result.append(h("cigna-patient-results", { class: "cdk-card" }, heading, table));
}

async function patientPage(main, where) {
  const state = { panel: h("div", {}) };
  const day = input("coverage_as_of", "Coverage as of", "coverage_as_of", { placeholder: "MM/DD/YYYY" });
  day.field.value = boot.today;
  const update = button("coverage-update-button", "Update", () => load(`?asOf=${encodeURIComponent(day.value)}`));
  const back = h("nav", { "aria-label": "Breadcrumb" }, h("a", { href: "/app/patient/search", onclick: (e) => { e.preventDefault(); go("/app/patient/search"); } }, "Patient Search"));
  main.replaceChildren(back, title("Patient details"), h("div", { class: "cdk-card" }, day.root, update.root), state.panel);
  async function load(asked) {
    update.able(false);
    state.panel.setAttribute("aria-busy", "true");
    if (!state.panel.childElementCount) state.panel.append(spinner("Loading coverage"));
    try {
      benefits(await call("GET", `/api/patient/${where}${asked}`), state.panel);
    } catch (trouble) { if (!(trouble instanceof Halt)) state.panel.replaceChildren(message("service-trouble", trouble.message)); }
    state.panel.removeAttribute("aria-busy");
    update.able(true);
  }
  await load("");
}

function benefits(answer, panel) {
  panel.replaceChildren();
  if (answer.trouble) { panel.append(message("service-message", answer.trouble)); return; }
  if (answer.said) { panel.append(message("coverage-message", answer.said)); return; }
  const person = h("section", { class: "cdk-card", ...T("patient-information") }, h("h2", {}, "Patient information"), pairs(answer.person));
  const facts = [["Coverage as of", answer.asOf], ["Confirmation number", answer.number], ...answer.summary];
  const summary = h("section", { class: "cdk-card", ...T("coverage-summary") }, h("h2", {}, "Coverage"), pairs(facts),
    answer.plans.length > 1 ? h("ul", {}, answer.plans.map((name) => h("li", T("coverage-plan"), name))) : "");
  const shared = answer.shared ? h("section", { class: "cdk-card", ...T("shared-administration") }, h("h2", {}, "Shared administration"),
    h("p", {}, answer.shared.text), pairs(answer.shared.pairs)) : "";
  const others = h("section", { class: "cdk-card", ...T("other-insurance-section") }, h("h2", {}, "Other insurance"),
    answer.others.length ? answer.others.map((one) => h("div", T("other-insurance"), pairs(one))) : h("p", {}, "None on file."));
  const messages = answer.messages.length ? h("section", { class: "cdk-card" }, answer.messages.map((words) => h("p", T("coverage-note"), words))) : "";
  const parts = layout.moved ? [summary, person] : [person, summary];
  panel.append(h("cigna-benefits", {}, layout.moved ? [shared, others, messages, tabs(answer)] : [parts, shared, tabs(answer), others, messages]), ...(layout.moved ? parts : []));
}

function tabs(answer) {
  const panel = h("div", { role: "tabpanel" });
  const show = (tab, head) => {
    heads.forEach((other) => other.setAttribute("aria-selected", String(other === head)));
    panel.replaceChildren(h("h3", {}, `${tab.title} benefits`),
      tab.rows.length ? grid(answer.columns, tab.rows, T(`benefits-table-${tab.key}`)) : h("p", T(`benefits-none-${tab.key}`), answer.nothing));
  };
  const heads = answer.tabs.map((tab) => h("button", { type: "button", role: "tab", "aria-selected": "false", ...T(`benefits-tab-${tab.key}`),
    onclick: (e) => show(tab, e.currentTarget) }, tab.title));
  show(answer.tabs[0], heads[0]);
  return h("section", { class: "cdk-card" }, h("div", { role: "tablist" }, heads), panel);
}
