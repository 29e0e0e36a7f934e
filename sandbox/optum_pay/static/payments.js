"use strict";
// View Payments: the boxes of the chosen search type; and how a file comes.

const by = document.querySelector("select[name='search-by']");
if (by) {
  by.addEventListener("change", () => {
    document.querySelectorAll("[data-kind]").forEach((part) => { part.hidden = part.dataset.kind !== by.value; });
  });
}

const TROUBLE = "The document is not available at this time. Please try again later.";
const say = (words) => { document.getElementById("trouble").textContent = words; };

async function take(link) {
  let answer;
  say("");
  try { answer = await fetch(link.dataset.file, { method: "POST" }); } catch (_) { say(TROUBLE); return; }
  if (answer.status === 401) { location.assign((await answer.json()).to); return; }
  if (answer.status === 403) { document.body.innerHTML = "<h1>Access Denied</h1>"; return; }
  if (!answer.ok) { say(TROUBLE); return; }
  const told = await answer.json();
  (told.covers || []).forEach((cover) => document.body.insertAdjacentHTML("beforeend", cover));
  if (told.way === "tab") window.open(`${told.url}&show=1`, "_blank");
  if (told.way === "download") location.assign(told.url);
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-file]");
  if (!link) return;
  event.preventDefault();
  take(link);
});
