"""The HTML around every page, the pages that stand in place of others, and what can cover a page."""

from __future__ import annotations

from html import escape

STYLE = """
body{font:14px Arial,sans-serif;margin:0 16px} .header{display:flex;gap:24px;padding:8px 0} .small-screen{display:none}
.menus>ul{display:flex;gap:24px;list-style:none;margin:0;padding:4px 0;background:#dde8f4} .menus>ul>li{position:relative;padding:4px 12px}
.menus ul ul{display:none;position:absolute;left:0;top:100%;z-index:9;background:#fff;border:1px solid #99a;margin:0;padding:4px;
list-style:none;min-width:220px} .menus li:hover>ul{display:block} .menus ul ul li{padding:4px}
.field{display:inline-block;margin:6px 24px 6px 0} .field label{margin-right:6px} .required{color:#c00} .grid{border-collapse:collapse}
.grid td,.grid th{border:1px solid #aab;padding:2px 8px} .message{color:#c00;margin:8px 0} .section .inside{display:none}
.section.open .inside{display:block} .pair td:first-child{font-weight:bold;padding-right:16px}
.cover{position:fixed;inset:0;background:rgba(0,0,0,.4);z-index:99} .cover>div{background:#fff;margin:120px auto;width:420px;padding:24px}
"""
SCRIPT = """
function __doPostBack(target, argument) {
  const form = document.getElementById('Form');
  form.querySelector('#__EVENTTARGET').value = target;
  form.querySelector('#__EVENTARGUMENT').value = argument;
  form.submit();
}
"""
MAINTENANCE = '<h1>System Maintenance</h1><p class="message">The portal is currently unavailable due to system maintenance.</p>'
CAPTCHA = '<h1>Verify you are human</h1><div class="g-recaptcha" style="width:300px;height:76px;border:1px solid #ccc"></div>'
INTERSTITIAL = "<h1>A message from the department</h1><p>Please review the updated provider bulletin.</p><button>Continue</button>"
NOTICE = '<div class="notice">The portal will be unavailable on Sunday from 2 a.m. to 6 a.m. for scheduled maintenance.</div>'
_GONE = "onclick=\"this.closest('.cover').remove()\""
COVERS = {
    "survey": f'<div class="cover" role="dialog" aria-label="Provider survey"><div><p>Please rate our portal.</p>'
    f'<button type="button" {_GONE}>No thanks</button></div></div>',
    "cookie-banner": f'<div class="cover" id="cookie-notice"><div><p>This site uses cookies.</p>'
    f'<button type="button" {_GONE}>Accept</button></div></div>',
}


def frame(title: str, body: str, *, view: str = "", action: str = "") -> str:
    """A whole page: one form around everything, as WebForms has it."""
    return (
        f"<!DOCTYPE html><html lang='en'><head><meta charset='utf-8'><title>{escape(title)}</title><style>{STYLE}</style>"
        f"<script>{SCRIPT}</script></head><body><form id='Form' method='post' action='{escape(action)}'>"
        f"<input type='hidden' name='__EVENTTARGET' id='__EVENTTARGET'><input type='hidden' name='__EVENTARGUMENT' id='__EVENTARGUMENT'>"
        f"<input type='hidden' name='__VIEWSTATE' id='__VIEWSTATE' value='{view}'>{body}</form></body></html>"
    )
