"use strict";
// The sign-in, one screen after the other at one address; what follows the # says where it is.

const boot = JSON.parse(document.getElementById("bootstrap").textContent);
const root = document.getElementById("root");
let layout = boot.layout || {};
let user = "";

function t(label) { return (layout.labels && layout.labels[label]) || label; }
function i(id) { return (layout.ids && layout.ids[id]) || id; }

function h(tag, attrs, ...kids) {
  const el = document.createElement(tag);
  for (const [name, value] of Object.entries(attrs || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) el.addEventListener(name.slice(2), value);
    else el.setAttribute(name, value === true ? "" : value);
  }
  for (const kid of kids.flat()) if (kid) el.append(kid);
  return el;
}

async function call(path, body) {
  const answer = await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
  if (answer.status === 403) { wall("Access Denied", "You don't have permission to access this page on this server."); throw new Error("denied"); }
  if (answer.status === 401) { location.hash = "#/login"; login(); throw new Error("gone"); }
  if (!answer.ok) throw new Error("The sign-in service is temporarily unavailable. Please try again later.");
  return answer.json();
}

function show(route, title, ...kids) {
  location.hash = `#${route}`;
  const heading = layout.unmarked ? null : h("h1", { id: "page-title", "data-cy": "data-page-title-field" }, title);
  root.replaceChildren(h("main", {}, heading, ...kids));
}

function wall(title, text) { root.replaceChildren(h("main", {}, h("h1", {}, title), h("p", {}, text))); }

function errors() { return h("div", { id: "loginerrorsummary", "aria-live": "polite" }); }
function say(where, text) {
  where.replaceChildren(text ? h("span", { class: "error-msg", "data-cy": "data-loginerrorsummary-error" }, text) : "");
}

function field(id, label, type, given) {
  const input = h("input", { id: i(id), "data-testid": i(id), type, autocomplete: "off", value: given || null });
  return { input, parts: [h("label", { for: i(id) }, t(label)), input] };
}

function guarded(where, button, act) {
  return async () => {
    if (button().disabled) return;
    button().disabled = true;
    say(where, "");
    try { await act(); } catch (trouble) { if (!["denied", "gone"].includes(trouble.message)) say(where, trouble.message); }
    button().disabled = false;
  };
}

const SAYS = {
  refused: "The One Healthcare ID or password that you entered is incorrect.",
  code: "The code you entered is incorrect. Please try again.",
};

function login() {
  if (boot.form === "C") return identifier();
  const a = boot.form === "A";
  const where = errors();
  const older = boot.form === "older";
  const id = field(older ? "userNameId_input" : "username", "One Healthcare ID", "text");
  const password = field(older ? "passwdId_input" : "login-pwd", "Password", "password");
  const kind = h("select", { id: "sign-in-with" }, h("option", {}, "Email Address"), h("option", {}, "One Healthcare ID"));
  const send = guarded(where, () => button, async () => {
    if (a && kind.value !== "One Healthcare ID") { say(where, "Enter a valid email address."); return; }
    await sent(id.input.value, password.input.value, where);
  });
  const button = h("button", { id: older ? "SignIn" : "btnLogin", type: "button", onclick: send }, a || older ? "Sign In" : "Continue");
  const choose = a ? [h("label", { for: "sign-in-with" }, "Sign in with"), kind] : [];
  const remember = a ? [h("label", {}, h("input", { type: "checkbox", id: "remember-me" }), "Remember me")] : [];
  const fields = layout.moved ? [password.parts, id.parts] : [id.parts, password.parts];
  show("/login", "Sign In With Your One Healthcare ID", notice(), where, ...choose, ...fields.flat(), ...remember, button);
}

function notice() { return boot.ended ? h("p", { role: "status" }, boot.ended) : null; }

function identifier() {
  const where = errors();
  const id = field("username", "One Healthcare ID or email", "text", user);
  const send = guarded(where, () => button, async () => {
    if (!id.input.value.trim()) { say(where, "Enter your One Healthcare ID."); return; }
    user = id.input.value;
    await call("/api/login-options", { userId: user });
    passwordPage();
  });
  const button = h("button", { id: "btnLogin", type: "button", onclick: send }, "Continue");
  show("/login", "Sign In With Your One Healthcare ID", notice(), where, ...(layout.moved ? [button, ...id.parts] : [...id.parts, button]));
}

function passwordPage() {
  const where = errors();
  const password = field("login-pwd", "Password", "password");
  const send = guarded(where, () => button, () => sent(user, password.input.value, where));
  const button = h("button", { id: "btnLogin", type: "button", onclick: send }, "Continue");
  show("/password", "Enter Your Password", h("p", {}, user), where, ...password.parts, button);
}

async function sent(userId, password, where) {
  const answer = await call("/api/login", { userId, password });
  if (answer.outcome === "refused") say(where, SAYS.refused);
  else follow(answer);
}

function follow(answer) {
  const next = { locked, consent, password_expired: expired, trust: trustPage, code_wanted: second,
    add_phone: addPhone, more_information: moreInformation };
  if (answer.outcome === "ok") location.assign(answer.to);
  else if (next[answer.outcome]) next[answer.outcome](answer);
  else wall("Something Went Wrong", "We could not find where you came from.");
}

function locked() { show("/locked", "Account Locked", h("p", {}, "For your security your One Healthcare ID has been locked.")); }

function expired() {
  show("/password/expired", "Your Password Has Expired", h("label", { for: "new-pwd" }, "New password"), h("input", { id: "new-pwd", type: "password" }));
}

function second(answer) {
  layout = answer.layout || {};
  if (answer.passkey) return passkey(answer);
  return methods(answer);
}

function passkey(answer) {
  show("/passkey", "Use Your Passkey", h("p", {}, "Your device will ask for your fingerprint, face or screen lock."),
    h("button", { id: "btnPasskey", type: "button" }, "Continue"),
    h("button", { id: "btnOther", type: "button", onclick: () => methods(answer) }, "Try another way"));
}

function methods(answer) {
  const ways = answer.ways.map((way) => h("button", { id: way.id, class: "way", type: "button", onclick: async () => {
    const chosen = await call("/api/method", { way: way.value });
    codePage(chosen);
  } }, way.label));
  // two scripts that drove this page read two headings: each goes with the layouts of the form that its script knew
  show("/rba/options", boot.form === "C" ? "Verify Identity" : "Verify Your Identity", h("p", {}, "Choose how you want to verify your identity."), ...ways);
}

function codePage(chosen) {
  const app = chosen.way === "app";
  const where = errors();
  const box = field(app ? "totp" : "otpBox", app ? "Enter the 6-digit code" : "Access Code", "text");
  box.input.setAttribute("maxlength", "6");
  if (!app) box.input.setAttribute("data-testid", "accessCodeBox");
  const skip = h("input", { type: "checkbox", id: "skipStep" });
  const send = guarded(where, () => button, async () => {
    const answer = await call("/api/code", { code: box.input.value, remember: skip.checked });
    if (answer.outcome === "refused") say(where, SAYS.code);
    else follow(answer);
  });
  const label = h("label", {}, skip, "Skip this step in future if this is your private device.");
  const button = h("button", { id: app ? "btnVerify" : "continuebtn", type: "button", onclick: send }, t(app ? "Verify" : "Continue"));
  const sent = chosen.way === "call" ? `We are calling ${chosen.phone}.` : `We sent a text message to ${chosen.phone}.`;
  const said = h("p", {}, app ? "Open your authenticator app." : sent);
  const parts = layout.moved ? [button, label, ...box.parts] : [...box.parts, label, button];
  show("/rba/code", app ? "Verify Identity" : "Access Code", said, where, ...parts);
}

function addPhone() {
  const box = field("newPhone", "Phone number", "tel");
  const verify = h("button", { type: "button", onclick: async () => follow(await call("/api/complete", {})) }, "Verify");
  const add = h("button", { type: "button", onclick: () => show("/profile/phone", "Verify Your Phone", ...box.parts, verify) }, "ADD");
  show("/profile/phone", "Add a Phone Number", h("p", {}, "A phone number is needed to keep your account safe."), add);
}

function moreInformation() {
  const box = field("legalName", "Legal name", "text");
  const go = h("button", { type: "button", onclick: async () => follow(await call("/api/complete", {})) }, "Continue");
  show("/profile/more", "Additional Information", h("p", {}, "We need additional information before you go on."), ...box.parts, go);
}

function trustPage() {
  const tell = (yes) => async () => follow(await call("/api/trust", { trust: yes }));
  show("/rba/device", "Is this your private device?", h("button", { type: "button", onclick: tell(true) }, "Yes, skip this step in future"),
    h("button", { type: "button", onclick: tell(false) }, "No"));
}

function consent() {
  const agree = async () => follow(await call("/api/consent", {}));
  show("/consent", "Share my One Healthcare ID", h("p", {}, "This application wants to use your One Healthcare ID. Read the terms before you agree."),
    h("button", { type: "button", onclick: agree }, "Agree"), h("button", { type: "button" }, "Decline"));
}

if (layout.captcha) wall("Verify you are human", "Please wait while we check your browser.");
else if (layout.interstitial) wall("Important notice about your account", "Please read this notice.");
else if (location.hash === "#/consent") consent();
else login();
