"use strict";
// Document Library: payment documents and letters, by TIN or by member; and TrackIt, the list of what stands open.

async function documentsPage(main, letters) {
  const setup = await call("GET", letters ? "/api/documents/letter-setup" : "/api/documents/setup");
  const form = h("div", {}), result = h("div", {});
  main.replaceChildren(layout.unmarked ? "" : h("h1", {}, t("Document Library")), form, result);
  documentForm(form, result, setup, letters, { used: false, stuck: layout.stuck });
}

function documentForm(form, result, setup, letters, state) {
  const advanced = () => !letters && way.value === "advanced";
  const ready = () => sender.able(!state.busy && start.value && end.value && (!advanced() || (memberId.value.trim() && born.value)));
  const kind = choice("document-type", "document-type-abyss-select-input", "Document type", letters ? [...setup.kinds].reverse() : setup.kinds, (picked) => {
    const wanted = picked === "Letters" ? "#/documents/letters" : "#/documents";
    if (location.hash !== wanted) location.hash = wanted;
  });
  const way = radios("document.search", "Search", letters ? [["quick", "Quick search"]] : [["quick", "Quick search"], ["advanced", "Advanced Search"]], () => draw());
  const tin = h("div", {}, h("span", { class: cls("label") }, t("TIN")), " ", h("span", { "data-testid": "document-tin" }, setup.tins[0]));
  const memberId = text("document-member-id", null, "Member ID", { name: i("document.memberId"), oninput: () => ready() });
  const born = masked("document-date-of-birth", null, "Date of birth", () => ready(), { name: "document.dateOfBirth" });
  const start = masked("document-from", null, "From", () => ready(), { name: i("document.from") });
  const end = masked("document-to", null, "To", () => ready(), { name: "document.to" });
  const draw = () => { [memberId, born].forEach((field) => { field.root.hidden = !advanced(); }); tin.hidden = advanced(); ready(); };
  const sender = submit("submit-document-search-button", "Search", async () => {
    if (state.stuck && state.used) return;
    state.busy = true; ready(); clearPopups();
    try {
      const answer = await call("POST", letters ? "/api/documents/letters" : "/api/documents/payments", { nonce: setup.nonce, way: letters ? "quick" : way.value,
        memberId: memberId.value, born: born.value, start: start.value, end: end.value });
      state.used = true; state.busy = false;
      if (answer.reset) { result.replaceChildren(); documentForm(form, result, setup, letters, state); return; }
      ready();
      documentList(answer, result, letters);
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) result.replaceChildren(h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, trouble.message));
    }
  });
  const fields = [tin, memberId.root, born.root, start.root, end.root];
  form.replaceChildren(kind.root, way.root, ...(layout.moved ? fields.reverse() : fields), sender.button);
  draw();
}

function documentList(answer, result, letters) {
  result.replaceChildren();
  if (answer.popup) { popup(answer.popup); return; }
  const says = h("p", { "data-testid": i("document-echo") }, answer.says);
  if (answer.none) { result.append(says, h("p", { "data-testid": "no-documents-found" }, answer.none)); return; }
  const last = answer.first + answer.rows.length - 1;
  const label = h("h2", { "data-testid": i("document-results-label") }, `Documents: ${answer.first}-${last} of ${answer.total}`);
  const rows = answer.rows.map((row) => [...row.cells, h("button", { type: "button", "data-testid": "open-document",
    onclick: (e) => handOut(e.target, answer, row.ref, letters) }, answer.words)]);
  const table = grid(answer.columns, rows, { "data-testid": i("document-results") });
  const turn = (page) => async () => {
    pager.querySelectorAll("button").forEach((button) => { button.disabled = true; });
    try { documentList(await call("GET", `/api/documents/${answer.id}?page=${page}`), result, letters); } catch (trouble) { if (!(trouble instanceof Halt)) popup(trouble.message); }
  };
  const pager = h("nav", { "aria-label": "pages" },
    h("button", { type: "button", disabled: answer.page <= 1, onclick: turn(answer.page - 1) }, "Previous page"),
    h("button", { type: "button", disabled: answer.page >= answer.pages, onclick: turn(answer.page + 1) }, "Next page"));
  const bulk = h("div", {}, h("button", { type: "button", disabled: true }, "Bulk actions"));
  result.append(...(layout.moved ? [pager, label, table, says, bulk] : [says, label, bulk, table, pager]));
}

async function handOut(button, answer, ref, letters) {
  button.disabled = true;
  try {
    const told = await call("POST", `/api/documents/${answer.id}/${ref}/${letters ? "letter" : "payment"}`, {});
    if (told.way === "tab") window.open(told.url, "_blank");
    else if (told.way === "download") location.assign(told.url);
  } catch (trouble) { if (!(trouble instanceof Halt)) popup(trouble.message); }
  button.disabled = false;
}

async function trackItPage(main) {
  main.replaceChildren(h("p", {}, "Please wait while we retrieve your items."));
  const told = await call("GET", "/api/trackit");
  if (told.trouble) { main.replaceChildren(h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, told.trouble)); return; }
  main.replaceChildren(layout.unmarked ? "" : h("h1", {}, "TrackIt"), h("p", { "data-testid": "trackit-count" }, told.says),
    told.rows.length ? grid(told.columns, told.rows, { "data-testid": "trackit-items" }) : "");
}
