"use strict";
// The shell: header, menus, and what the part of the address after # leads to.

function header() {
  const entry = (label, testid, act) => h("button", { type: "button", "data-testid": testid && i(testid), onclick: act }, t(label));
  const mega = h("div", { class: cls("mega"), hidden: true }, h("a", { href: "#/claims" }, "Claim Status"), " ", h("a", { href: "#/nowhere" }, "Payment Status"));
  const claims = entry("Claims & Payments", "claims-and-payments-link", () => { mega.hidden = !mega.hidden; });
  const library = h("div", { class: cls("mega"), hidden: true }, h("a", { href: "#/documents" }, "Document Library"), " ", h("a", { href: "#/trackit" }, "TrackIt"));
  const docs = entry("Documents & Reporting", "documents-and-reporting-link", () => { library.hidden = !library.hidden; });
  const eligibility = h("a", { href: "#/eligibility", "data-testid": i("eligibility-link") }, t("Eligibility"));
  const payer = h("button", { type: "button", "data-testid": "payer-menu-abyss-button-root" }, "UnitedHealthcare");
  const menu = h("div", { hidden: true }, h("button", { type: "button", "data-testid": "sign-out-button", onclick: async () => {
    const answer = await fetch("/api/sign-out", { method: "POST" });
    location.assign((await answer.json()).to);
  } }, t("Sign Out")));
  const user = h("button", { type: "button", "data-testid": "user-menu-button", onclick: () => { menu.hidden = !menu.hidden; } }, boot.name);
  const links = layout.moved ? [claims, eligibility] : [eligibility, claims];
  return h("header", {}, h("strong", {}, "UnitedHealthcare Provider Portal"), links, h("a", { href: "#/prior-auth" }, "Prior Authorization and Notification"),
    docs, payer, user, menu, mega, library);
}

function homePage(main) {
  main.replaceChildren(layout.unmarked ? "" : h("h1", {}, "Welcome"), h("p", {}, "Choose what you want to do."));
}

async function route() {
  if (layout.captcha) { wall("Verify you are human", "Please wait while we check your browser."); return; }
  if (layout.interstitial) { wall("Important notice for providers", "Please read this notice."); return; }
  if (!document.querySelector("main.app")) root.replaceChildren(header(), h("main", { class: "app" }));
  const main = document.querySelector("main.app");
  clearPopups();
  document.querySelectorAll("body > .veil").forEach((old) => old.remove());
  const [, where, told, more] = location.hash.split("/");
  main.replaceChildren();
  try {
    if (where === "eligibility") await eligibilityPage(main);
    else if (where === "claims") await back(main);
    else if (where === "documents") await documentsPage(main, told === "letters");
    else if (where === "prior-auth") await authPage(main, told, more);
    else if (where === "trackit") await trackItPage(main);
    else if (where === "summary") await summaryPage(main, location.hash.slice("#/summary/".length));
    else homePage(main);
  } catch (trouble) {
    if (!(trouble instanceof Halt)) main.replaceChildren(h("div", { class: cls("banner"), role: "alert", "data-testid": "service-trouble" }, trouble.message));
  }
}

// From an opened claim the list comes back as it was left.
async function back(main) {
  const list = kept.list;
  kept.list = null;
  if (list && kept.opened) { kept.opened = false; main.replaceChildren(list.form, list.result); kept.list = list; return; }
  await claimsPage(main);
}

window.addEventListener("hashchange", (event) => { kept.opened = event.oldURL.includes("#/summary/"); route(); });
route();
(boot.covers || []).forEach(cover);
