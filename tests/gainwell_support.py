"""Somebody who uses the Gainwell twin without a browser: it follows links and presses buttons as the pages' own forms would."""

from __future__ import annotations

import re
from html import unescape

import httpx

from sandbox.client import PortalUser, Twin

HOME = "/hcp/provider/Home/tabid/135/Default.aspx"
KEY_SET = {"BusinessTypeHidden": "Professional"}  # what the Claim ID box's own script would set


class Person:
    """One browser at one state's portal."""

    def __init__(self, twin: Twin, state: str) -> None:
        host = f"{twin.host(f'gainwell-{state}')}:{twin.port}"
        self.twin = twin
        self.http = httpx.Client(
            base_url=f"http://127.0.0.1:{twin.port}",
            headers={"Host": host},
            timeout=10,
            trust_env=False,
            follow_redirects=True,
            limits=httpx.Limits(max_keepalive_connections=0),  # nothing is left open when a test is over
        )
        self.page = self.get(HOME)

    def get(self, path: str) -> str:
        """Load an address; the page that came."""
        self.page = self.http.get(path).text
        return self.page

    def press(self, button: str, **values: str) -> str:
        """Fill the boxes with these id suffixes and press the button with that one."""
        form = self.fields()
        for suffix, value in values.items():
            form[self.named(f"{suffix}_Control" if suffix.endswith(("Box", "Date", "Control", "Down")) else suffix)] = value
        form[self.named(button)] = "pressed"
        return self._post(form)

    def postback(self, argument: str) -> str:
        """Follow a link of the list."""
        return self._post({**self.fields(), "__EVENTARGUMENT": argument})

    def _post(self, form: dict[str, str]) -> str:
        action = re.search(r"action='([^']*)'", self.page)
        assert action is not None
        self.page = self.http.post(action[1], data=form).text
        return self.page

    def fields(self) -> dict[str, str]:
        """What the form would send now, its buttons apart."""
        tags = re.findall(r"<input ([^>]*)>", self.page)
        told = [{name: value for name, _, value in re.findall(r"([\w-]+)=(['\"])(.*?)\2", tag)} for tag in tags]
        return {tag["name"]: unescape(tag.get("value", "")) for tag in told if "name" in tag and tag["type"] != "submit"}

    def named(self, suffix: str) -> str:
        """The whole name of a control."""
        hit = re.search(rf'name="([^"]*\${re.escape(suffix.replace("_", "$"))})"', self.page)
        assert hit is not None, suffix
        return hit[1]

    def ids(self, suffix: str) -> list[str]:
        """The ids with this ending."""
        return re.findall(rf'id="([^"]*{re.escape(suffix)})"', self.page)

    def link(self, name: str) -> str:
        """Where the menu's own link of this name leads, not its hidden copy's."""
        return [unescape(found) for found in re.findall(rf'href="([^"]*)">{name}</a>', self.page)][-1]

    def open(self, name: str) -> str:
        """Follow a link of the menu on this page."""
        return self.get(self.link(name))

    def sign_in(self, user: PortalUser) -> str:
        """Whatever this state asks for, and the practice as the provider where one is to be chosen."""
        self.get(HOME)
        if "PasswordCmnTextBox" in self.page:
            self.press("LoginCmnButton", UserNameCmnTextBox=user.user_id, PasswordCmnTextBox=user.password)
        else:
            self.press("LoginCmnButton", UserNameCmnTextBox=user.user_id)
            if "ChallengeQuestion" in self.page:
                self.press("ContinueCmnButton", ChallengeResponseCmnTextBox=user.backup_codes[0])
            self.press("SignInCmnButton", PasswordCmnTextBox=user.password)
        if "VerificationCodeCmnTextBox" in self.page:
            self.press("VerifyCmnButton", VerificationCodeCmnTextBox=user.code())
        if "Choose Provider" in self.page:
            form = {**self.fields(), self.named("ProviderCmnDropDown_Control"): "Harborlight Counseling Group"}
            self._post({**form, self.named("SelectProviderCmnButton"): "Submit"})
        return self.page

    def verify(self, member_id: str, day: str) -> str:
        """Ask for one member's eligibility, from the menu on."""
        self.open("Eligibility Verification")
        days = {"DateRangeCmnDateRange_StartDateControl": day, "DateRangeCmnDateRange_EndDateControl": day}
        return self.press("SubmitCmnButton", MemberIDCmnTextBox=member_id, **days)

    def search(self, **values: str) -> str:
        """Search claims, from the menu on."""
        self.open("Search Claims")
        return self.press("SearchMedicalAndDentalClaimsCmnButton", **values)

    def payments(self, *, number: str = "", start: str = "", end: str = "") -> str:
        """Search the payment history, from the menu on."""
        self.open("Search Payment History")
        days = {"PaymentDateCmnDateRange_StartDateControl": start, "PaymentDateCmnDateRange_EndDateControl": end}
        return self.press("SearchPaymentHistoryCmnButton", PaymentIDCmnTextBox=number, **days)

    def table(self) -> list[list[str]]:
        """The cells of the rows of the one table, as HTML."""
        body = self.page.partition("<tbody>")[2].partition("</tbody>")[0]
        return [re.findall(r"<td>(.*?)</td>", row) for row in re.findall(r"<tr>(.*?)</tr>", body)]

    def file(self, argument: str) -> httpx.Response:
        """Follow a link that brings a file; the page stays."""
        form = {**self.fields(), "__EVENTARGUMENT": argument}
        action = re.search(r"action='([^']*)'", self.page)
        assert action is not None
        return self.http.post(action[1], data=form)
