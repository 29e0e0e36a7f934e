"use strict";
// The cookie banner: covers the page and takes every click until it is answered.
function cookieBanner() {
  if (document.getElementById("onetrust-consent-sdk")) return;
  const accept = () => {
    document.cookie = `OptanonAlertBoxClosed=${encodeURIComponent(new Date().toISOString())}; path=/; max-age=31536000; SameSite=Lax`;
    document.getElementById("onetrust-consent-sdk").remove();
  };
  document.body.append(h("div", { id: "onetrust-consent-sdk" }, h("div", { class: "onetrust-pc-dark-filter" }),
    h("div", { id: "onetrust-banner-sdk", class: "otFlat bottom", role: "region", "aria-label": "Cookie banner" },
      h("div", { role: "alertdialog", "aria-describedby": "onetrust-policy-text", "aria-modal": "true", "aria-label": "Privacy" },
        h("div", { id: "onetrust-policy-text" }, "By clicking \u201cAccept All Cookies\u201d, you agree to the storing of cookies on your device to enhance site navigation, analyze site usage, and assist in our marketing efforts."),
        h("div", { id: "onetrust-button-group" }, h("button", { id: "onetrust-pc-btn-handler", type: "button" }, "Cookies Settings"),
          h("button", { id: "onetrust-reject-all-handler", type: "button", onclick: accept }, "Reject All"), h("button", { id: "onetrust-accept-btn-handler", type: "button", onclick: accept }, "Accept All Cookies"))))));
}
if (!document.cookie.includes("OptanonAlertBoxClosed=") && window === window.top) setTimeout(cookieBanner, 250);
