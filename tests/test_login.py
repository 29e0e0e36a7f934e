"""The declared sign-in against a small portal of our own: one press, written down before it, judged by the portal's own words."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import date

import pyotp
import pytest

from payerbot.browser import locate, login
from payerbot.browser.locate import Tab
from payerbot.browser.login import Attended, SigningIn, sign_out
from payerbot.errors import (
    AccountLocked,
    BadCredentials,
    BotWall,
    CodeRefused,
    CodeWanted,
    PageChanged,
    PasswordExpired,
    PortalDown,
    PortalError,
    ReadBackMismatch,
    SignInUnresolved,
    StopAsked,
    TermsPage,
)
from portals.base import Automation, Hours, Pace, Portal, PortalConfig, SignIn
from tests.browser_support import Desktop, selectors, started
from tests.small_site import Asked, Reply, Site, moved

USER, PASSWORD = "front-desk", "Heron-blue-41"
SEED = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
APP, TEXT = "Use my Authenticator app", "Text message to ***-**-0142"

CONFIG = PortalConfig(
    title="Cascade Health",
    base_url="https://portal.example",
    hosts=("portal.example",),
    sign_in=SignIn(
        path="/login",
        home="/home",
        form=("sign_in",),
        signed_in="shell",
        leave_shows="sign_in",
        words={
            "refused": ("not recognized",),
            "locked": ("locked",),
            "expired": ("has expired",),
            "down": ("temporarily unavailable",),
            "code_refused": ("code is not valid",),
            "bot_wall": ("unusual activity",),
        },
        after={
            "methods": "method",
            "code": "code",
            "trust": "trust",
            "change": "password",
            "wall": "bot_wall",
            "terms": "terms",
            "closed": "down",
        },
    ),
    leave="sign_out",
    anywhere={"sign_in": "session_lost", "wall": "bot_wall", "closed": "down", "code": "code", "change": "password"},
    pace=Pace(seconds=0),
    hours=Hours(zone="America/New_York"),
    automation=Automation(rule="permitted", source="a test's own portal", as_of=date(2026, 1, 1)),
)
SELECTORS = selectors(
    {
        "sign_in": {
            "landmark": {"label": "User ID"},
            "user": {"label": "User ID"},
            "password": {"label": "Password"},
            "enter": {"role": "button", "name": "Sign In"},
            "banner": "[role=alert]",
        },
        "shell": {"landmark": "#logout", "leave": "#logout"},
        "methods": {
            "landmark": "input[name=choice]",
            "ways": "label:has(input[name=choice])",
            "way": {"role": "radio", "name": "{way}"},
            "go_on": {"role": "button", "name": "Continue"},
        },
        "code": {
            "landmark": "#code",
            "code": "#code",
            "go_on": {"role": "button", "name": "Verify"},
            "banner": "[role=alert]",
        },
        "trust": {"landmark": "h1.trust", "go_on": {"role": "button", "name": "Yes"}},
        "change": {"landmark": {"role": "heading", "name": "Change your password"}},
        "wall": {"landmark": {"role": "heading", "name": "Are you human?"}},
        "terms": {"landmark": {"role": "heading", "name": "Terms of Use"}},
        "closed": {"landmark": {"role": "heading", "name": "Be back soon"}},
    }
)


class Cascade(Portal):
    title = "Cascade Health"

    @classmethod
    def settings(cls) -> PortalConfig:
        return CONFIG


def alert(words: str) -> str:
    return f"<p role=alert>{words}</p>"


REFUSED = alert("The user ID or the password is not recognized.")
SCREENS = {
    "change": "<h1>Change your password</h1>",
    "wall": "<h1>Are you human?</h1>",
    "terms": "<h1>Terms of Use</h1>",
    "closed": "<h1>Be back soon</h1>",
    "strange": "<h1>Meet our new look</h1>",
    "trust": "<h1 class=trust>Trust this device?</h1><form action=/trusted><button>Yes</button></form>",
}


class Cascadia:
    """The portal's server: what it shows first, what a press of Sign In leads to, and what it took in."""

    def __init__(self, site: Site) -> None:
        self.notice = ""  # stands on the sign-in page from the start
        self.first = ""  # comes in place of the sign-in page
        self.leads_to = "methods"  # a screen, a banner, or "in"
        self.extra = ""  # further markup of the sign-in form
        self.ways: tuple[str, ...] = (APP, TEXT)
        self.right_code: Callable[[str], bool] = lambda _code: False
        self.presses = 0
        self.codes: list[str] = []
        self.way = ""
        self.alive = False
        self.half_in = False
        self.then = ""  # a screen that comes before the inside
        self.forgets = True  # signing out works
        self.hold = threading.Event()
        self.hold.set()
        site.pages |= {
            "/login": self._login,
            "/home": self._home,
            "/logout": self._logout,
            "/way": self._way,
            "/verify": self._verify,
            "/trusted": self._trusted,
            "/methods": lambda _asked: self._methods(),
        }

    def _login(self, asked: Asked) -> str | Reply:
        if asked.method == "GET":
            return self.first or self._form()
        self.presses += 1
        self.hold.wait(20)
        if asked.form != {"user": USER, "password": PASSWORD}:
            return self._form(REFUSED)
        return self._led(self.leads_to)

    def _led(self, to: str) -> str | Reply:
        if to == "in":
            return self._inside()
        if to == "methods":
            return moved("/methods")
        return SCREENS[to] if to in SCREENS else self._form(to)

    def _form(self, banner: str = "") -> str:
        return (
            f"{self.notice}{banner}<form method=post action=/login><label>User ID * <input name=user></label>"
            f"<label>Password <input name=password type=password></label><button>Sign In</button></form>{self.extra}"
        )

    def _methods(self) -> str:
        radios = "".join(f"<label><input type=radio name=choice value='{way}'>{way}</label>" for way in self.ways)
        return f"<form method=post action=/way>{radios}<button>Continue</button></form>"

    def _way(self, asked: Asked) -> str:
        self.way = asked.form["choice"]
        return self._code(alert("We sent you a code."))

    def _code(self, banner: str = "") -> str:
        return f"{banner}<form method=post action=/verify><input id=code name=code><button>Verify</button></form>"

    def _verify(self, asked: Asked) -> str | Reply:
        self.codes.append(asked.form["code"])
        return self._inside() if self.right_code(asked.form["code"]) else self._code(alert("The code is not valid."))

    def _trusted(self, _asked: Asked) -> Reply:
        self.then = ""
        return self._inside()

    def _inside(self) -> Reply:
        if self.then:
            return Reply(SCREENS[self.then])
        self.alive, self.half_in = True, False
        return moved("/home", 303)

    def _home(self, _asked: Asked) -> str | Reply:
        if self.half_in:
            self.half_in = False
            return moved("/methods")
        return "<a id=logout href=/logout>Log out</a>" if self.alive else moved("/login")

    def _logout(self, _asked: Asked) -> Reply:
        self.alive = self.alive and not self.forgets
        return moved("/home")


class Secrets:
    def __init__(self, password: str = PASSWORD, totp: str | None = None) -> None:
        self.user, self.password, self.totp = USER, password, totp


class Desk:
    """Records what is written down, and how many presses the server had seen by then."""

    def __init__(self, portal: Cascadia, *, way: str | None = None, code: str | None = None) -> None:
        self.portal, self.way, self.given = portal, way, code
        self.log: list[str] = []
        self.ways: list[str] = []
        self.before_press: Callable[[], object] = lambda: None
        self.waits: Callable[[], object] = lambda: None

    def intend(self) -> None:
        self.log.append(f"intent after {self.portal.presses}")
        self.before_press()

    def resolve(self, outcome: str) -> None:
        self.log.append(outcome)

    def choose_way(self, ways: Sequence[str]) -> str | None:
        self.ways = list(ways)
        return self.way

    def code(self) -> str | None:
        self.waits()
        return self.given


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    with Site() as site, started(tmp_path_factory.mktemp("run"), [site.host()]) as context:
        yield Desktop(context, site)


@pytest.fixture
def desktop(shared: Desktop) -> Desktop:
    shared.spoiled = True  # a tab of its own: pages may still be loading when a test ends
    shared.clear()
    return shared


@pytest.fixture
def server(desktop: Desktop) -> Cascadia:
    return Cascadia(desktop.site)


@pytest.fixture
def portal(desktop: Desktop, server: Cascadia) -> Cascade:
    return opened(desktop)


def opened(desktop: Desktop, *, seconds: float = 12.0) -> Cascade:
    return Cascade(Tab(desktop.page, SELECTORS, step_seconds=seconds), base_url=desktop.site.url("").rstrip("/"))


def stop_when(portal: Portal, holds: Callable[[], bool]) -> None:
    """From then on someone asks to stop."""

    def pulse() -> None:
        if holds():
            raise StopAsked("asked to stop")

    portal.tab._pulse = pulse


def refused(portal: Portal, desk: Desk, error: type[PortalError], secrets: Secrets | None = None, *, saved: bool = False) -> str:
    with pytest.raises(error) as caught:
        SigningIn(portal, secrets or Secrets(), desk, saved=saved).run()
    assert type(caught.value) is error
    told = "".join(traceback.format_exception(caught.value))
    assert PASSWORD not in told
    assert SEED not in told
    return str(caught.value)


# --- password ------------------------------------------------------------------------------------------------------------------------


def test_a_right_password_signs_in_and_its_press_was_written_down_before(portal: Cascade, server: Cascadia) -> None:
    server.leads_to, desk = "in", Desk(server)
    assert SigningIn(portal, Secrets(), desk, saved=False).run() is True
    assert (desk.log, server.presses) == (["intent after 0", "ok"], 1)


def test_a_wrong_password_is_pressed_once(portal: Cascade, server: Cascadia) -> None:
    desk = Desk(server)
    assert "refused" in refused(portal, desk, BadCredentials, Secrets(password="Heron-blue-42"))
    assert (desk.log, server.presses) == (["intent after 0", "refused"], 1)


@pytest.mark.parametrize(
    "words, error, outcome",
    [
        ("The password is not recognized.", BadCredentials, "refused"),
        ("Your account is now LOCKED.", AccountLocked, "locked"),
        ("Your password\n has  expired.", PasswordExpired, "password_expired"),
        ("We are temporarily unavailable.", PortalDown, "portal_down"),
        ("We noticed unusual activity. Sign-in is paused.", BotWall, "bot_wall"),
    ],
)
def test_the_banners_own_words_decide_what_a_refusal_was(
    portal: Cascade, server: Cascadia, words: str, error: type[PortalError], outcome: str
) -> None:
    server.leads_to, desk = alert(words), Desk(server)
    refused(portal, desk, error)
    assert (desk.log, server.presses) == (["intent after 0", outcome], 1)


@pytest.mark.parametrize(
    "screen, error, outcome",
    [
        ("change", PasswordExpired, "password_expired"),
        ("terms", TermsPage, "terms"),
        ("closed", PortalDown, "portal_down"),
        ("wall", BotWall, "bot_wall"),
    ],
)
def test_a_known_screen_after_the_press_means_what_the_portal_declares(
    portal: Cascade, server: Cascadia, screen: str, error: type[PortalError], outcome: str
) -> None:
    server.leads_to, desk = screen, Desk(server)
    assert screen in refused(portal, desk, error)
    assert desk.log == ["intent after 0", outcome]


def test_a_wall_that_shows_a_banner_too_is_no_bad_password(portal: Cascade, server: Cascadia) -> None:
    server.leads_to, desk = alert("not recognized") + SCREENS["wall"], Desk(server)
    refused(portal, desk, BotWall)
    assert desk.log == ["intent after 0", "bot_wall"]


def test_words_nobody_knows_leave_the_end_unknown(portal: Cascade, server: Cascadia) -> None:
    server.leads_to, desk = alert("Error 4711"), Desk(server)
    assert "words that are not known" in refused(portal, desk, SignInUnresolved)
    assert desk.log == ["intent after 0"]


@pytest.mark.parametrize("page", ["strange", "hang up", "503"])
def test_whatever_else_comes_after_the_press_leaves_the_end_unknown(desktop: Desktop, server: Cascadia, page: str) -> None:
    def led(to: str) -> str | Reply:
        if to == "hang up":
            raise ConnectionAbortedError
        return Reply("<p>sorry</p>", 503) if to == "503" else SCREENS[to]

    server._led = led  # type: ignore[method-assign]
    server.leads_to, desk = page, Desk(server)
    pressed: list[str] = []  # by the page: below it a browser may send a request again whose connection dropped
    desktop.page.on("request", lambda asked: pressed.append(asked.method) if asked.method == "POST" else None)
    refused(opened(desktop, seconds=5), desk, SignInUnresolved)
    assert (desk.log, pressed) == (["intent after 0"], ["POST"])


def test_a_notice_that_stood_there_before_is_no_answer(portal: Cascade, server: Cascadia) -> None:
    server.notice = alert("We will be <b>temporarily unavailable</b> on Sunday.")
    server.leads_to, desk = "in", Desk(server)
    assert SigningIn(portal, Secrets(), desk, saved=False).run() is True
    server.alive = False
    desk = Desk(server)
    refused(portal, desk, BadCredentials, Secrets(password="Heron-blue-42"))
    assert desk.log == ["intent after 1", "refused"]


# --- between the intent and the press ------------------------------------------------------------------------------------------------


def test_what_fails_between_the_intent_and_the_press_leaves_the_end_unknown(desktop: Desktop, server: Cascadia) -> None:
    portal, desk = opened(desktop, seconds=3), Desk(server)
    desk.before_press = lambda: desktop.page.evaluate("document.querySelector('button').remove()")
    refused(portal, desk, SignInUnresolved)
    assert (desk.log, server.presses) == (["intent after 0"], 0)


def test_a_press_that_is_barred_is_not_made(portal: Cascade, server: Cascadia) -> None:
    class Barred(Desk):
        def intend(self) -> None:
            raise SignInUnresolved("answer question 12 first")

    desk = Barred(server)
    assert refused(portal, desk, SignInUnresolved) == "answer question 12 first"
    assert (desk.log, server.presses) == ([], 0)


@pytest.mark.parametrize(
    "extra, error",
    [
        ("<script>document.querySelector('[type=password]').oninput = e => e.target.value = ''</script>", ReadBackMismatch),
        ("<script>document.querySelector('button').disabled = true</script>", PageChanged),
    ],
)
def test_a_form_that_cannot_be_sent_is_seen_before_anything_is_written_down(
    desktop: Desktop, server: Cascadia, extra: str, error: type[PortalError]
) -> None:
    server.extra, desk = extra, Desk(server)
    refused(opened(desktop, seconds=3), desk, error)
    assert (desk.log, server.presses) == ([], 0)


def test_asked_to_stop_before_the_press_nothing_was_pressed(portal: Cascade, server: Cascadia) -> None:
    desk = Desk(server)
    desk.before_press = lambda: stop_when(portal, lambda: True)
    refused(portal, desk, StopAsked)
    assert (desk.log, server.presses) == (["intent after 0", "withdrawn"], 0)


def test_asked_to_stop_after_the_press_its_end_is_awaited(portal: Cascade, server: Cascadia) -> None:
    server.leads_to, desk = "in", Desk(server)
    server.hold.clear()
    heard: list[int] = []

    def pressed() -> bool:
        if server.presses:
            heard.append(1)
            server.hold.set()
        return server.presses > 0

    stop_when(portal, pressed)
    assert SigningIn(portal, Secrets(), desk, saved=False).run() is True
    assert heard
    assert (desk.log, server.presses) == (["intent after 0", "ok"], 1)


# --- codes ---------------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def _fresh_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SigningIn, "_typed", "")


@pytest.mark.usefixtures("_fresh_codes")
def test_a_seed_in_the_keyring_answers_the_code_page_and_nobody_is_asked(portal: Cascade, server: Cascadia) -> None:
    server.right_code, desk = lambda code: pyotp.TOTP(SEED).verify(code, valid_window=1), Desk(server)
    assert SigningIn(portal, Secrets(totp=SEED), desk, saved=False).run() is True
    assert (server.way, len(server.codes), desk.ways) == (APP, 1, [])
    assert desk.log == ["intent after 0", "ok"]


def test_a_person_chooses_the_way_and_types_the_code(portal: Cascade, server: Cascadia) -> None:
    server.right_code, desk = lambda code: code == "246810", Desk(server, way=TEXT, code="246810")
    assert SigningIn(portal, Secrets(), desk, saved=False).run() is True
    assert (desk.ways, server.way, server.codes) == ([APP, TEXT], TEXT, ["246810"])
    assert desk.log == ["intent after 0", "ok"]


def test_where_the_app_is_not_offered_a_person_is_asked_although_there_is_a_seed(portal: Cascade, server: Cascadia) -> None:
    server.ways, server.right_code = (TEXT,), lambda code: code == "246810"
    desk = Desk(server, way=TEXT, code="246810")
    assert SigningIn(portal, Secrets(totp=SEED), desk, saved=False).run() is True
    assert server.codes == ["246810"]


def test_nothing_is_sent_to_a_phone_before_the_person_is_ready(portal: Cascade, server: Cascadia) -> None:
    desk = Desk(server)
    refused(portal, desk, CodeWanted)
    assert (server.way, desk.log) == ("", ["intent after 0", "code_wanted"])


def test_a_code_nobody_gives_is_wanted(portal: Cascade, server: Cascadia) -> None:
    desk = Desk(server, way=TEXT)
    refused(portal, desk, CodeWanted)
    assert (server.way, server.codes, desk.log) == (TEXT, [], ["intent after 0", "code_wanted"])


def test_a_refused_code_is_typed_once(portal: Cascade, server: Cascadia) -> None:
    desk = Desk(server, way=TEXT, code="111111")
    refused(portal, desk, CodeRefused)
    assert (server.codes, desk.log) == (["111111"], ["intent after 0", "code_refused"])


def test_after_the_code_a_device_is_trusted_and_a_password_change_is_a_persons(portal: Cascade, server: Cascadia) -> None:
    server.right_code, desk = lambda code: code == "246810", Desk(server, way=TEXT, code="246810")
    server.then = "trust"
    assert SigningIn(portal, Secrets(), desk, saved=False).run() is True
    server.alive, server.then, desk = False, "change", Desk(server, way=TEXT, code="246810")
    refused(portal, desk, PasswordExpired)
    assert desk.log == ["intent after 1", "password_expired"]


@pytest.mark.parametrize("way", [None, TEXT], ids=["which way", "the code"])
def test_asked_to_stop_while_a_person_is_waited_for_the_password_was_right(portal: Cascade, server: Cascadia, way: str | None) -> None:
    class Waiting(Desk):
        def choose_way(self, ways: Sequence[str]) -> str | None:
            return self.way or self.code()

        def code(self) -> str | None:
            stop_when(portal, lambda: True)
            portal.tab.pause(30)
            return None

    desk = Waiting(server, way=way)
    refused(portal, desk, StopAsked)
    assert desk.log == ["intent after 0", "code_wanted"]


class Clock:
    """Time that passes only where someone pauses."""

    def __init__(self, now: float) -> None:
        self.now = now
        self.config = CONFIG
        self.tab = self

    def time(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds


@pytest.mark.usefixtures("_fresh_codes")
@pytest.mark.parametrize("left, window", [(30, 0), (5, 0), (3.9, 1), (0.5, 1)])
def test_a_code_that_is_about_to_change_is_waited_out(monkeypatch: pytest.MonkeyPatch, left: float, window: int) -> None:
    clock = Clock(1_800_000_000 + 30 - left)
    monkeypatch.setattr(login, "time", clock)
    typed = SigningIn(clock, Secrets(totp=SEED), Desk(None), saved=False)._totp()  # type: ignore[arg-type]
    assert typed == pyotp.TOTP(SEED).at(1_800_000_000 + 30 * window)


@pytest.mark.usefixtures("_fresh_codes")
def test_no_code_is_typed_twice_by_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(1_800_000_000)
    monkeypatch.setattr(login, "time", clock)
    typed = [SigningIn(clock, Secrets(totp=SEED), Desk(None), saved=False)._totp() for _ in range(3)]  # type: ignore[arg-type]
    assert typed == [pyotp.TOTP(SEED).at(1_800_000_000 + 30 * window) for window in range(3)]


# --- a saved session -----------------------------------------------------------------------------------------------------------------


def test_a_saved_session_that_lives_needs_no_sign_in(portal: Cascade, server: Cascadia, desktop: Desktop) -> None:
    server.alive, desk = True, Desk(server)
    assert SigningIn(portal, Secrets(), desk, saved=True).run() is False
    assert (desk.log, server.presses, desktop.site.paths()) == ([], 0, ["/home"])


def test_a_saved_session_that_is_over_is_signed_in_anew(portal: Cascade, server: Cascadia) -> None:
    server.leads_to, desk = "in", Desk(server)
    assert SigningIn(portal, Secrets(), desk, saved=True).run() is True
    assert desk.log == ["intent after 0", "ok"]


def test_a_half_done_second_step_is_begun_anew(portal: Cascade, server: Cascadia) -> None:
    server.half_in, server.leads_to, desk = True, "in", Desk(server)
    assert SigningIn(portal, Secrets(), desk, saved=True).run() is True
    assert (desk.log, desk.ways) == (["intent after 0", "ok"], [])


@pytest.mark.parametrize("screen, error", [("wall", BotWall), ("terms", TermsPage), ("closed", PortalDown), ("strange", PageChanged)])
def test_what_stands_before_the_form_stops_before_anything_is_written_down(
    desktop: Desktop, server: Cascadia, screen: str, error: type[PortalError]
) -> None:
    server.first, desk = SCREENS[screen], Desk(server)
    refused(opened(desktop, seconds=3), desk, error)
    assert (desk.log, server.presses) == ([], 0)


def test_a_portal_that_is_down_before_the_form_is_down(portal: Cascade, server: Cascadia, desktop: Desktop) -> None:
    desktop.site.pages["/login"] = Reply("<p>sorry</p>", 503)
    desk = Desk(server)
    refused(portal, desk, PortalDown)
    assert desk.log == []


# --- a person at the window ----------------------------------------------------------------------------------------------------------


def test_a_person_signs_in_at_the_window_and_the_bot_types_nothing(
    portal: Cascade, server: Cascadia, desktop: Desktop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def person() -> None:
        if desktop.page.url.endswith("/login") and not server.presses:
            desktop.page.fill("[name=user]", USER)
            desktop.page.fill("[name=password]", PASSWORD)
            desktop.page.click("button")

    monkeypatch.setattr(locate, "SLICE_MS", 200)
    monkeypatch.setattr(login, "ATTENDED_MS", 10_000)
    server.leads_to, desk = "in", Desk(server)
    portal.tab._pulse = person
    assert Attended(portal, Secrets("nobody's"), desk, saved=False).run() is True
    assert (server.presses, desk.log) == (1, [])


def test_where_nobody_signs_in_at_the_window_a_person_is_needed(portal: Cascade, server: Cascadia, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(login, "ATTENDED_MS", 300)
    with pytest.raises(CodeWanted, match="nobody signed in at the window"):
        Attended(portal, Secrets(), Desk(server), saved=False).run()
    assert server.presses == 0


# --- leaving -------------------------------------------------------------------------------------------------------------------------


def test_a_sign_out_is_proved_by_the_sign_in_page(portal: Cascade, server: Cascadia) -> None:
    server.alive = True
    portal.go("/home")
    assert sign_out(portal) is True
    assert server.alive is False
    assert sign_out(portal) is True  # it shows already


def test_a_sign_out_starts_from_any_page(portal: Cascade, server: Cascadia, desktop: Desktop) -> None:
    desktop.site.pages["/elsewhere"] = "<p>a page without a way out</p>"
    server.alive = True
    portal.go("/elsewhere")
    assert sign_out(portal) is True
    assert server.alive is False
    portal.go("/elsewhere")
    assert sign_out(portal) is True  # the session was over already


def test_a_sign_out_that_cannot_be_proved_is_none(portal: Cascade, server: Cascadia, desktop: Desktop) -> None:
    server.alive, server.forgets = True, False
    portal.go("/home")
    assert sign_out(portal, within_seconds=1) is False
    desktop.site.pages["/home"] = SCREENS["closed"]
    portal.go("/home")
    assert sign_out(portal, within_seconds=1) is False
