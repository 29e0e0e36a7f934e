"use strict";
// The shell: header, navigation, and what an address leads to.

const TOOLS = [
  ["patients", "Patients", "primary-nav-child-chcp.patient.search", "/app/patient/search"],
  ["claims", "Claims", "primary-nav-child-chcp.claim.search", "/app/claim/search"],
  ["remittance", "Remittance Reports", "primary-nav-child-chcp.remittance.reports", "/app/remittance"],
  ["precertification", "Precertification", "primary-nav-child-chcp.precertification", "/app/precertification"],
  ["messages", "Message Center", "primary-nav-child-chcp.message.center", "/app/messages"],
];

function header() {
  const tools = TOOLS.filter(([key]) => !(boot.lacks || []).includes(key)).map(([, words, test, path]) =>
    h("a", { href: path, ...T(test), onclick: (e) => { e.preventDefault(); go(path); } }, t(words)));
  if (layout.moved) tools.reverse();
  return h("cigna-header", {}, h("strong", {}, boot.title), h("nav", { "aria-label": "Main" }, tools), h("span", {}, boot.name),
    h("a", { href: "/app/logout" }, t("Logout")));
}

function go(path, back) { history.pushState({}, "", path); route(back); }

async function route(back) {
  document.querySelectorAll("body > .cdk-overlay-backdrop").forEach((old) => old.remove());
  if (layout.captcha) { wall("Verify you are human", "Complete the check to continue."); return; }
  if (layout.interstitial) { wall("Important information for health care professionals", "Please review the updated notice."); return; }
  if (!document.querySelector("main.app")) root.replaceChildren(header(), h("main", { class: "app" }));
  const main = document.querySelector("main.app");
  main.replaceChildren();
  const [, , tool, ...rest] = location.pathname.split("/");
  try {
    if (tool === "patient" && rest[0] === "search") await patientsPage(main);
    else if (tool === "patient") await patientPage(main, rest.join("/"));
    else if (tool === "claim" && rest[0] === "search") await listAgain(main, back);
    else if (tool === "claim") await claimPage(main, rest.join("/"));
    else if (PAGES[tool]) await PAGES[tool](main);
    else main.replaceChildren(title("Welcome"), h("p", {}, "Choose what you would like to do."));
  } catch (trouble) {
    if (!(trouble instanceof Halt)) main.replaceChildren(message("service-trouble", trouble.message));
  }
}

// From an opened claim the search comes back as it was left.
async function listAgain(main, back) {
  if (back && kept.list) { main.replaceChildren(title("Claims search"), kept.list.form, kept.list.result); return; }
  await claimsPage(main);
}

window.addEventListener("popstate", () => route(true));
route(false);
(boot.covers || []).forEach(cover);
