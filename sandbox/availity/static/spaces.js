"use strict";
broadcastActivity(boot.reportEvery);
const root = document.getElementById("root");
let told = { spaces: [], sameTab: false };

function enter(space) {
  const address = `${API}/v1/payer-spaces/go?to=${encodeURIComponent(space.to)}`;
  if (told.sameTab) window.top.location.href = address; else window.open(address, "_blank");
}
function shown(space) {
  root.replaceChildren(h("main", { class: "app" }, pageHeader(space.payer), h("div", { role: "tablist", class: "space-tabs" },
    ["Applications", "Resources", "News and Announcements"].map((name, at) => h("button", { type: "button", role: "tab", "aria-selected": String(at === 0) }, name))),
    h("div", { class: "tiles" }, h("section", { class: "tile space-app" }, h("h2", {}, space.application), h("p", {}, "Leads to the payer's own site."),
      h("a", { href: "#", class: "space-open", onclick: (e) => { e.preventDefault(); enter(space); } }, `Open ${space.application}`)))));
}
function all() {
  root.replaceChildren(h("main", { class: "app" }, h("h1", {}, "Payer Spaces"), h("div", { class: "tiles" },
    told.spaces.map((space) => h("section", { class: "tile" }, h("a", { href: "#", class: "space-card", onclick: (e) => { e.preventDefault(); shown(space); } }, space.payer))))));
}
begin(async () => { told = (await call("GET", "/v1/payer-spaces")).body; useLayout(told.layout); all(); });
