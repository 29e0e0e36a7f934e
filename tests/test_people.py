"""Questions to people: in plain words, to a named person, answered by a named person; a code is typed once and never shown."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from payerbot import logs
from payerbot.errors import UserError
from payerbot.people import notify, staff, wording
from payerbot.people.desk import Desk

if TYPE_CHECKING:
    from payerbot.ledger.book import Handoff, Ledger
    from payerbot.practice import Practice, Staff

LOGIN = "automation-1"
WAYS = ("Authenticator app", "Text message to (***) ***-0142")


class Script:
    """A person whose answers are known beforehand; keeps what was said to them."""

    def __init__(self, *answers: object) -> None:
        self.answers = list(answers)
        self.heard: list[str] = []

    def say(self, text: str) -> None:
        self.heard.append(text)

    def choose(self, text: str, ways: Sequence[str]) -> str:
        self.heard.append(text)
        return ways[int(str(self.answers.pop(0)))]

    def confirm(self, text: str) -> bool:
        self.heard.append(text)
        return bool(self.answers.pop(0))

    def secret(self, text: str) -> str:
        self.heard.append(text)
        return str(self.answers.pop(0))


@pytest.fixture
def desk(ledger: Ledger, practice: Practice) -> Desk:
    return Desk(ledger, practice, title=lambda portal: f"{portal.title()} Essentials")


@pytest.fixture
def dana(practice: Practice) -> Staff:
    return staff.person(practice, "dana")


def ask(ledger: Ledger, kind: str, **more: object) -> int:
    return ledger.ask_person("availity", LOGIN, kind, **{"staff": "dana", **more})  # type: ignore[arg-type]


class TestTheWords:
    def test_a_question_names_portal_login_person_and_command(self, desk: Desk, ledger: Ledger) -> None:
        n = ask(ledger, "code", ways=WAYS)
        assert desk.sentence(desk.question(n)) == (
            f"Question {n}: Availity Essentials wants a one-time code for the login 'automation-1'. "
            f"Dana Whitfield can answer with: payerbot answer {n}"
        )

    def test_a_question_with_an_end_says_until_when_on_the_practice_clock(self, desk: Desk, ledger: Ledger, practice: Practice) -> None:
        until = datetime.now(UTC) + timedelta(minutes=5)
        n = ask(ledger, "code", until=until)
        assert f"(until {until.astimezone(practice.zone):%H:%M})" in desk.sentence(desk.question(n))

    def test_a_question_to_nobody_known_still_says_how_it_is_answered(self, desk: Desk, ledger: Ledger) -> None:
        n = ask(ledger, "bot_wall", staff="gone")
        assert "Somebody of the staff can answer with: payerbot answer" in desk.sentence(desk.question(n))

    def test_an_answered_question_says_who_answered_it_and_how(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "bot_wall")
        desk.answer(n, dana, Script(True))
        (closed,) = ledger.questions(only_open=False)
        assert "Closed by Dana Whitfield on " in desk.sentence(closed)
        assert desk.sentence(closed).endswith(": done.")
        assert desk.open_questions() == []

    @pytest.mark.parametrize("kind", [*wording.KINDS, *wording.ALIASES, "something_new"])
    def test_every_kind_has_words_and_a_thing_to_do(self, kind: str, desk: Desk, ledger: Ledger) -> None:
        question = desk.question(ask(ledger, kind))
        assert f"the login '{LOGIN}'" in desk.sentence(question)
        assert "{" not in wording.todo(question)
        assert len(wording.todo(question)) > 20
        assert wording.asks(question)

    def test_every_yes_or_no_question_asks_something_of_its_own(self) -> None:
        assert set(wording.FIXED_ASKS) == {kind for kind, words in wording.KINDS.items() if words.manner == "fixed"}

    def test_every_trouble_that_is_parked_has_words_of_its_own(self) -> None:
        """What a share asks about is named after its error."""
        parked = {
            "code_refused",
            "password_expired",
            "bot_wall",
            "terms_page",
            "sign_in_unresolved",
            "submission_unknown",
            "account_locked",
        }
        assert parked | {"code", "code_wanted", "sign_in_refused", "third_attempt"} <= set(wording.KINDS)


class TestACode:
    def test_nothing_is_sent_before_ready_and_the_code_is_handed_out_once(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "code", ways=WAYS)
        seen: list[object] = []

        class Watching(Script):
            def secret(self, text: str) -> str:
                seen.append(ledger.take_reply(n))
                return super().secret(text)

        said = desk.answer(n, dana, Watching(1, True, " 123456 "))
        (ready,) = seen
        assert (ready.verb, ready.secret, ready.by) == ("ready", WAYS[1], "dana")  # type: ignore[attr-defined]
        code = ledger.take_reply(n)
        assert code is not None
        assert (code.verb, code.secret) == ("code", "123456")
        assert ledger.take_reply(n) is None
        assert "used once" in said

    def test_without_ready_nothing_is_asked_for(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "code", ways=WAYS[:1])
        assert "the question waits" in desk.answer(n, dana, Script(False))
        assert ledger.take_reply(n) is None

    def test_an_empty_code_is_none(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "code")
        assert "No code was given" in desk.answer(n, dana, Script(True, "  "))
        reply = ledger.take_reply(n)
        assert reply is not None
        assert reply.verb == "ready"

    def test_only_one_way_is_not_a_choice(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "code", ways=WAYS[:1])
        talk = Script(True, "123456")
        desk.answer(n, dana, talk)
        assert not any("How shall" in heard for heard in talk.heard)

    def test_a_page_that_no_longer_waits_takes_no_code(self, desk: Desk, ledger: Ledger) -> None:
        n = ask(ledger, "code", until=datetime.now(UTC) - timedelta(seconds=1))
        with pytest.raises(UserError, match="does not wait any more: run the job again"):
            desk.question(n)

    def test_the_code_is_in_no_file_of_the_ledger(self, desk: Desk, ledger: Ledger, dana: Staff, home: Path) -> None:
        n = ask(ledger, "code")
        desk.answer(n, dana, Script(True, "sentinel-918273"))
        ledger.close()
        for file in home.rglob("*"):
            assert not file.is_file() or b"sentinel-918273" not in file.read_bytes(), file.name


class TestALoginThatWasRefused:
    @pytest.fixture
    def barred(self, ledger: Ledger) -> int:
        with ledger.take_lease("availity", LOGIN, life=60) as lease:
            number = ledger.intend_sign_in(lease)
            ledger.resolve_sign_in(lease, number, "refused")
        return ask(ledger, "sign_in_refused")

    def test_yes_lets_it_try_again_in_that_person_name(self, desk: Desk, ledger: Ledger, dana: Staff, barred: int) -> None:
        assert ledger.sign_in_bar("availity", LOGIN) is not None
        talk = Script(True)
        assert "signs in once" in desk.answer(barred, dana, talk)
        assert ledger.sign_in_bar("availity", LOGIN) is None
        assert "The password was corrected and is in the keyring, try again" in talk.heard
        assert any("payerbot keys set availity" in heard for heard in talk.heard)
        (closed,) = ledger.questions(only_open=False)
        assert (closed.state, closed.by) == ("yes", "dana")

    def test_no_keeps_it_shut(self, desk: Desk, ledger: Ledger, dana: Staff, barred: int) -> None:
        assert "Nothing is tried" in desk.answer(barred, dana, Script(False))
        assert ledger.sign_in_bar("availity", LOGIN) is not None

    def test_a_second_answer_is_told_of_the_first(self, desk: Desk, dana: Staff, barred: int) -> None:
        desk.answer(barred, dana, Script(True))
        with pytest.raises(UserError, match=f"Question {barred} does not wait any more. Closed by Dana Whitfield"):
            desk.answer(barred, dana, Script(True))


class TestWhatAPersonDoesElsewhere:
    def test_done_closes_it(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "terms_page")
        assert "asked in the next run" in desk.answer(n, dana, Script(True))
        assert ledger.questions() == []

    def test_not_done_leaves_it(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        n = ask(ledger, "terms_page")
        assert desk.answer(n, dana, Script(False)) == "The question waits."
        assert [question.n for question in ledger.questions()] == [n]

    def test_there_is_no_question_of_that_number(self, desk: Desk) -> None:
        with pytest.raises(UserError, match="There is no question 99"):
            desk.question(99)

    def test_the_oldest_question_comes_first(self, desk: Desk, ledger: Ledger) -> None:
        numbers = [ask(ledger, kind) for kind in ("terms_page", "bot_wall", "code")]
        assert [question.n for question in desk.open_questions()] == sorted(numbers)

    def test_every_answer_is_on_record_as_that_person(self, desk: Desk, ledger: Ledger, dana: Staff) -> None:
        desk.answer(ask(ledger, "terms_page"), dana, Script(True))
        assert ledger.verify_audit() == []
        (closed,) = ledger.questions(only_open=False)
        assert closed.by == "dana"


class TestStaff:
    def test_somebody_unknown_is_told_who_is_known(self, practice: Practice) -> None:
        with pytest.raises(UserError, match="no member of staff 'eve'; it knows: ruth, dana, miguel"):
            staff.person(practice, "eve")

    def test_only_a_role_may(self, practice: Practice) -> None:
        assert staff.with_role(practice, "ruth", "owner", "permit it").name == "Ruth Okafor"
        with pytest.raises(UserError, match=r"Dana Whitfield may not permit it; .* these may: Ruth Okafor \(ruth\)"):
            staff.with_role(practice, "dana", "owner", "permit it")

    def test_where_nobody_has_the_role_that_is_said(self, practice: Practice) -> None:
        with pytest.raises(UserError, match="nobody yet: give somebody the role 'clinician'"):
            staff.with_role(practice, "dana", "clinician", "permit it")


class TestTelling:
    @pytest.fixture
    def lines(self, tmp_path: Path) -> Iterator[Path]:
        yield logs.set_up(tmp_path)
        logs.file.close()

    def test_a_question_goes_over_every_channel_though_one_fails(
        self, desk: Desk, ledger: Ledger, dana: Staff, lines: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        told: list[tuple[str, int, str]] = []

        class Broken:
            def tell(self, *_: object) -> None:
                raise ConnectionError("sentinel")

        class Pager:
            def tell(self, person: Staff | None, question: Handoff, text: str) -> None:
                told.append((person.id if person else "", question.n, text))

        monkeypatch.setattr(notify, "CHANNELS", [Broken(), notify.LogChannel(), Pager()])
        question = desk.question(ask(ledger, "bot_wall"))
        notify.tell(dana, question, desk.sentence(question))
        assert told == [("dana", question.n, desk.sentence(question))]
        first, second = (json.loads(line) for line in lines.read_text(encoding="utf-8").splitlines())
        assert (first["event"], first["error"]) == ("a channel failed", "ConnectionError")
        assert (second["event"], second["question"], second["staff"], second["kind"]) == ("question", question.n, "dana", "bot_wall")
        assert "sentinel" not in lines.read_text(encoding="utf-8")
