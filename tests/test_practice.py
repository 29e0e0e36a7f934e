"""practice.yaml: every mistake is a sentence with file and line; hours, routes and defaults mean what they say."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerbot.errors import UserError
from payerbot.model import Job
from payerbot.practice import Login, Practice, npi_is_valid, starter_routes
from sandbox import world

EXAMPLE = Path(__file__).parent.parent / "examples" / "practice.yaml"
TODAY = date(2026, 11, 22)
EASTERN = ZoneInfo("America/New_York")

GOOD = """\
name: Cedar Grove Counseling
tenant: cedar-grove
time_zone: America/New_York
state: VA
billing:
  - {npi: "1999900016", tin: 004719283}
staff:
  - {id: ruth, name: Ruth Okafor, roles: [owner, biller], reach: extension 11}
logins:
  - {portal: availity, name: automation-1, owner: ruth}
routes:
  - {payer: aetna, name: Aetna, portal: availity, label: AETNA}
"""


def load(folder: Path, text: str) -> Practice:
    path = folder / "practice.yaml"
    path.write_text(text, encoding="utf-8")
    return Practice.load(path)


def refusal(folder: Path, text: str) -> str:
    with pytest.raises(UserError) as refused:
        load(folder, text)
    return str(refused.value)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=EASTERN)


class TestTheExample:
    def test_it_loads(self) -> None:
        practice = Practice.load(EXAMPLE)
        assert practice.tenant
        assert practice.login_for("availity") is not None

    def test_it_is_the_practice_that_the_simulated_payers_know(self) -> None:
        practice = Practice.load(EXAMPLE)
        login = practice.login_for("availity")
        assert login is not None
        assert login.organization == world.PRACTICE.name
        assert practice.state == world.PRACTICE.state
        assert {biller.tin for biller in practice.billing} == {world.PRACTICE.tin}
        assert tuple(biller.npi for biller in practice.billing) == world.PRACTICE.npis

    @pytest.mark.parametrize("key", world.AVAILITY)
    def test_every_simulated_payer_is_found_under_the_label_of_its_picker(self, key: str) -> None:
        payer = world.PAYERS[key]
        route = Practice.load(EXAMPLE).route(payer.label, payer.payer_id, TODAY)
        assert route is not None
        assert (route.payer, route.label, route.portal) == (payer.key, payer.label, payer.portal)

    def test_it_may_run_at_any_time_so_that_a_first_try_works_at_noon_and_at_night(self) -> None:
        login = Practice.load(EXAMPLE).login_for("availity")
        assert login is not None
        assert all(login.may_run(at(f"2026-11-22T{hour:02}:30")) for hour in range(24))


class TestMistakes:
    def test_a_good_file_has_none(self, tmp_path: Path) -> None:
        assert load(tmp_path, GOOD).name == "Cedar Grove Counseling"

    def test_a_tin_keeps_its_leading_zero_without_quotes(self, tmp_path: Path) -> None:
        assert load(tmp_path, GOOD).billing[0].tin == "004719283"

    @pytest.mark.parametrize(
        "good, bad, line, says",
        [
            ("time_zone: America/New_York", "time_zone: Mars/Base", 3, "time_zone: is not a time zone"),
            ("time_zone: America/New_York", "time_zone: America", 3, "time_zone: is not a time zone"),
            ("time_zone: America/New_York", "time_zone: ../../etc/passwd", 3, "time_zone: is not a time zone"),
            ("state: VA", "state: Virginia", 4, "state: must be a two-letter US state"),
            ("1999900016", "1999900017", 6, "billing 1 npi: is no NPI"),
            ("004719283", "04719283", 6, "billing 1 tin: must be nine digits"),
            ("tenant: cedar-grove", "tenant: Cedar Grove", 2, "tenant: may have small letters"),
            ("[owner, biller]", "[boss]", 8, "staff 1 roles 1: must be one of 'owner'"),
            ("[owner, biller]", "[biller]", 7, "staff: someone must have the role 'owner'"),
            (", reach: extension 11", "", 8, "staff 1 reach: is missing"),
            ("owner: ruth", "owner: rut", 10, "logins 1 owner: must be the id of someone under 'staff'"),
            ("owner: ruth", "owner: ruth, password: x", 10, "logins 1 password: is not known here"),
            ("name: automation-1", "name: bot@practice.example", 10, "logins 1 name: may have small letters"),
            ("owner: ruth", 'owner: ruth, hours: {from: "19:00", until: "25:00"}', 10, 'logins 1 hours until: must be a time like "19:00"'),
            ("portal: availity, label: AETNA", "portal: none", 12, "needs a 'note'"),
            ("label: AETNA", "until: 31.12.2026", 12, "routes 1 until: must be a date like"),
            ("label: AETNA", "from: 2026-02-01, until: 2026-01-01", 12, "'until' lies before 'from'"),
            ("name: Cedar Grove Counseling", "name:", 1, "name: is missing"),
            ("state: VA", "state: VA\nstate: MD", 5, "state: 'state' is given twice"),
            ("routes:", "route:", 11, "route: is not known here"),
        ],
    )
    def test_a_mistake_is_named_with_file_and_line(self, tmp_path: Path, good: str, bad: str, line: int, says: str) -> None:
        assert good in GOOD
        said = refusal(tmp_path, GOOD.replace(good, bad))
        assert f"practice.yaml line {line}: " in said
        assert says in said

    def test_all_mistakes_are_told_at_once_from_top_to_bottom(self, tmp_path: Path) -> None:
        said = refusal(tmp_path, GOOD.replace("VA", "ZZ").replace("004719283", "1").replace("[owner, biller]", "[boss]"))
        assert [line.split(":")[0] for line in said.splitlines()] == [f"practice.yaml line {n}" for n in (4, 6, 8)]

    def test_two_routes_of_one_payer_on_the_same_day_are_a_mistake(self, tmp_path: Path) -> None:
        said = refusal(tmp_path, GOOD + "  - {payer: aetna, name: Aetna, portal: uhc, from: 2026-01-01}\n")
        assert "line 13: routes 2 payer: has another route for the same days" in said

    def test_one_name_for_two_payers_is_a_mistake(self, tmp_path: Path) -> None:
        said = refusal(tmp_path, GOOD + "  - {payer: other, name: Other, aliases: [AETNA], portal: uhc}\n")
        assert "line 13: routes 2 payer: shares a name" in said

    def test_what_is_no_yaml_is_said_with_its_line(self, tmp_path: Path) -> None:
        assert "practice.yaml line 2" in refusal(tmp_path, "name: [a\ntenant: b: c\n")

    @pytest.mark.parametrize("text", ["", "# nothing\n", "- a\n- b\n", "just words\n"])
    def test_a_file_that_is_no_set_up_is_refused(self, tmp_path: Path, text: str) -> None:
        assert refusal(tmp_path, text).startswith("practice.yaml line 1: ")

    def test_a_missing_file_is_said_with_what_to_do(self, tmp_path: Path) -> None:
        with pytest.raises(UserError, match=r"examples/practice\.yaml"):
            Practice.load(tmp_path / "practice.yaml")

    def test_a_file_in_another_encoding_is_said(self, tmp_path: Path) -> None:
        (tmp_path / "practice.yaml").write_bytes(GOOD.replace("Ruth", "Zoë").encode("cp1252"))
        with pytest.raises(UserError, match="UTF-8"):
            Practice.load(tmp_path / "practice.yaml")

    def test_a_byte_order_mark_does_no_harm(self, tmp_path: Path) -> None:
        (tmp_path / "practice.yaml").write_bytes(GOOD.encode("utf-8-sig"))
        assert Practice.load(tmp_path / "practice.yaml").state == "VA"


class TestNpi:
    @pytest.mark.parametrize("npi", ["1234567893", "1999900016", "1999900024"])
    def test_a_right_check_digit_is_taken(self, npi: str) -> None:
        assert npi_is_valid(npi)

    @settings(deadline=None)
    @given(st.integers(min_value=10**8, max_value=3 * 10**8 - 1), st.integers(0, 9), st.integers(1, 9))
    def test_exactly_one_check_digit_is_right_and_every_single_slip_is_found(self, body: int, place: int, shift: int) -> None:
        valid = [f"{body}{digit}" for digit in range(10) if npi_is_valid(f"{body}{digit}")]
        assert len(valid) == 1
        digits = list(valid[0])
        digits[place] = str((int(digits[place]) + shift) % 10)
        assert not npi_is_valid("".join(digits))

    @pytest.mark.parametrize("npi", ["", "123456789", "12345678933", "123456789X", "123456789\uff13", "3234567893"])
    def test_what_has_not_the_shape_is_refused(self, npi: str) -> None:
        assert not npi_is_valid(npi)


def night(start: str = "19:00", until: str = "06:30", **more: object) -> Login:
    return Login.model_validate(
        {"portal": "availity", "name": "a", "owner": "r", "time_zone": "America/New_York", "hours": {"from": start, "until": until}, **more}
    )


class TestHours:
    @pytest.mark.parametrize(
        "clock, may",
        [("18:59", False), ("19:00", True), ("23:59", True), ("00:00", True), ("06:29", True), ("06:30", False), ("12:00", False)],
    )
    def test_hours_may_cross_midnight(self, clock: str, may: bool) -> None:
        assert night().may_run(at(f"2026-11-23T{clock}")) is may

    @pytest.mark.parametrize("clock, may", [("08:59", False), ("09:00", True), ("16:59", True), ("17:00", False)])
    def test_hours_within_one_day(self, clock: str, may: bool) -> None:
        assert night("9:00", "17:00").may_run(at(f"2026-11-23T{clock}")) is may

    def test_they_are_meant_on_the_practices_clock(self) -> None:
        assert night().may_run(datetime(2026, 11, 24, 0, 30, tzinfo=UTC))
        assert not night().may_run(datetime(2026, 11, 23, 19, 30, tzinfo=UTC))

    def test_a_desk_job_runs_outside_them_only_where_that_is_allowed(self) -> None:
        noon = at("2026-11-23T12:00")
        assert not night().may_run(noon, desk=True)
        assert night(desk_any_time=True).may_run(noon, desk=True)
        assert not night(desk_any_time=True).may_run(noon)

    def test_the_stop_by_time_is_the_next_one_on_the_clock(self) -> None:
        assert night().stop_by(at("2026-11-23T22:00")) == at("2026-11-24T06:30")
        assert night().stop_by(at("2026-11-24T05:00")) == at("2026-11-24T06:30")
        assert night().stop_by(at("2026-11-24T06:30")) == at("2026-11-25T06:30")
        assert night("09:00", "24:00").stop_by(at("2026-11-24T10:00")) == at("2026-11-25T00:00")

    def test_it_holds_on_the_nights_when_the_clock_changes(self) -> None:
        assert night().stop_by(at("2026-10-31T22:00")).astimezone(EASTERN).strftime("%d %H:%M") == "01 06:30"
        assert night(until="02:30").stop_by(at("2026-03-07T22:00")) > at("2026-03-08T01:00").astimezone(UTC)

    @pytest.mark.parametrize("login", [night("00:00", "24:00"), Login(portal="availity", name="a", owner="r")])
    def test_without_hours_a_run_goes_on_for_a_day(self, login: Login) -> None:
        now = at("2026-11-23T03:00")
        assert login.may_run(now)
        assert login.stop_by(now) == now + timedelta(days=1)

    @settings(deadline=None)
    @given(
        st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 12, 31), timezones=st.just(UTC)),  # noqa: DTZ001  given a zone
        st.times(),
        st.times(),
    )
    def test_stop_by_always_lies_ahead_and_the_bot_may_run_until_just_before(self, now: datetime, start: object, until: object) -> None:
        login = night(f"{start:%H:%M}", f"{until:%H:%M}")
        stop = login.stop_by(now)
        assert now < stop <= now + timedelta(days=1, hours=1)

    def test_a_login_takes_the_practices_zone(self, tmp_path: Path) -> None:
        login = load(tmp_path, GOOD).login_for("availity")
        assert login is not None
        assert login.time_zone == "America/New_York"

    def test_the_business_date_is_the_practices(self, tmp_path: Path) -> None:
        assert load(tmp_path, GOOD).business_date(datetime(2026, 11, 23, 3, 0, tzinfo=UTC)) == date(2026, 11, 22)


class TestPeopleAndLogins:
    def test_staff_are_found_by_id(self, tmp_path: Path) -> None:
        practice = load(tmp_path, GOOD)
        ruth = practice.staff_by_id("ruth")
        assert ruth is not None
        assert ruth.reach == "extension 11"
        assert practice.staff_by_id("nobody") is None

    def test_the_first_login_of_a_portal_serves_it(self, tmp_path: Path) -> None:
        practice = load(tmp_path, GOOD.replace("routes:", "  - {portal: availity, name: second, owner: ruth}\nroutes:"))
        login = practice.login_for("availity")
        assert login is not None
        assert login.name == "automation-1"
        assert practice.login_for("uhc") is None

    def test_a_login_can_be_for_some_jobs_only(self, tmp_path: Path) -> None:
        mornings = "  - {portal: availity, name: mornings, owner: ruth, jobs: [eligibility]}\n"
        practice = load(tmp_path, GOOD.replace("logins:\n", f"logins:\n{mornings}"))
        served = [login.name for job in (Job.ELIGIBILITY, Job.CLAIM_STATUS, None) if (login := practice.login_for("availity", job))]
        assert served == ["mornings", "automation-1", "mornings"]

    def test_nothing_of_it_is_shown_by_accident(self, tmp_path: Path) -> None:
        assert repr(load(tmp_path, GOOD)) == "<Practice>"


class TestRoutes:
    @pytest.mark.parametrize(
        "text", ["Aetna", "AETNA", " aetna  ppo ", "Aetna-PPO", "Aetna (Commercial & Medicare)", "aetna commercial and medicare"]
    )
    def test_case_blanks_and_punctuation_do_not_count(self, text: str) -> None:
        route = Practice.load(EXAMPLE).route(text, "", TODAY)
        assert route is not None
        assert route.payer == "aetna"

    @pytest.mark.parametrize("text", ["", "--", "Blue", "Aetna Better Health of Virginia", "Aet"])
    def test_a_name_that_only_looks_alike_is_unknown(self, text: str) -> None:
        assert Practice.load(EXAMPLE).route(text, "", TODAY) is None

    def test_an_id_that_stands_for_two_payers_needs_the_name(self) -> None:
        practice = Practice.load(EXAMPLE)
        assert practice.route("", "00423", TODAY) is None
        assert [route.payer for route in practice.routes_on("", "00423", TODAY)] == ["anthem", "carelon"]
        route = practice.route("Anthem Carelon", "00423", TODAY)
        assert route is not None
        assert route.payer == "carelon"

    def test_zeros_that_excel_cut_off_an_id_do_not_count(self) -> None:
        route = Practice.load(EXAMPLE).route("", "1260", TODAY)
        assert route is not None
        assert route.payer == "magellan"

    def test_name_and_id_that_contradict_each_other_give_no_route(self) -> None:
        assert Practice.load(EXAMPLE).route("Aetna", "61101", TODAY) is None

    def test_an_unknown_id_beside_a_known_name_does_no_harm(self) -> None:
        route = Practice.load(EXAMPLE).route("Aetna", "ZZZ99", TODAY)
        assert route is not None
        assert route.payer == "aetna"

    def test_the_practices_own_route_replaces_the_packaged_one(self, tmp_path: Path) -> None:
        practice = load(tmp_path, GOOD)
        route = practice.route("aetna", "", TODAY)
        assert route is not None
        assert route.label == "AETNA"
        assert practice.route("Aetna PPO", "60054", TODAY) is None

    def test_dates_decide(self, tmp_path: Path) -> None:
        dated = (
            GOOD.replace("label: AETNA", "until: 2026-06-30")
            + "  - {payer: aetna, name: Aetna, portal: uhc, from: 2026-07-01, until: 2026-12-31}\n"
        )
        practice = load(tmp_path, dated)
        asked = [practice.route("Aetna", "", day) for day in (date(2026, 6, 30), date(2026, 7, 1), date(2027, 1, 1))]
        assert [route and route.portal for route in asked] == ["availity", "uhc", None]
        assert len(practice.routes_ever("Aetna", "")) == 2

    def test_starter_routes_are_dated_and_name_what_they_do_not_serve(self) -> None:
        routes = starter_routes()
        assert all(route.seen for route in routes)
        assert {"aetna", "anthem", "humana", "uhc", "optum", "cigna", "evernorth", "magellan", "carelon", "tricare_west"} <= {
            r.payer for r in routes
        }
        assert {r.region for r in routes if r.portal.startswith("gainwell-")} == {"RI", "CO", "NV", "IN"}
        medicare = next(route for route in routes if route.payer == "medicare")
        assert medicare.portal == "none"
        assert "HETS 270/271" in medicare.note

    def test_no_name_of_a_starter_route_means_two_payers(self, tmp_path: Path) -> None:
        practice = load(tmp_path, GOOD.replace("payer: aetna, name: Aetna, portal: availity, label: AETNA", "payer: x, name: X, portal: y"))
        for route in starter_routes():
            for name in (route.payer, route.name, *route.aliases):
                assert [found.payer for found in practice.routes_ever(name, "")] == [route.payer]

    @pytest.mark.parametrize("text, day, portal", [("TriWest", date(2024, 12, 31), None), ("TriWest", date(2025, 1, 1), "tricare_west")])
    def test_tricare_west_changed_hands(self, text: str, day: date, portal: str | None) -> None:
        route = Practice.load(EXAMPLE).route(text, "", day)
        assert (route.portal if route else None) == portal

    def test_carelon_is_asked_in_two_places(self, tmp_path: Path) -> None:
        practice = load(tmp_path, GOOD)
        asked = [practice.route(text, "", TODAY) for text in ("Anthem Carelon", "Beacon Health Options")]
        assert [route and route.portal for route in asked] == ["availity", "carelon-availity"]
