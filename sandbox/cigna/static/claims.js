"use strict";
// Claims: the search in its four kinds, the list in pages, and one claim.

const kept = { list: null };

async function claimsPage(main) {
  const setup = await call("GET", "/api/claim/setup");
  const form = h("div", {});
  const result = h("div", {});
  kept.list = { form, result };
  main.replaceChildren(title("Claims search"), form, result);
  claimForm(form, result, setup, { used: false, stuck: layout.stuck });
}

function claimForm(form, result, setup, state) {
  const ready = () => sender.able(!state.busy && kind.needs.every((name) => fields[name].value));
  const named = (control, more) => ({ formcontrolname: control, oninput: () => ready(), ...more });
  const dated = { placeholder: "MM/DD/YYYY" };
  const fields = {
    firstName: input("firstName", "First name", "lastName", named("first")),
    lastName: input("lastName", "Last name", "memberId", named("last")),
    memberId: input("memberId", "Cigna patient ID", "firstName", named("patientId")),
    dateOfBirth: input("dateOfBirth", "Date of birth", "memberId", named("birthDate", dated)),
    claimNumber: input("claimNumber", "Claim reference number", "memberId", named("reference")),
    fromDate: input("fromDate", "From", "throughDate", named("from", dated)),
    throughDate: input("throughDate", "Through", "fromDate", named("through", dated)),
  };
  let kind = setup.kinds[0];
  const draw = () => { Object.entries(fields).forEach(([name, field]) => { field.root.hidden = !kind.needs.includes(name); field.root.style.display = field.root.hidden ? "none" : ""; }); ready(); };
  const radios = h("cigna-radio-group", { role: "radiogroup", "aria-label": "Search by" }, setup.kinds.map((one) => [
    h("input", { type: "radio", name: "searchType", id: one.id, value: one.value, checked: one === kind, onchange: () => { kind = one; draw(); } }),
    h("label", { for: one.id }, one.label)]));
  const sender = button("patient-search-button", "Search", async () => {
    if (state.stuck && state.used) return;
    state.busy = true; ready();
    result.setAttribute("aria-busy", "true");
    try {
      const told = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
      const answer = await call("POST", "/api/claim/search", { nonce: setup.nonce, kind: kind.value, ...told });
      state.used = true; state.busy = false;
      result.removeAttribute("aria-busy");
      if (answer.reset) { result.replaceChildren(); claimForm(form, result, setup, state); return; }
      ready();
      claimList(answer, result);
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) result.replaceChildren(message("service-trouble", trouble.message));
    }
  });
  const reset = button("reset", "Clear", () => { Object.values(fields).forEach((field) => { field.field.value = ""; }); ready(); });
  const order = Object.values(fields).map((field) => field.root);
  if (layout.moved) order.reverse();
  form.replaceChildren(h("cigna-claim-search", { class: "cdk-card" }, radios, order, h("div", {}, sender.root, reset.root)));
  draw();
}

function claimList(answer, result) {
  result.replaceChildren();
  if (answer.trouble) { result.append(message("service-message", answer.trouble)); return; }
  if (answer.none) { result.append(h("p", T("no-results-message"), answer.none)); return; }
  const rows = answer.rows.map((row) => [h("a", { href: `/app/claim/${answer.id}/${row.ref}`,
    onclick: (e) => { e.preventDefault(); go(`/app/claim/${answer.id}/${row.ref}`); } }, row.cells[0]), ...row.cells.slice(1)]);
  const cellOf = (n) => T(`c360-result-table-${answer.columns[n][0]}-cell`);
  const table = grid(answer.columns.map(([, words]) => words), rows, T("claims-threesixty-search-result-table"), cellOf);
  const last = answer.first + answer.rows.length - 1;
  const turn = (page) => async () => {
    pager.querySelectorAll("button").forEach((one) => { one.disabled = true; });
    try { claimList(await call("GET", `/api/claim/${answer.id}?page=${page}`), result); }
    catch (trouble) { if (!(trouble instanceof Halt)) result.prepend(message("service-trouble", trouble.message)); }
  };
  const pager = h("mat-paginator", { class: "mat-mdc-paginator" },
    h("div", { class: "mat-mdc-paginator-range-label" }, `${answer.first} \u2013 ${last} of ${answer.total}`),
    h("button", { type: "button", "aria-label": "Previous page", disabled: answer.page <= 1, onclick: turn(answer.page - 1) }, "\u2039"),
    h("button", { type: "button", "aria-label": "Next page", disabled: answer.page >= answer.pages, onclick: turn(answer.page + 1) }, "\u203a"));
  const heading = layout.unmarked ? "" : h("h2", {}, "Search results");
  if (layout.moved) result.append(heading, pager, table);
  else result.append(h("cigna-claim-results", { class: "cdk-card" }, heading, table, pager));
}

async function claimPage(main, where) {
  const crumb = h("nav", { "aria-label": "Breadcrumb" }, h("a", { href: "/app/claim/search", onclick: (e) => { e.preventDefault(); go("/app/claim/search", true); } }, "Claim Search"));
  main.replaceChildren(crumb, spinner("Loading claim"));
  try {
    const claim = await call("GET", `/api/claim/${where}`);
    if (claim.trouble) { main.replaceChildren(crumb, message("service-message", claim.trouble)); return; }
    const facts = h("section", { class: "cdk-card", ...T("claim-detail-summary") }, pairs(claim.facts));
    const notes = h("section", { class: "cdk-card", ...T("claim-notes") }, h("h2", {}, "Claim notes"),
      claim.notes.length ? pairs(claim.notes) : h("p", {}, "No notes."));
    const cellOf = (n) => T(`claim-payment-${claim.paymentColumns[n][0]}-cell`);
    const payments = h("section", { class: "cdk-card", ...T("claim-payment-information") }, h("h2", {}, "Payment information"), claim.payments.length
      ? grid(claim.paymentColumns.map(([, words]) => words), claim.payments, T("claim-payment-table"), cellOf)
      : h("p", {}, "No payment information is available."));
    const remarks = h("section", { class: "cdk-card" }, h("h2", {}, "Explanation of Remark Codes"),
      h("ul", {}, claim.remarks.map(([code, words]) => h("li", T("remark-code-explanation"), `${code}: ${words}`))));
    const procedures = h("section", { class: "cdk-card", ...T("claim-procedures") }, h("h2", {}, "Procedures"),
      grid(claim.columns, claim.procedures, T("claim-procedure-table")), claim.remarks.length ? remarks : "");
    const parts = layout.moved ? [procedures, payments, notes, facts] : [facts, notes, payments, procedures];
    main.replaceChildren(crumb, title("Claim details"), h("cigna-claim-detail", {}, parts));
  } catch (trouble) {
    if (!(trouble instanceof Halt)) main.replaceChildren(crumb, message("service-trouble", trouble.message));
  }
}
