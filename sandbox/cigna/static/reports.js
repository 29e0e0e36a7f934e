"use strict";
// Remittance Reports and Message Center: a search each, a list in pages, and a document behind every row.

async function remittancePage(main) {
  const setup = await call("GET", "/api/remittance/setup");
  if (noAccess(setup, main, "Remittance Reports")) return;
  const form = h("div", {});
  const result = h("div", {});
  main.replaceChildren(title("Remittance Reports"), form, result);
  searchForm(form, result, setup, REMITTANCE_FORM, { used: false, stuck: layout.stuck });
}

const REMITTANCE_FORM = {
  component: "cigna-remittance-search", name: "reportType", test: "remittance-search-button", reset: "remittance-reset", path: "/api/remittance/search",
  shown: (answer, result) => reports(answer, result, "remittance", "remittance-result-table", "report", "View report"),
  fields: (ready) => {
    const named = (control, more) => ({ formcontrolname: control, oninput: ready, ...more });
    return {
      depositFrom: input("depositFrom", "Deposit date from", "depositFrom", named("depositFrom", DATED)),
      depositThrough: input("depositThrough", "Deposit date through", "depositThrough", named("depositThrough", DATED)),
      depositAmount: input("depositAmount", "Deposit amount (optional)", "depositAmount", named("depositAmount")),
      memberId: input("reportMemberId", "Patient ID", "reportMemberId", named("patientId")),
      dateOfBirth: input("reportDateOfBirth", "Date of birth", "reportDateOfBirth", named("birthDate", DATED)),
      subscriberName: input("reportSubscriberName", "Subscriber last name", "reportSubscriberName", named("subscriber")),
      memberFirstName: input("reportFirstName", "Patient first name", "reportFirstName", named("first")),
      claimNumber: input("reportClaimNumber", "Claim/reference number", "reportClaimNumber", named("reference")),
      trackingNumber: input("trackingNumber", "Remittance tracking number", "trackingNumber", named("tracking")),
    };
  },
};

async function messagesPage(main) {
  const setup = await call("GET", "/api/messages/setup");
  if (noAccess(setup, main, "Message Center")) return;
  const form = h("div", {});
  const result = h("div", {});
  const denied = setup.kinds.filter((kind) => kind.denied).map((kind) => h("p", T("no-access-message"), `${kind.label}: ${kind.denied}`));
  main.replaceChildren(title("Message Center"), ...denied, form, result);
  searchForm(form, result, setup, LETTER_FORM, { used: false, stuck: layout.stuck });
}

const LETTER_FORM = {
  component: "cigna-letter-search", name: "letterType", test: "letter-search-button", reset: "letter-reset", path: "/api/messages/search",
  shown: (answer, result) => reports(answer, result, "messages", "letter-result-table", "document", "View letter"),
  fields: (ready) => ({
    fromDate: input("letterFrom", "From", "letterFrom", { formcontrolname: "from", oninput: ready, ...DATED }),
    throughDate: input("letterThrough", "Through", "letterThrough", { formcontrolname: "through", oninput: ready, ...DATED }),
  }),
};

function reports(answer, result, tool, table, file, words) {
  if (answer.denied) { result.replaceChildren(message("no-access-message", answer.denied)); return; }
  const view = (row) => h("button", { type: "button", ...T(`${tool}-view-${row.ref}`),
    onclick: (e) => fetchFile(e.currentTarget, `/api/${tool}/${answer.id}/${row.ref}/${file}`) }, words);
  pagedList(answer, result, { component: "cigna-report-results", test: table, page: `/api/${tool}/${answer.id}`,
    rowOf: (row) => [...row.cells, view(row)] });
}

PAGES.remittance = remittancePage;
PAGES.messages = messagesPage;
