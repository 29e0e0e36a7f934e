"use strict";
// What the tools with a list share: a form whose radio decides which fields it has, and a list in pages.

function noAccess(setup, main, words) {
  if (!setup.denied) return false;
  main.replaceChildren(title(words), message("no-access-message", setup.denied));
  return true;
}

// spec: component, name (of the radios), fields (by name), test (of the button), path, shown(answer, result), more (further buttons)
function searchForm(place, result, setup, spec, state) {
  const ready = () => sender.able(!state.busy && kind.needs.every((name) => fields[name].value));
  const fields = spec.fields(() => ready());
  let kind = setup.kinds[0];
  const draw = () => {
    Object.entries(fields).forEach(([name, field]) => { field.root.style.display = kind.shows.includes(name) ? "" : "none"; });
    ready();
  };
  const radios = h("cigna-radio-group", { role: "radiogroup", "aria-label": "Search by" }, setup.kinds.map((one) => [
    h("input", { type: "radio", name: spec.name, id: one.id, value: one.value, checked: one === kind, onchange: () => { kind = one; draw(); } }),
    h("label", { for: one.id }, one.label)]));
  const sender = button(spec.test, "Search", async () => {
    if (state.stuck && state.used) return;
    state.busy = true; ready();
    result.setAttribute("aria-busy", "true");
    try {
      const told = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.value]));
      const answer = await call("POST", spec.path, { nonce: setup.nonce, kind: kind.value, ...told });
      state.used = true; state.busy = false;
      result.removeAttribute("aria-busy");
      if (answer.reset) { result.replaceChildren(); searchForm(place, result, setup, spec, state); return; }
      ready();
      spec.shown(answer, result);
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) result.replaceChildren(message("service-trouble", trouble.message));
    }
  });
  const reset = button(spec.reset, "Clear", () => { Object.values(fields).forEach((field) => { field.field.value = ""; }); ready(); });
  const order = Object.values(fields).map((field) => field.root);
  if (layout.moved) order.reverse();
  place.replaceChildren(h(spec.component, { class: "cdk-card" }, radios, order, h("div", {}, sender.root, reset.root)));
  draw();
}

// spec: component, test (of the table), cellOf(n, columns), rowOf(row): its cells, page: the path of a page
function pagedList(answer, result, spec) {
  result.replaceChildren();
  if (answer.trouble) { result.append(message("service-message", answer.trouble)); return; }
  if (answer.none) { result.append(h("p", T("no-results-message"), answer.none)); return; }
  const columns = answer.columns.map((column) => (Array.isArray(column) ? column[1] : column));
  const table = grid(columns, answer.rows.map((row) => spec.rowOf(row)), T(spec.test), spec.cellOf);
  const last = answer.first + answer.rows.length - 1;
  const turn = (page) => async () => {
    pager.querySelectorAll("button").forEach((one) => { one.disabled = true; });
    try { pagedList(await call("GET", `${spec.page}?page=${page}`), result, spec); }
    catch (trouble) { if (!(trouble instanceof Halt)) result.prepend(message("service-trouble", trouble.message)); }
  };
  const pager = h("mat-paginator", { class: "mat-mdc-paginator" },
    h("div", { class: "mat-mdc-paginator-range-label" }, `${answer.first} \u2013 ${last} of ${answer.total}`),
    h("button", { type: "button", "aria-label": "Previous page", disabled: answer.page <= 1, onclick: turn(answer.page - 1) }, "\u2039"),
    h("button", { type: "button", "aria-label": "Next page", disabled: answer.page >= answer.pages, onclick: turn(answer.page + 1) }, "\u203a"));
  const heading = layout.unmarked ? "" : h("h2", {}, "Search results");
  if (layout.moved) result.append(heading, pager, table);
  else result.append(h(spec.component, { class: "cdk-card" }, heading, table, pager));
}

// The server makes a file ready and says how it comes: as a download, in a new tab, or not at all.
async function fetchFile(pressed, path) {
  pressed.disabled = true;
  document.querySelectorAll(`[${boot.attribute}="service-trouble"]`).forEach((old) => old.remove());
  try {
    const told = await call("POST", path, {});
    if (told.way === "download") { const a = h("a", { href: told.url, download: "" }); document.body.append(a); a.click(); a.remove(); }
    if (told.way === "tab") { const blob = await (await fetch(told.url, { credentials: "same-origin" })).blob(); window.open(URL.createObjectURL(blob), "_blank"); }
  } catch (trouble) { if (!(trouble instanceof Halt)) document.querySelector("main.app").prepend(message("service-trouble", trouble.message)); }
  pressed.disabled = false;
}

const PAGES = {};
const DATED = { placeholder: "MM/DD/YYYY" };
