"use strict";
// Search Remittance: which of the two boxes for a number is there, the ePRA that is made on request, and how a PDF comes.

const kind = document.querySelector("select[name='kind']");
if (kind) {
  kind.addEventListener("change", () => {
    const check = kind.value === "Check Number";
    document.querySelector("[name='paymentNumber']").style.display = check ? "none" : "";
    document.querySelector("[name='checkNumber']").style.display = check ? "" : "none";
  });
}

const TROUBLE = "The document cannot be retrieved at this time. Please try again later.";
const say = (words) => { document.getElementById("fileError").textContent = words; };

async function call(method, path) {
  let answer;
  try { answer = await fetch(path, { method }); } catch (_) { say(TROUBLE); return null; }
  if (answer.status === 401) { location.assign((await answer.json()).to); return null; }
  if (answer.status === 403) { document.body.innerHTML = "<h1>Access Denied</h1>"; return null; }
  if (!answer.ok) { say(TROUBLE); return null; }
  return answer.json();
}

async function make(link) {
  const query = link.dataset.query;
  window.open("/epraRequest.do", "_blank", "width=420,height=220");
  if (!(await call("POST", `/api/epra/request?${query}`))) return;
  const look = async () => {
    const told = await call("GET", `/api/epra/status?${query}`);
    if (!told) return;
    if (!told.ready) { setTimeout(look, 100); return; }
    const icon = document.createElement("a");
    Object.assign(icon, { href: "#", className: "take", innerHTML: `<img alt="${link.textContent}" class="icon">` });
    icon.firstChild.src = told.icon;
    Object.assign(icon.dataset, { kind: "epra", query });
    link.replaceWith(icon);
  };
  look();
}

async function take(link) {
  say("");
  const told = await call("POST", `/api/document?kind=${link.dataset.kind}&${link.dataset.query}`);
  if (!told || told.way === "nothing") return;
  (told.covers || []).forEach((cover) => document.body.insertAdjacentHTML("beforeend", cover));
  if (told.way === "tab") { window.open(`${told.url}&show=1`, "_blank"); return; }
  const hidden = document.createElement("a");
  hidden.href = told.url;
  hidden.download = "";
  document.body.append(hidden);
  hidden.click();
  hidden.remove();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("a.make, a.take");
  if (!link) return;
  event.preventDefault();
  if (link.classList.contains("make")) make(link); else take(link);
});
