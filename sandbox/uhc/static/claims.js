"use strict";
// Claims: the search, the list in pages, and one claim at an address of its own.

const kept = { list: null };

async function claimsPage(main) {
  const setup = await call("GET", "/api/claims/setup");
  const form = h("div", {});
  const result = h("div", {});
  kept.list = { main, form, result };
  const title = layout.unmarked ? null : h("h1", {}, "Claims Search");
  const month = h("input", { id: "export-month", value: setup.month });
  const file = h("button", { type: "button", "data-testid": "export-to-csv", onclick: () => { location.assign(`/export/claims.csv?month=${month.value}`); } }, "Export to CSV");
  main.replaceChildren(title || "", form, h("div", {}, h("label", { for: "export-month" }, "Month"), month, file), result);
  claimForm(form, result, setup, { used: false, stuck: layout.stuck });
}

function claimForm(form, result, setup, state) {
  const ready = () => sender.able(!state.busy && setup.needs[kind.value].every((name) => fields[name].value.trim())
    && (range.value !== "custom" || (start.value && end.value)));
  const named = (name) => ({ name: i(name), oninput: () => ready() });
  const fields = {
    memberId: text("claim-member-id", null, "Member ID", named("search.claim.memberId")),
    first: text("claim-first-name", null, "First name", named("search.claim.firstName")),
    last: text("claim-last-name", null, "Last name", named("search.claim.lastName")),
    born: masked("claim-date-of-birth", null, "Date of birth", () => ready(), { name: "search.claim.dateOfBirth" }),
    number: text("claim-number", null, "Claim number", named("search.claim.claimNumber")),
  };
  const start = masked("claim-first-service-date", null, "First date of service", () => ready(), { name: "search.dates.firstServiceDate" });
  const end = masked("claim-last-service-date", null, "Last date of service", () => ready(), { name: "search.dates.lastServiceDate" });
  const draw = () => {
    Object.entries(fields).forEach(([name, field]) => { field.root.hidden = !setup.needs[kind.value].includes(name); });
    [start, end].forEach((field) => { field.root.hidden = range.value !== "custom"; });
    ready();
  };
  const kind = choice("claim-search-type", "claim-search-type-abyss-select-input-input", "Search type", setup.types, () => draw());
  const scope = radios("search.tinWideSearch", "Providers", [["provider", "Selected provider"], ["tin", "All providers of the TIN"]], () => draw());
  const range = radios("search.dateRange", "Dates of service", [["recent", "Last 30 days"], ["custom", "Custom range"]], () => draw());
  const sender = submit("submit-claim-search-button", "Search", async () => {
    if (state.stuck && state.used) return;
    state.busy = true; ready(); clearPopups();
    result.querySelectorAll("tbody").forEach((old) => old.setAttribute("aria-busy", "true"));
    try {
      const answer = await call("POST", "/api/claims", { nonce: setup.nonce, type: kind.value, tinWide: scope.value, dateRange: range.value,
        memberId: fields.memberId.value, first: fields.first.value, last: fields.last.value, born: fields.born.value, number: fields.number.value,
        start: start.value, end: end.value });
      state.used = true; state.busy = false;
      if (answer.reset) { result.replaceChildren(); claimForm(form, result, setup, state); return; }
      ready();
      listed(answer, result);
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) result.replaceChildren(h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, trouble.message));
    }
  });
  const who = layout.moved ? [range.root, start.root, end.root, fields.number.root, fields.born.root, fields.last.root, fields.first.root, fields.memberId.root]
    : [fields.memberId.root, fields.first.root, fields.last.root, fields.born.root, fields.number.root, range.root, start.root, end.root];
  form.replaceChildren(kind.root, scope.root, ...who, sender.button);
  draw();
}

function listed(answer, result) {
  result.replaceChildren();
  if (answer.popup) { popup(answer.popup); return; }
  if (answer.none) { result.append(h("p", { "data-testid": "no-claims-found" }, answer.none)); return; }
  const last = answer.first + answer.rows.length - 1;
  const label = h("h2", { "data-testid": i("search-results-label") }, `Search Results: ${answer.first}-${last} of ${answer.total}`);
  const rows = answer.rows.map((row) => {
    const told = btoa(JSON.stringify({ ...row.json, search: answer.id, ref: row.ref }));
    return [h("a", { href: `#/summary/${told}` }, row.cells[0]), ...row.cells.slice(1)];
  });
  const table = grid(answer.columns, rows);
  table.querySelector("tbody").id = i("claims-results");
  const turn = (page) => async () => {
    pager.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    try { listed(await call("GET", `/api/claims/${answer.id}?page=${page}`), result); } catch (trouble) { if (!(trouble instanceof Halt)) popup(trouble.message); }
  };
  const pager = h("nav", { "aria-label": "pages" },
    h("button", { type: "button", disabled: answer.page <= 1, onclick: turn(answer.page - 1) }, "Previous page"),
    h("button", { type: "button", disabled: answer.page >= answer.pages, onclick: turn(answer.page + 1) }, "Next page"));
  const parts = layout.moved ? [pager, table, label] : [label, table, pager];
  result.append(h("div", { "data-testid": "search-results" }, layout.moved ? parts.slice(1) : parts), layout.moved ? h("div", {}, pager, table) : "");
}

async function summaryPage(main, told) {
  const ask = JSON.parse(atob(told));
  const back = h("button", { type: "button", "data-testid": "header-back-button-abyss-button-root", onclick: () => history.back() }, "Back to results");
  main.replaceChildren(back, h("p", {}, "Please wait while we retrieve the claim."));
  try {
    const claim = await call("GET", `/api/claims/${ask.search}/${ask.ref}`);
    if (claim.trouble) { main.replaceChildren(back, h("div", { class: cls("banner"), role: "alert", "data-testid": "claim-message" }, claim.trouble)); return; }
    const panel = ([id, label, value]) => h("div", { "data-testid": i(id) }, h("div", { class: cls("label") }, t(label)), h("div", {}, value));
    const overview = h("section", {}, claim.overview.map(panel));
    const summary = h("section", {}, h("h3", {}, "Billing Summary"), claim.summary.map(panel));
    const payments = h("section", {}, accordion("Payments", "payments-accordion", pairs(claim.payments)));
    const lines = h("section", { "data-testid": "claim-lines" }, h("h3", {}, "Service Lines"), h("p", {}, "Please wait while we retrieve the service lines."));
    const title = layout.unmarked ? null : h("h1", {}, "Claim Details");
    const parts = layout.moved ? [lines, payments, summary, overview] : [overview, summary, payments, lines];
    main.replaceChildren(back, title || "", h("div", { "data-testid": "claim-detail" }, parts));
    const more = await call("GET", `/api/claims/${ask.search}/${ask.ref}/lines`);
    lines.replaceChildren(h("h3", {}, "Service Lines"), lineTable(more));
  } catch (trouble) {
    if (!(trouble instanceof Halt)) main.replaceChildren(back, h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, trouble.message));
  }
}

function lineTable(more) {
  const table = grid([...more.columns, "Codes"], more.lines.map((line) => [...line.cells, ""]));
  const rows = [...table.querySelectorAll("tbody tr")];
  more.lines.forEach((line, n) => {
    const codes = h("tr", { "data-testid": "line-codes", hidden: true }, h("td", { colspan: more.columns.length + 1 },
      line.codes.length ? line.codes.map(([kind, code]) => h("div", { "data-testid": "line-code" }, `${kind}: ${code}`)) : "No codes"));
    const open = h("button", { type: "button", "aria-expanded": "false", "aria-label": "Show codes", onclick: () => {
      codes.hidden = !codes.hidden;
      open.setAttribute("aria-expanded", String(!codes.hidden));
    } }, "\u25be");
    rows[n].setAttribute("data-testid", "data-table-row");
    rows[n].children[layout.reordered ? 0 : more.columns.length].append(open);
    rows[n].after(codes);
  });
  return table;
}
