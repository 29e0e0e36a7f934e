"use strict";
broadcastActivity(boot.reportEvery);
const tool = new URLSearchParams(location.search).get("tool");
document.getElementById("root").append(h("main", { class: "app" }, tool ? [pageHeader(tool.replace(/-/g, " ")), alertBox("info", "You do not have access to this application. Contact your administrator.")]
  : [h("h1", {}, "Home"), h("div", { class: "tiles" },
    h("section", { class: "tile" }, h("h2", {}, "Notification Center"), h("p", {}, "You have no notifications.")),
    h("section", { class: "tile" }, h("h2", {}, "My Top Applications"), h("p", {}, "Eligibility and Benefits Inquiry"), h("p", {}, "Claim Status")),
    h("section", { class: "tile" }, h("h2", {}, "News and Announcements"), h("p", {}, "Authenticator apps replace text messages for 2-step authentication.")))]));
