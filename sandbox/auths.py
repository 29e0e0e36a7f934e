"""Authorization requests as the payers have them: those of the world, those that came through a portal, those made by telephone.

What a payer decides follows from the world's seed, some nights after the request came. Nothing is ever merged: what came twice is
there twice, and a payer that stops a second one says so itself.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from typing import Any, Literal

from sandbox.world import Authorization, Member, World, same_id
from sandbox.worldgen.dice import Dice, Mix

State = Literal["approved", "partial", "modified", "denied", "pended", "cancelled", "contact", "not_required"]
DAY = timedelta(days=1)
OUTCOMES: Mix[State] = Mix({"approved": 56, "partial": 16, "modified": 10, "denied": 12, "contact": 6})
OTHER_CODE = {"90837": "90834", "96130": "96136", "90867": "90868", "H0015": "90853", "S9480": "90853", "H0035": "S9480"}
REASONS: dict[State, str] = {
    "partial": "Fewer units meet the criteria than were requested.",
    "modified": "Another service meets the criteria.",
    "denied": "The criteria for this level of care are not met.",
    "contact": "Additional clinical information is needed: current treatment plan.",
}
OF_WORLD: dict[str, State] = {"pending": "pended", "approved": "approved", "partly_approved": "partial", "denied": "denied"}


@dataclass(frozen=True)
class Decision:
    """What the payer will say, and how many nights after the request."""

    state: State
    nights: int
    units: int
    code: str
    reason: str = ""


def decision(seed: int, payer: str, member_key: str, code: str, units: int) -> Decision:
    """The same for the same request, whoever sends it and whenever."""
    dice = Dice("authorization", seed, payer, member_key, code)
    state, nights = dice.weighted(OUTCOMES), dice.between(1, 3)
    granted = {"approved": units, "modified": units, "partial": max(1, units // 2)}.get(state, 0)
    given = OTHER_CODE.get(code, "90834") if state == "modified" else code
    return Decision(state, nights, granted, given if granted else "", REASONS.get(state, ""))


@dataclass
class Taken:
    """One request that a payer took: through a portal, or by telephone."""

    reference: str
    payer: str
    member_key: str
    member_id: str  # as it was said
    name: str
    code: str
    units: int
    unit_type: str
    begin: date
    end: date
    npi: str
    night: int
    sent: date
    by: Literal["portal", "phone"] = "portal"
    user: str = ""
    nonce: str = ""
    fixed: State | None = None  # decided when it came
    category: str = "HS"
    certification: str = "I"
    service_type: str = "MH"
    pos: str = ""
    modifiers: str = ""
    diagnoses: list[str] = field(default_factory=list)
    note: str = ""
    answers: dict[str, str] = field(default_factory=dict)
    attachments: list[dict[str, Any]] = field(default_factory=list)
    urgent: bool = False


@dataclass(frozen=True)
class Standing:
    """One request as the payer shows it on this night."""

    reference: str
    number: str
    state: State
    payer: str
    member_key: str
    member_id: str
    name: str
    code_asked: str
    code_approved: str
    units_asked: int
    units_approved: int | None
    unit_type: str
    npi_asked: str
    npi_approved: str
    begin: date
    end: date
    sent: date
    decided: date | None
    reason: str
    by: str  # portal, phone, or world: it was there before
    user: str = ""
    category: str = "HS"
    certification: str = "I"
    service_type: str = "MH"


@dataclass
class Draft:
    """A form that was left half done."""

    reference: str
    payer: str
    member_key: str
    member_id: str
    name: str
    code: str
    begin: str
    end: str
    user: str
    nonce: str
    saved: date


class AuthBook:
    """Everything that was taken while the sandbox runs."""

    def __init__(self) -> None:
        self.taken: list[Taken] = []
        self.drafts: list[Draft] = []
        self.presses: Counter[str] = Counter()
        self._serial = 0

    def clear(self) -> None:
        """Nothing was ever sent."""
        self.__init__()  # type: ignore[misc] # as new

    def number(self, payer: str) -> str:
        """The next reference of a payer."""
        self._serial += 1
        return f"{payer[:1].upper()}R26{self._serial:06d}"

    def take(self, world: World, **what: Any) -> Taken:  # noqa: ANN401 -- the fields of Taken
        """Take one more request, whatever is there already."""
        taken = Taken(reference=self.number(what["payer"]), night=world.night, sent=world.as_of, **what)
        self.taken.append(taken)
        return taken

    def by_phone(self, world: World, asked: dict[str, Any]) -> Taken:
        """A request that somebody made by telephone; name, id and code stand there as the clerk typed them."""
        member = world.member(asked.pop("member_key"))
        plan = member.coverage_at(asked["payer"])
        asked["begin"], asked["end"] = (date.fromisoformat(asked[side]) for side in ("begin", "end"))
        if plan is None:
            raise ValueError("this member has no plan at this payer")
        said = {"member_id": plan.member_id, "name": shown_name(member), "units": 12, "unit_type": "VS", "npi": world.providers[0].npi}
        return self.take(world, member_key=member.key, by="phone", **{**said, **asked})

    def standing(self, world: World, payer: str) -> list[Standing]:
        """Everything that stands at this payer tonight, newest first."""
        old = [of_world(world, a) for a in world.authorizations if a.payer == payer]
        new = [as_of(world, t) for t in self.taken if t.payer == payer]
        return sorted([*old, *new], key=lambda s: (s.sent, s.reference), reverse=True)

    def same(self, world: World, payer: str, member_key: str, code: str, begin: date, end: date) -> Standing | None:
        """A request for the same member and code whose days overlap, as a payer that looks would find it."""
        fits = (
            s
            for s in self.standing(world, payer)
            if s.member_key == member_key and same_id(s.code_asked) == same_id(code) and s.begin <= end and begin <= s.end
        )
        return next((s for s in fits if s.state not in {"denied", "cancelled"}), None)

    def told(self) -> dict[str, Any]:
        """For the control desk: what was taken, how often each form's Submit arrived, and the drafts."""
        accepted = Counter(t.nonce for t in self.taken if t.nonce)
        taken = [asdict(t) | {"presses": self.presses[t.nonce], "accepted": accepted[t.nonce]} for t in self.taken]
        return {"taken": taken, "presses": dict(self.presses), "drafts": [asdict(d) for d in self.drafts]}


def shown_name(member: Member) -> str:
    """A member's name as payers list it."""
    return f"{member.person.last}, {member.person.first}".upper()


def as_of(world: World, taken: Taken) -> Standing:
    """What the payer shows tonight of a request that was taken."""
    said = decision(world.seed, taken.payer, taken.member_key, taken.code.upper().strip(), taken.units)
    due = taken.night + said.nights
    if taken.fixed is not None:
        said, due = Decision(taken.fixed, 0, taken.units if taken.fixed == "approved" else 0, taken.code), taken.night
    done = world.night >= due
    state: State = said.state if done else "pended"
    granted = done and said.units > 0
    return Standing(
        **{name: getattr(taken, name) for name in ("reference", "payer", "member_key", "member_id", "name", "begin", "end", "sent", "by")},
        **{name: getattr(taken, name) for name in ("unit_type", "user", "category", "certification", "service_type")},
        number=f"C{taken.reference[3:]}{taken.payer[:2].upper()}" if granted else "",
        state=state,
        code_asked=taken.code,
        code_approved=said.code if granted else "",
        units_asked=taken.units,
        units_approved=said.units if done else None,
        npi_asked=taken.npi,
        npi_approved=taken.npi if granted else "",
        decided=taken.sent + (due - taken.night) * DAY if done else None,
        reason=said.reason if done else "",
    )


def of_world(world: World, known: Authorization) -> Standing:
    """What the payer shows of an authorization that the practice had before."""
    member = world.member(known.member_key)
    plan = member.coverage_at(known.payer)
    state = OF_WORLD[known.status]
    return Standing(
        reference=f"R{known.number}",
        number=known.number if known.units_approved else "",
        state="modified" if state == "partial" and known.code_approved != known.code_asked else state,
        payer=known.payer,
        member_key=member.key,
        member_id=plan.member_id if plan else "",
        name=shown_name(member),
        code_asked=known.code_asked,
        code_approved=known.code_approved,
        units_asked=known.units_asked,
        units_approved=known.units_approved if known.decided else None,
        unit_type="VS",
        npi_asked=known.npi_asked,
        npi_approved=known.npi_approved,
        begin=known.begin,
        end=known.end,
        sent=known.begin - 10 * DAY,
        decided=known.decided,
        reason="",
        by="world",
    )
