"use strict";
const root = document.getElementById("root");
const SHELL = boot.shell;
const REASONS = {
  concurrent: "You have been signed out because your user ID was used to sign in on another device or browser.",
  inactivity: "You have been signed out due to inactivity.",
  expired: "Your session has expired. Please sign in again.",
  ended: "Your session has ended. Please sign in again.",
};
const LOCKED = "Your account has been locked. To unlock it, use the link we sent to the email address on file.";

function frame(...inside) {
  root.replaceChildren(h("div", { class: "signin-page" },
    h("header", { class: "signin-brand" }, h("span", { class: "brand-mark" }, "Availity"), h("span", { class: "brand-sub" }, "essentials")),
    boot.maintenanceNotice && alertBox("info", "Availity Essentials will be unavailable for scheduled maintenance on Sunday from 1 a.m. to 5 a.m. ET."),
    h("main", { class: "signin-card" }, inside),
    h("footer", { class: "signin-foot" }, "\u00a9 Availity, LLC. All rights reserved. This is a simulated page with made-up data.")));
}
const heading = (text) => !layout.unmarked && h("h1", { class: "MuiTypography-root MuiTypography-h1" }, text);

function enter() { if (window !== window.top) window.top.location.reload(); else location.href = SHELL; }

async function guarded(send, note) {
  try { return (await send()).body; } catch (trouble) { note.replaceChildren(alertBox("error", trouble.message)); return null; }
}

function signInView(message) {
  useLayout(boot.layout);
  const note = h("div", { class: "note" }, message && alertBox("info", message));
  const user = textField("userId", "User ID", { required: true, autocomplete: "username" });
  const password = textField("password", "Password", { required: true, type: "password", autocomplete: "current-password" });
  const go = button("Sign In", { type: "submit" });
  const form = h("form", { id: "login-form", novalidate: true }, user.root, password.root, layout.moved ? null : go);
  if (layout.moved) go.setAttribute("form", "login-form");
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    user.error(user.value ? "" : "User ID is required."); password.error(password.value ? "" : "Password is required.");
    if (!user.value || !password.value) return;
    enable(go, false);
    note.replaceChildren();
    const told = await guarded(() => call("POST", "/v1/authenticate", { userId: user.value, password: password.value }), note);
    enable(go, true);
    if (told) next(told, note, password);
  });
  frame(heading("Sign in to Availity Essentials"), note, form,
    h("p", { class: "links" }, h("a", { href: "#/forgot-password" }, "Forgot your password?"), h("a", { href: "#/forgot-user-id" }, "Forgot your user ID?")), layout.moved && go);
}

function next(told, note, password) {
  if (told.outcome === "refused") { password.value = ""; note.replaceChildren(alertBox("error", "The username and/or password you entered is not recognized. Please try again.")); }
  if (told.outcome === "locked") { if (password) password.value = ""; note.replaceChildren(alertBox("error", LOCKED)); }
  if (told.outcome === "ok") enter();
  if (told.outcome === "code_wanted") methodView(told);
  if (told.outcome === "password_expiring") expiringView(told.days);
  if (told.outcome === "password_expired") changeView(true);
  if (told.outcome === "trust") trustView();
}

function methodView(told) {
  history.replaceState(null, "", "#/two-step-authentication");
  useLayout(told.layout);
  if (layout.reach) reachOut(layout.reach);
  const note = h("div", { class: "note" });
  const form = h("form", {}, h("div", { role: "radiogroup", "aria-labelledby": "choice-label", class: "choices" },
    told.ways.map((way) => h("label", { class: "MuiFormControlLabel-root" }, h("span", { class: "MuiRadio-root" }, h("input", { type: "radio", name: "choice", value: way.value })), h("span", { class: "MuiFormControlLabel-label" }, way.label)))),
  button("Continue", { type: "submit" }));
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const way = form.querySelector("input[name=choice]:checked");
    if (!way) { note.replaceChildren(alertBox("error", "Choose a method to continue.")); return; }
    const sent = await guarded(() => call("POST", "/v1/two-step/method", { way: way.value }), note);
    if (sent) codeView(sent, told);
  });
  frame(heading("2-step authentication"), note, told.unusual && h("p", {}, "We noticed a sign-in at an unusual time."),
    h("p", { id: "choice-label" }, "Choose how you would like to authenticate."), form);
}

const ASKED = {
  app: "Enter the 6-digit code from your authenticator app.",
  text: "We sent a text message with a 6-digit code to your phone.",
  email: "We sent a 6-digit code to your email address.",
  backup: "Enter one of your backup codes.",
};
function codeView(sent, told) {
  const note = h("div", { class: "note" });
  const code = textField("code", "Code", { required: true, inputmode: "numeric", autocomplete: "one-time-code" });
  const go = button("Continue", { type: "submit" });
  const form = h("form", { id: "code-form", novalidate: true }, code.root, layout.moved ? null : go);
  if (layout.moved) go.setAttribute("form", "code-form");
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    code.error(code.value.trim() ? "" : "Code is required.");
    if (!code.value.trim()) return;
    enable(go, false);
    const answer = await guarded(() => call("POST", "/v1/two-step/verify", { code: code.value.trim() }), note);
    enable(go, true);
    if (answer && answer.outcome === "refused") { code.value = ""; note.replaceChildren(alertBox("error", "The code you entered is not valid. Please try again.")); } else if (answer) next(answer, note);
  });
  frame(h("div", { id: i("2fa-totp-input-token-page-content-grid"), class: "MuiGrid-root MuiGrid-container" }, heading("2-step authentication"), note, h("p", {}, ASKED[sent.way]), form,
    h("p", { class: "links" }, h("a", { href: "#/two-step-authentication", onclick: () => methodView(told) }, "Choose another method"))), layout.moved && go);
}

function trustView() {
  const note = h("div", { class: "note" });
  const say = async (trust) => { const told = await guarded(() => call("POST", "/v1/two-step/trust", { trust }), note); if (told) next(told, note); };
  frame(heading("Trust this device?"), note, h("p", {}, "You won't be asked for a code on this device unless we notice unusual activity."),
    h("div", { class: "buttons" }, button("Yes, trust this device", { onclick: () => say(true) }), button("Not now", { kind: "outlined", onclick: () => say(false) })));
}

function expiringView(days) {
  const note = h("div", { class: "note" });
  const later = async () => { const told = await guarded(() => call("POST", "/v1/password/later", {}), note); if (told) next(told, note); };
  frame(heading("Your password is about to expire"), note, h("p", {}, `Your password expires in ${days} ${days === 1 ? "day" : "days"}. Passwords must be changed every 60 days.`),
    h("div", { class: "buttons" }, button("Change password", { onclick: () => changeView(false) }), button("Remind me later", { kind: "outlined", onclick: later })));
}

function changeView(expired) {
  const note = h("div", { class: "note" }, expired && alertBox("warning", "Your password has expired. Create a new password to continue."));
  const fields = { current: textField("currentPassword", "Current Password", { required: true, type: "password" }), new: textField("newPassword", "New Password", { required: true, type: "password" }), confirm: textField("confirmPassword", "Confirm New Password", { required: true, type: "password" }) };
  const form = h("form", { novalidate: true }, Object.values(fields).map((f) => f.root), button("Save", { type: "submit" }));
  form.addEventListener("submit", async (e) => {
    e.preventDefault();
    const told = await guarded(() => call("POST", "/v1/password", Object.fromEntries(Object.entries(fields).map(([k, f]) => [k, f.value]))), note);
    if (told && told.outcome === "refused") note.replaceChildren(alertBox("error", told.message)); else if (told) next(told, note);
  });
  frame(heading("Change your password"), note, form);
}

async function signedOutView() {
  const { body } = await call("GET", "/v1/logout");
  signInView(REASONS[body.reason] || "You have successfully signed out.");
}
function helpView(what) { frame(heading(what), h("p", {}, "To reset it, follow the link that was sent to the email address on file."), h("p", { class: "links" }, h("a", { href: "#/login" }, "Back to sign in"))); }

function route() {
  const where = location.hash.replace(/^#\//, "").split("?")[0];
  if (where === "logout") signedOutView();
  else if (where.startsWith("forgot")) helpView(where === "forgot-password" ? "Forgot your password?" : "Forgot your user ID?");
  else if (where !== "two-step-authentication") { if (where !== "login") history.replaceState(null, "", "#/login"); signInView(); }
}
if (window !== window.top && !boot.framed) window.top.location.href = location.href;
else {
  window.addEventListener("hashchange", route);
  begin(() => { if (location.hash === "#/two-step-authentication") history.replaceState(null, "", "#/login"); route(); });
}
