"use strict";
const root = document.getElementById("root");
let user = null;

function drop(label, ...items) {
  const menu = h("div", { class: "NavDropdown__menu", hidden: true }, items);
  const trigger = h("button", { type: "button", class: "NavDropdown__trigger", "aria-label": t(label), "aria-haspopup": "true", "aria-expanded": "false" }, t(label));
  trigger.addEventListener("click", (e) => {
    e.stopPropagation();
    const open = menu.hidden;
    closeMenus();
    menu.hidden = !open;
    trigger.setAttribute("aria-expanded", String(open));
  });
  return h("div", { class: "NavDropdown" }, trigger, menu);
}
function closeMenus() {
  document.querySelectorAll(".NavDropdown__menu, .UserRegionsMenu__options").forEach((m) => { m.hidden = true; });
  document.querySelectorAll("[aria-haspopup]").forEach((b) => b.setAttribute("aria-expanded", "false"));
}
function navItem(title, url) {
  return h("div", { class: "NavLinkItem" }, h("div", { class: "NavLinkItem__link", role: "link", tabindex: "0", onclick: () => { closeMenus(); openApp(url); } },
    h("div", { class: "NavLinkItem__link--content", title: t(title) }, t(title))));
}

function regions() {
  const options = h("ul", { class: "UserRegionsMenu__options", hidden: true }, user.regions.map((r) => h("li", { class: "UserRegionsMenu__option" }, h("button", { type: "button", onclick: () => setRegion(r.code) }, r.name))));
  const trigger = h("button", { type: "button", class: "UserRegionsMenu__trigger", "aria-haspopup": "true", "aria-expanded": "false" }, user.regions.find((r) => r.code === user.region).name);
  trigger.addEventListener("click", (e) => { e.stopPropagation(); const open = options.hidden; closeMenus(); options.hidden = !open; trigger.setAttribute("aria-expanded", String(open)); });
  return h("div", { class: "UserRegionsMenu" }, trigger, options);
}
async function setRegion(region) {
  await call("POST", "/v1/regions", { region });
  history.replaceState(null, "", "#/");
  location.reload();
}

async function signOut(reason) {
  await fetch(`${API}/v1/logout`, { method: "POST", body: reason || "" });
  location.href = boot.signIn + "#/logout";
}

function topBar() {
  const out = h("button", { type: "button", id: i("logout-link"), class: "top-link", onclick: () => signOut() }, t("Logout"));
  return h("header", { class: "top-bar", role: "banner" },
    h("button", { type: "button", class: "brand", "aria-label": "Availity Home", onclick: () => openApp(boot.home) }, h("span", { class: "brand-mark" }, "Availity"), h("span", { class: "brand-sub" }, "essentials")),
    !layout.unmarked && h("nav", { "aria-label": "Main" }, user.menus.map((m) => drop(m.label, m.items.filter((x) => !(layout.moved && x.title === "Claim Status")).map((x) => navItem(x.title, x.url)))),
      layout.moved && drop("More", navItem("Claim Status", user.menus[1].items[0].url))),
    h("span", { class: "spacer" }), regions(), h("span", { class: "user-name" }, user.name), out);
}

const frameHost = h("div", { class: "frame-host" });
function attach(url) {
  const old = frameHost.querySelector("iframe");
  if (old) old.remove();
  setTimeout(() => frameHost.replaceChildren(h("iframe", { id: i("newBodyFrame"), name: i("newBodyFrame") === "newBodyFrame" ? "newBody" : "appBody", title: "Application", src: url })), 20);
}
function openApp(url) {
  const hash = url === boot.home ? "#/" : `#/loadApp/?appUrl=${encodeURIComponent(url)}`;
  if (location.hash === hash || (hash === "#/" && !location.hash)) attach(url); else location.hash = hash;
}
function appUrl() {
  const found = /^#\/loadApp\/\?appUrl=([^&]*)/.exec(location.hash);
  const url = found ? decodeURIComponent(found[1]) : boot.home;
  return url.startsWith("/") && !url.startsWith("//") ? url : boot.home;
}

function survey() {
  if (document.querySelector(".survey")) return;
  const box = h("div", { class: "survey-cover" }, h("div", { class: "survey", role: "dialog", "aria-modal": "true", "aria-label": "Feedback" }, h("button", { type: "button", class: "survey-close", "aria-label": "Close", onclick: () => box.remove() }, "\u00d7"),
    h("h2", {}, "How likely are you to recommend Availity?"), h("div", { class: "scale" }, Array.from({ length: 11 }, (_, n) => h("button", { type: "button", onclick: () => box.remove() }, n))), button("No thanks", { kind: "outlined", onclick: () => box.remove() })));
  document.body.append(box);
}
function notice(name) {
  if (name === "survey") survey();
  if (name === "cookie-banner") cookieBanner();
  if (name === "frame-detached") attach(appUrl());
}

// The idle clock: counts presses of keys and mouse buttons here and what the frame's page reports.
let lastInput = Date.now(), lastTold = 0;
function active() {
  lastInput = Date.now();
  if (Date.now() - lastTold < user.reportEvery * 1000) return;
  lastTold = Date.now();
  call("POST", "/v1/activity", {}).catch(() => {});
}
function watchIdle() {
  ["mousedown", "keydown"].forEach((name) => document.addEventListener(name, active, true));
  lastTold = Date.now();
  const warnAfter = user.idleSeconds - Math.min(120, user.idleSeconds * 0.4);
  let warned = null;
  setInterval(() => {
    const idle = (Date.now() - lastInput) / 1000;
    if (idle >= user.idleSeconds) { signOut("inactivity"); return; }
    if (idle >= warnAfter && !warned) {
      warned = h("div", { class: "survey-cover" }, h("div", { class: "survey", role: "dialog", "aria-modal": "true", "aria-label": "Session Timeout" }, h("h2", {}, "Your session is about to expire"), h("p", {}, "You will be signed out due to inactivity."), button("Stay Signed In", { onclick: () => active() })));
      document.body.append(warned);
    }
    if (warned && idle < warnAfter) { warned.remove(); warned = null; }
  }, Math.min(1000, user.idleSeconds * 100));
}

window.addEventListener("message", (e) => {
  if (e.origin !== location.origin || !e.data || e.data.source !== "essentials") return;
  if (e.data.activity && user) active();
  if (e.data.notice) notice(e.data.notice);
});
document.addEventListener("click", closeMenus);
window.addEventListener("blur", () => setTimeout(closeMenus, 0));

function termsPage() {
  root.replaceChildren(h("main", { class: "plain-card" }, h("h1", {}, "Terms of Use"), h("p", {}, "The Availity Essentials terms of use have changed. Review and accept them to continue."),
    h("label", {}, h("input", { type: "checkbox" }), " I have read and agree to the terms of use"), h("div", { class: "buttons" }, button("I Agree", { onclick: async () => { await call("POST", "/v1/pressed", { form: "terms" }); location.reload(); } }), button("Decline", { kind: "outlined", onclick: () => signOut() }))));
}

async function start() {
  const answer = await fetch(`${API}/v1/users/me`);
  if (answer.status === 401) {
    if (!boot.framed) { location.replace(boot.signIn + ((await answer.json()).known ? "#/logout" : "#/login")); return; }
    root.replaceChildren(h("header", { class: "top-bar", role: "banner" }, h("span", { class: "brand" }, h("span", { class: "brand-mark" }, "Availity"), h("span", { class: "brand-sub" }, "essentials"))), frameHost);
    attach(boot.signIn + "#/login");
    return;
  }
  user = await answer.json();
  if (boot.terms) { termsPage(); return; }
  useLayout(user.layout);
  root.replaceChildren(topBar(), boot.maintenanceNotice ? alertBox("info", "Availity Essentials will be unavailable for scheduled maintenance on Sunday from 1 a.m. to 5 a.m. ET.") : "", frameHost);
  attach(appUrl());
  window.addEventListener("hashchange", () => { if (user) attach(appUrl()); });
  watchIdle();
  user.notices.forEach(notice);
}
begin(start);
