"use strict";
// Eligibility: the form, in place or in a panel over the answer before, and the answer's sections.

const SECTION_TITLES = {
  demographics: "Patient Demographics", plan: "Plan Information", deductibles: "Deductibles & Maximums", popular: "POPULAR SERVICES COVERAGE",
  detailed: "Detailed Benefits", behavioral: "Behavioral Health", cob: "Coordination of Benefits",
};
const SECTION_WAITS = { demographics: "the patient demographics", plan: "the plan information", deductibles: "deductibles and maximums",
  popular: "popular services", detailed: "detailed benefits", behavioral: "designated behavioral health provider information", cob: "other insurance" };

async function eligibilityPage(main) {
  const setup = await call("GET", "/api/eligibility/setup");
  const place = h("div", {});
  const result = h("div", {});
  const state = { used: false, stuck: layout.stuck };
  const title = layout.unmarked ? null : h("h1", {}, "Verify Eligibility and Benefits");
  main.replaceChildren(title || "", place, result);
  eligibilityForm(place, result, setup, state);
}

function eligibilityForm(place, result, setup, state) {
  const ready = () => sender.able(!state.busy && setup.needs[criteria.value].every((name) => fields[name].value.trim()) && (when.value === "today" || day.value));
  const fields = {
    memberId: text("eligibility-memberid-input", "eligibility-search-member-id-abyss-text-input", "Member ID", { name: "search.memberId", oninput: () => ready() }),
    first: text("firstname-input", null, "First Name", { oninput: () => ready() }),
    last: text("lastname-input", null, "Last Name", { oninput: () => ready() }),
    born: masked("eligibility-dateofbirth-input", "eligibility-search-DOB-abyss-date-picker-input", "Date of Birth", () => ready()),
  };
  const day = masked("startdate-input", null, "Start Date", () => ready());
  const draw = () => {
    Object.entries(fields).forEach(([name, field]) => { field.root.hidden = !setup.needs[criteria.value].includes(name); });
    day.root.hidden = when.value !== "custom";
    ready();
  };
  const criteria = choice("select-search-criteria-inputnull", null, "Search Criteria", setup.criteria, () => draw());
  const when = radios("search.dateOption", "Date", [["today", `Today (${boot.today})`], ["custom", "Custom date"]], () => draw());
  const message = h("div", {});
  const sender = submit("submit-search-button", "Verify Eligibility", async () => {
    if (state.stuck && state.used) return;
    state.busy = true; ready(); clearPopups(); message.replaceChildren();
    result.querySelectorAll("[data-testid]").forEach((old) => old.setAttribute("aria-busy", "true"));
    try {
      const answer = await call("POST", "/api/eligibility", { nonce: setup.nonce, criteria: criteria.value, memberId: fields.memberId.value,
        first: fields.first.value, last: fields.last.value, born: fields.born.value, day: when.value === "custom" ? day.value : boot.today });
      state.used = true;
      state.busy = false;
      if (answer.reset) { result.replaceChildren(); eligibilityForm(place, result, setup, state); return; }
      if (answer.refusal) { result.replaceChildren(); refused(answer.refusal, message); ready(); return; }
      place.replaceChildren();
      answered(answer, result, () => eligibilityForm(place, result, setup, state));
    } catch (trouble) {
      state.busy = false; ready();
      if (!(trouble instanceof Halt)) { result.replaceChildren(); message.replaceChildren(h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, trouble.message)); }
    }
  });
  const order = layout.moved ? [when.root, day.root, fields.born.root, criteria.root, fields.last.root, fields.first.root, fields.memberId.root]
    : [criteria.root, fields.memberId.root, fields.first.root, fields.last.root, fields.born.root, when.root, day.root];
  place.replaceChildren(h("div", { class: state.used ? cls("drawer") : cls("form") }, order, message, h("div", {}, sender.button)));
  draw();
}

function refused(refusal, message) {
  if (refusal.place === "dialog") {
    const veil = h("div", { class: "veil" }, h("div", { class: cls("box"), role: "dialog", "aria-modal": "true", "aria-label": refusal.title },
      h("h2", {}, refusal.title), h("p", {}, refusal.text), h("button", { type: "button", onclick: () => veil.remove() }, "OK")));
    document.body.append(veil);
  } else if (refusal.place === "popup") popup(refusal.text);
  else message.replaceChildren(h("div", { class: cls("banner"), role: "alert", "data-testid": "search-message" }, refusal.text));
}

function answered(answer, result, again) {
  const policies = answer.policies.map((words, n) => h("li", {}, n === 0 ? `Policy Selected: ${words}` : words));
  const overview = h("div", { "data-testid": i("eligibility-overview") },
    layout.unmarked ? null : h("h1", {}, "Eligibility Details"),
    pairs([["Date of Service", answer.day], ["Transaction ID", answer.transaction]]),
    h("div", {}, h("h2", {}, "Policies"), h("ul", { "data-testid": "policy-banner" }, policies)),
    h("button", { type: "button", "data-testid": "overview-new-search-button-abyss-button-root", onclick: again }, "New Search"),
    h("button", { type: "button" }, "View ID Card"));
  const sections = answer.sections.map((name) => sectionOf(answer, name));
  const outside = layout.moved ? [sections.shift(), sections.shift()] : [];
  result.replaceChildren(overview, h("div", { "data-testid": "eligibility-sections" }, h("h2", {}, "Benefits"), sections), ...outside);
}

function sectionOf(answer, name) {
  const box = h("section", { "data-testid": i(`section-${name}`) }, h("h3", {}, SECTION_TITLES[name]), h("p", {}, `Please wait while we retrieve ${SECTION_WAITS[name]}.`));
  fill(answer, name, box);
  return box;
}

async function fill(answer, name, box) {
  try {
    const told = await call("GET", `/api/eligibility/${answer.id}/${name}`);
    box.replaceChildren(h("h3", {}, SECTION_TITLES[name]), ...FILL[name](told).flat());
  } catch (trouble) { if (!(trouble instanceof Halt)) box.lastChild.textContent = trouble.message; }
}

const SERVICE_COLUMNS = ["Service", "Network", "Benefit", "Member Pays or Limit"];
const services = (told) => [told.rows.length ? grid(SERVICE_COLUMNS, told.rows) : h("p", {}, "No benefits on this date.")];
const notes = (told) => (told.notes || []).map((words) => h("p", { "data-testid": "section-message" }, words));
const BLOCKS = [["planDeductible", "Plan Deductible Per Calendar Year"], ["outOfPocketMax", "Out-of-Pocket Maximum Per Calendar Year"]];

const FILL = {
  demographics: (told) => [pairs(told.pairs)],
  plan: (told) => [pairs(told.pairs), ...notes(told)],
  deductibles: (told) => accordion("Deductibles & Maximums", "deductibles-accordion", BLOCKS.map(([id, title]) => h("div", { id }, h("h4", {}, title),
    (told.blocks[id] || []).map((one) => h("div", { "data-testid": "amount-block" }, h("div", {}, one.title), h("div", {}, one.amounts)))))),
  popular: services,
  detailed: services,
  behavioral: (told) => (told.notes.length ? notes(told) : [h("p", {}, "No designated behavioral health provider information.")]),
  cob: (told) => (told.insurers.length ? told.insurers.map((one) => h("div", { "data-testid": "other-insurance" }, pairs(one))) : [h("p", {}, "No other insurance on file.")]),
};
