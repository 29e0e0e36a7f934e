"""A sign-in that asks on several pages: each gets what it asks for, the password is pressed once, a stop in between withdraws it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import pyotp
import pytest

from payerbot.browser.locate import Tab
from payerbot.browser.login import SigningIn, sign_out
from payerbot.errors import BadCredentials, CodeWanted, PageChanged, PasskeyWanted, PortalError, QuestionWanted, SignInUnresolved, StopAsked
from portals.base import Automation, Hours, Pace, Portal, PortalConfig, SignIn
from tests.browser_support import Desktop, selectors, started
from tests.small_site import Asked, Reply, Site, moved

USER, PASSWORD = "front-desk", "Heron-blue-41"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
CONFIG = PortalConfig(
    title="Maple Health",
    base_url="https://portal.example",
    hosts=("portal.example",),
    sign_in=SignIn(
        path="/welcome",
        home="/home",
        form=("welcome", "user_page", "password_page"),
        choose="One Health ID",
        signed_in="shell",
        leave_shows="welcome",
        words={"refused": ("not recognized",), "code_refused": ("not valid",)},
        after={"methods": "method", "app_code": "code", "passkey": "passkey", "question": "question"},
        authenticator="Authenticator",
    ),
    leave="sign_out",
    pace=Pace(seconds=0),
    hours=Hours(zone="America/New_York"),
    automation=Automation(rule="permitted", source="a test's own portal", as_of=date(2026, 1, 1)),
)
BANNER = "[role=alert]"
SELECTORS = selectors(
    {
        "welcome": {"landmark": {"role": "heading", "name": "Welcome"}, "enter": {"role": "button", "name": "Log in"}, "banner": BANNER},
        "user_page": {
            "landmark": "#user",
            "choose": "#kind",
            "user": "#user",
            "password": "#password",
            "enter": "#go",
            "banner": BANNER,
        },
        "password_page": {"landmark": "#only-password", "password": "#only-password", "enter": "#go", "banner": BANNER},
        "shell": {"landmark": "#inside", "leave_menu": "#me", "leave": "#logout"},
        "methods": {"landmark": {"role": "heading", "name": "Verify"}, "ways": "button.way", "way": {"role": "button", "name": "{way}"}},
        "app_code": {"landmark": "#otp", "code": "#otp", "trust": "#trust", "go_on": "#verify", "banner": BANNER},
        "mailed_code": {"landmark": "#mailed", "code": "#mailed", "go_on": "#verify", "banner": BANNER},
        "passkey": {"landmark": {"role": "heading", "name": "Use your passkey"}},
        "question": {"landmark": {"role": "heading", "name": "Security question"}},
    }
)
FIELDS = {
    "user": "<label>ID <input id=user name=user></label>",
    "kind": "<select id=kind name=kind><option>Email Address<option>One Health ID</select>",
    "password": "<label>Password <input id=password type=password name=password></label>",
    "only-password": "<label>Password <input id=only-password type=password name=password></label>",
}


MAILS = CONFIG.model_copy(update={"sign_in": CONFIG.sign_in.model_copy(update={"after": {"mailed_code": "sent_code"}})})


class Maple(Portal):
    title = "Maple Health"

    @classmethod
    def settings(cls) -> PortalConfig:
        return CONFIG


class Server:
    """The portal: which page asks for what, and what it was given."""

    def __init__(self, site: Site) -> None:
        self.first: Sequence[str] = ("user",)  # the fields of the first page
        self.second: Sequence[str] = ("only-password",)  # of the page behind it; none where the first asks for everything
        self.between = ""  # comes after the user id in place of the password page
        self.then = "in"
        self.known = USER
        self.given: list[dict[str, str]] = []
        self.alive = False
        site.pages |= {
            "/welcome": "<h1>Welcome</h1><form action=/user><button>Log in</button></form>",
            "/user": lambda _: self._form(self.first, "/give-user"),
            "/give-user": self._user,
            "/give-password": self._password,
            "/method": lambda _: (
                "<input id=otp name=otp form=f><form id=f method=post action=/code><label>Trust "
                "<input type=checkbox id=trust name=trust></label><button id=verify>Go</button></form>"
            ),
            "/code": self._code,
            "/home": self._home,
            "/logout": self._out,
        }

    def _form(self, fields: Sequence[str], to: str, says: str = "") -> str:
        note = f"<p role=alert>{says}</p>" if says else ""
        return f"{note}<form method=post action={to}>{''.join(FIELDS[name] for name in fields)}<button id=go>Continue</button></form>"

    def _user(self, asked: Asked) -> str | Reply:
        self.given.append(asked.form)
        if asked.form["user"] != self.known:
            return self._form(self.first, "/give-user", "This ID is not recognized.")
        if "password" in self.first:
            return self._led()
        return self.between or self._form(self.second, "/give-password")

    def _password(self, asked: Asked) -> str | Reply:
        self.given.append(asked.form)
        return self._led() if asked.form["password"] == PASSWORD else self._form(self.second, "/give-password", "Password not recognized.")

    def _led(self) -> str | Reply:
        if self.then == "mails":
            return "<form method=post action=/code><input id=mailed name=otp><button id=verify>Go</button></form>"
        if self.then == "methods":
            ways = "".join(f"<form action=/method><button class=way>{way}</button></form>" for way in ("Via Text", "Via Authenticator"))
            return f"<h1>Verify</h1>{ways}"
        self.alive = True
        return moved("/home", 303)

    def _code(self, asked: Asked) -> Reply:
        self.given.append(asked.form)
        self.alive = True
        return moved("/home", 303)

    def _home(self, _asked: Asked) -> str | Reply:
        menu = "<button id=me onclick='out.hidden = false'>Me</button><p id=out hidden><a id=logout href=/logout>Sign out</a></p>"
        return f"<p id=inside>Home</p>{menu}" if self.alive else moved("/welcome")

    def _out(self, _asked: Asked) -> Reply:
        self.alive = False
        return moved("/welcome")


class Secrets:
    def __init__(self, password: str = PASSWORD, totp: str | None = None) -> None:
        self.user, self.password, self.totp = USER, password, totp


class Desk:
    """What was written down, and how many pages had been given something by then."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.log: list[str] = []

    def intend(self) -> None:
        self.log.append(f"intent after {len(self.server.given)}")

    def resolve(self, outcome: str) -> None:
        self.log.append(outcome)

    def choose_way(self, _ways: Sequence[str]) -> str | None:
        raise AssertionError("nobody had to be asked")

    def code(self) -> str | None:
        raise AssertionError("nobody had to be asked")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory, light_browser: None) -> Iterator[Desktop]:
    with Site() as site, started(tmp_path_factory.mktemp("run"), [site.host()]) as context:
        yield Desktop(context, site)


@pytest.fixture
def server(shared: Desktop) -> Server:
    shared.clear()
    return Server(shared.site)


@pytest.fixture
def portal(shared: Desktop, server: Server) -> Maple:
    return Maple(Tab(shared.page, SELECTORS, step_seconds=6), base_url=shared.site.url("").rstrip("/"))


def signed_in(portal: Maple, desk: Desk, secrets: Secrets | None = None) -> None:
    assert SigningIn(portal, secrets or Secrets(), desk, saved=False).run() is True


def refused(portal: Maple, desk: Desk, error: type[PortalError], secrets: Secrets | None = None) -> None:
    with pytest.raises(error) as caught:
        SigningIn(portal, secrets or Secrets(), desk, saved=False).run()
    assert type(caught.value) is error


def test_a_page_for_the_id_and_one_for_the_password_are_given_what_they_ask_for(portal: Maple, server: Server) -> None:
    desk = Desk(server)
    signed_in(portal, desk)
    assert server.given == [{"user": USER}, {"password": PASSWORD}]
    assert desk.log == ["intent after 0", "ok"], "written down before anything was given"


def test_the_same_portal_may_ask_for_both_on_one_page(portal: Maple, server: Server) -> None:
    server.first, desk = ("user", "password"), Desk(server)
    signed_in(portal, desk)
    assert server.given == [{"user": USER, "password": PASSWORD}]
    assert desk.log == ["intent after 0", "ok"]


def test_where_the_kind_of_id_is_asked_for_it_is_chosen(portal: Maple, server: Server) -> None:
    server.first = ("kind", "user", "password")
    signed_in(portal, Desk(server))
    assert server.given[0]["kind"] == "One Health ID"


def test_an_id_that_is_not_known_is_refused_before_a_password_was_given(portal: Maple, server: Server) -> None:
    server.known, desk = "somebody-else", Desk(server)
    refused(portal, desk, BadCredentials)
    assert server.given == [{"user": USER}]
    assert desk.log == ["intent after 0", "refused"]


def test_a_wrong_password_on_the_second_page_is_pressed_once(portal: Maple, server: Server) -> None:
    desk = Desk(server)
    refused(portal, desk, BadCredentials, Secrets(password="Heron-blue-42"))
    assert [list(form) for form in server.given] == [["user"], ["password"]]
    assert desk.log == ["intent after 0", "refused"]


@pytest.mark.parametrize(
    "page, error",
    [("<h1>Use your passkey</h1>", PasskeyWanted), ("<h1>Security question</h1><input name=answer>", QuestionWanted)],
)
def test_what_only_a_person_can_give_goes_to_a_person_and_bars_nothing(
    portal: Maple, server: Server, page: str, error: type[PortalError]
) -> None:
    server.between, desk = page, Desk(server)
    refused(portal, desk, error)
    assert desk.log == ["intent after 0", "code_wanted"]


def test_a_page_between_the_two_that_nobody_knows_leaves_it_unresolved(portal: Maple, server: Server) -> None:
    server.between, desk = "<h1>Meet our new look</h1>", Desk(server)
    refused(portal, desk, SignInUnresolved)
    assert desk.log == ["intent after 0"]


def test_asked_to_stop_between_the_pages_it_is_withdrawn(portal: Maple, server: Server) -> None:
    desk = Desk(server)

    def pulse() -> None:
        if server.given:
            raise StopAsked("asked to stop")

    portal.tab._pulse = pulse
    with pytest.raises(StopAsked):
        SigningIn(portal, Secrets(), desk, saved=False).run()
    assert server.given == [{"user": USER}]
    assert desk.log == ["intent after 0", "withdrawn"]


def test_a_way_that_is_a_button_leads_on_by_itself_and_the_device_is_trusted(portal: Maple, server: Server) -> None:
    server.then, desk = "methods", Desk(server)
    signed_in(portal, desk, Secrets(totp=SEED))
    assert pyotp.TOTP(SEED).verify(server.given[-1]["otp"], valid_window=1)
    assert server.given[-1]["trust"] == "on"
    assert desk.log == ["intent after 0", "ok"]


def test_a_sign_out_that_stands_in_a_menu_is_found(portal: Maple, server: Server) -> None:
    signed_in(portal, Desk(server))
    assert sign_out(portal) is True
    assert server.alive is False


def test_a_button_that_cannot_be_pressed_is_a_changed_page(portal: Maple, server: Server, shared: Desktop) -> None:
    shared.site.pages["/welcome"] = "<h1>Welcome</h1><button disabled>Log in</button>"
    desk = Desk(server)
    refused(portal, desk, PageChanged)
    assert desk.log == []


class Mailbox(Desk):
    """A person who gets the codes that the portal mails, or nobody."""

    there = True

    def choose_way(self, ways: Sequence[str]) -> str | None:
        self.log.append(f"asked for {ways[0]} after {len(self.server.given)}")
        return ways[0] if self.there else None

    def code(self) -> str | None:
        return "314159"


@pytest.fixture
def mails(portal: Maple, server: Server) -> Maple:
    server.then = "mails"
    portal.config = MAILS
    return portal


def test_before_a_portal_mails_a_code_a_person_says_ready_and_no_authenticator_answers_it(mails: Maple, server: Server) -> None:
    desk = Mailbox(server)
    signed_in(mails, desk, Secrets(totp=SEED))
    assert server.given[1:] == [{"password": PASSWORD}, {"otp": "314159"}]
    assert desk.log == ["intent after 0", "asked for a code by e-mail after 1", "ok"], "asked before the password was given"


def test_where_nobody_is_ready_the_password_is_not_given_and_nothing_is_mailed(mails: Maple, server: Server) -> None:
    desk = Mailbox(server)
    desk.there = False
    refused(mails, desk, CodeWanted)
    assert server.given == [{"user": USER}]
    assert desk.log[-1] == "withdrawn"
