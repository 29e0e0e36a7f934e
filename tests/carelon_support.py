"""Somebody who uses the ProviderConnect twin without a browser: follows links and presses buttons as the pages' own forms would."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlsplit

import httpx

from sandbox.client import PortalUser, Twin
from sandbox.world import AS_OF, Member

HOST = "www.valueoptions.localhost"
FRONT = "/pc/eProvider/providerLogin.do"
HOME = "/pc/eProvider/providerHome.do"
TODAY = f"{AS_OF:%m%d%Y}"
TOKEN = "org.apache.struts.taglib.html.TOKEN"


class Person:
    """One browser at one of the two addresses."""

    def __init__(self, twin: Twin, host: str = HOST) -> None:
        self.twin = twin
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{twin.port}",
            headers={"Host": f"{host}:{twin.port}"},
            timeout=10,
            trust_env=False,
            follow_redirects=True,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing is left open when a test is over
        )
        self.page = ""

    def get(self, path: str) -> str:
        """Load an address; the page that came."""
        self.page = self.http.get(path).text
        return self.page

    def follow(self, link: str) -> str:
        """Follow a link by its words."""
        found = re.findall(rf'<a href="([^"]*)">{re.escape(link)}</a>', self.page)
        return self.get(unescape(found[0]))

    def form(self, button: str) -> tuple[str, dict[str, str], str]:
        """Action, fields and method of the form that has this button, as it would be sent without any button."""
        forms = re.findall(r"<form (.*?)>(.*?)</form>", self.page, re.DOTALL)
        head, inside = next((head, inside) for head, inside in forms if f'value="{button}"' in inside)
        fields = {}
        for tag in re.findall(r"<input (.*?)>", inside):
            told = {name: unescape(value) for name, _, value in re.findall(r"([\w-]+)=(['\"])(.*?)\2", tag)}
            if told.get("type") not in ("submit", "radio", "file") and "name" in told:
                fields[told["name"]] = told.get("value", "")
        for name, listed in re.findall(r"<select .*?name=\"(\w+)\".*?>(.*?)</select>", inside, re.DOTALL):
            chosen = re.search(r"<option selected>(.*?)</option>", listed) or re.search(r"<option>(.*?)</option>", listed)
            fields[name] = unescape(chosen[1]) if chosen else ""
        fields |= {name: unescape(text) for name, text in re.findall(r"<textarea .*?name=\"(\w+)\".*?>(.*?)</textarea>", inside, re.DOTALL)}
        return self._attribute(head, "action"), fields, self._attribute(head, "method")

    @staticmethod
    def _attribute(tag: str, name: str) -> str:
        hit = re.search(rf"{name}=(['\"])(.*?)\1", tag)
        return unescape(hit[2]) if hit else ""

    def press(self, button: str, **values: str) -> str:
        """Fill the form that has this button and press it."""
        action, fields, method = self.form(button)
        hit = re.search(rf"<input type=\"submit\" name=\"(\w+)\" value=\"{re.escape(button)}\"([^>]*)>", self.page)
        assert hit is not None, button
        there = self._attribute(hit[2], "formaction") or action
        sent = {**fields, **values, hit[1]: button}
        ask = self.http.get(there, params=sent) if method == "get" else self.http.post(there, data=sent)
        self.page = ask.text
        return self.page

    def sign_in(self, user: PortalUser) -> str:
        """User ID, password, and the agreement where it comes."""
        self.get(FRONT)
        self.press("Log On", userId=user.user_id, password=user.password)
        return self.press("I agree") if "Use Agreement" in self.page else self.page

    def search(self, member: Member, payer: str, *, day: str = TODAY, **values: str) -> str:
        """Look a member up by id and birth date."""
        plan = member.coverage_at(payer)
        assert plan is not None
        self.follow("Specific Member Search")
        told = {"memberId": plan.member_id, "dateOfBirth": f"{member.person.birth_date:%m%d%Y}", "asOfDate": day}
        return self.press("Search", **(told | values))

    def texts(self) -> list[str]:
        """What a person reads, piece by piece, buttons included."""
        words = re.findall(r">([^<>]+)<", re.sub(r"<(script|style)>.*?</\1>", "", self.page, flags=re.DOTALL))
        words += re.findall(r'type="submit"[^>]* value="([^"]*)"', self.page)
        return [unescape(text).strip().rstrip(":") for text in words if text.strip()]


def request(
    person: Person, member: Member, payer: str, care: str = "Individual Therapy - Office", *, attach: bool = True
) -> dict[str, str]:
    """Go through the wizard up to the page before Submit; each page by its title."""
    plan = member.coverage_at(payer)
    assert plan is not None
    pages: dict[str, str] = {}

    def keep() -> None:
        pages[(re.findall(r"<h1>(.*?)</h1>", person.page) or ["?"])[0]] = person.page

    person.follow("Enter an Authorization Request")
    person.press("Next")
    keep()
    person.press("Next", memberId=plan.member_id, dateOfBirth=f"{member.person.birth_date:%m%d%Y}")
    keep()
    person.press("Next")
    keep()
    person.press("Find Addresses", providerNpi="1999901006")
    keep()
    own = next(n for n, one in enumerate(re.findall(r"<td>(\d\d-\d{7})</td>", person.page)) if one == "00-4719283")
    person.press("Next", address=str(own), requestingNpi="1999900016", contactName="Dana Whitlock", contactPhone="804-555-0142")
    pages["Requested Services Header, empty"] = person.page
    action, fields, _ = person.form("Next")
    person.page = person.http.post(action, data=fields | {"rebuild": "yes", "levelOfService": "Outpatient / Community Based"}).text
    keep()
    chosen = {"typeOfService": "Mental Health", "levelOfCare": "Outpatient", "typeOfCare": care, "requestKind": "INITIAL"}
    if attach and care.startswith("Psych Testing"):
        action, fields, _ = person.form("Next")
        told = fields | {"startDate": "11232026", **chosen, "documentKind": "Psychological Evaluation Request", "attach": "Attach Document"}
        person.page = person.http.post(action, data=told, files={"document": ("request-1.txt", b"made up")}).text
    person.press("Next", startDate="11232026", **chosen)
    keep()
    if not attach:
        return pages
    person.press("Next", diagnosis1="F33.1")
    keep()
    person.press("Next")
    keep()
    return pages


def at_availity(twin: Twin, user: PortalUser) -> str:
    """Sign in at Availity, open the payer space, and return the address that its single sign-on leads to."""
    host = {"Host": f"{twin.host('availity')}:{twin.port}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{twin.port}", headers=host, timeout=10, trust_env=False) as http:
        api = "/ms/api/availity/internal/v1"
        http.get("/static/public/onb/onboarding-ui-apps/availity-fr-ui/")
        http.post(f"{api}/authenticate", json={"userId": user.user_id, "password": user.password})
        http.post(f"{api}/two-step/method", json={"way": "app"})
        http.post(f"{api}/two-step/verify", json={"code": user.code()})
        there = http.get(f"{api}/payer-spaces/go", params={"to": "carelon-availity"}, follow_redirects=False)
    address = urlsplit(there.headers.get("location", ""))
    return f"{address.path}?{address.query}"
