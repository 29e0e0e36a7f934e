"use strict";
// Claims: the search in its four kinds, the list in pages, and one claim.

const kept = { list: null };

async function claimsPage(main) {
  const setup = await call("GET", "/api/claim/setup");
  if (noAccess(setup, main, "Claims search")) return;
  const form = h("div", {});
  const result = h("div", {});
  kept.list = { form, result };
  main.replaceChildren(title("Claims search"), form, result);
  searchForm(form, result, setup, CLAIM_FORM, { used: false, stuck: layout.stuck });
}

const CLAIM_FORM = {
  component: "cigna-claim-search", name: "searchType", test: "patient-search-button", reset: "reset", path: "/api/claim/search",
  shown: (answer, result) => claimList(answer, result),
  fields: (ready) => {
    const named = (control, more) => ({ formcontrolname: control, oninput: ready, ...more });
    return {
      firstName: input("firstName", "First name", "lastName", named("first")),
      lastName: input("lastName", "Last name", "memberId", named("last")),
      memberId: input("memberId", "Cigna patient ID", "firstName", named("patientId")),
      dateOfBirth: input("dateOfBirth", "Date of birth", "memberId", named("birthDate", DATED)),
      claimNumber: input("claimNumber", "Claim reference number", "memberId", named("reference")),
      fromDate: input("fromDate", "From", "throughDate", named("from", DATED)),
      throughDate: input("throughDate", "Through", "fromDate", named("through", DATED)),
    };
  },
};

function claimList(answer, result) {
  pagedList(answer, result, {
    component: "cigna-claim-results", test: "claims-threesixty-search-result-table", page: `/api/claim/${answer.id}`,
    cellOf: (n) => T(`c360-result-table-${answer.columns[n][0]}-cell`),
    rowOf: (row) => [h("a", { href: `/app/claim/${answer.id}/${row.ref}`,
      onclick: (e) => { e.preventDefault(); go(`/app/claim/${answer.id}/${row.ref}`); } }, row.cells[0]), ...row.cells.slice(1)],
  });
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
