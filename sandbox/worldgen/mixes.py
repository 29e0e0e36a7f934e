"""How often what happens: payers, codes, places, ages, outcomes and denial reasons of a mental-health practice, as shares.

Anchored on public figures where there are any; the rest is a stated assumption.
"""

from __future__ import annotations

from decimal import Decimal

from sandbox.world_model import AdjustmentGroup
from sandbox.worldgen.dice import Mix

PAYER_MIX: Mix[str] = Mix(
    {
        "anthem": 24,
        "uhc": 13,
        "optum": 5,
        "aetna": 12,
        "cigna": 6,
        "evernorth": 4,
        "medicaid_ri": 14,  # managed plans and fee for service
        "medicare": 6,
        "humana": 5,  # Medicare Advantage
        "magellan": 2.5,
        "carelon": 2.5,
        "tricare_west": 3,
        "other": 3,
    }
)
RARE = 2.0  # a payer that the mix does not have: only worlds that ask for it do
ANSWER_DAYS: dict[str, int] = {"medicaid_ri": 22, "tricare_west": 22, "magellan": 26, "carelon": 26}
USUAL_ANSWER_DAYS = 15

MAIN_CODES: Mix[str] = Mix(
    {  # per 100 lines; the add-ons come with an E/M visit
        "90837": 38,
        "90834": 24,
        "99214": 9,
        "99213": 6,
        "90791": 5,
        "90853": 5,
        "90847": 4,
        "90832": 4,
        "90792": 1.5,
        "90846": 1,
        "96130": 1,
        "90839": 0.3,
        "99215": 0.4,
    }
)
ADD_ONS: Mix[str] = Mix({"90833": 5, "90836": 0.8, "": 9.6})  # per 15.4 E/M lines
EM_CODES = frozenset({"99213", "99214", "99215"})
PRESCRIBER_CODES = EM_CODES | {"90792", "90833", "90836"}
CHARGE: dict[str, Decimal] = {
    code: Decimal(dollars).quantize(Decimal("0.01"))
    for code, dollars in {
        "90837": 180, "90834": 145, "90791": 220, "99214": 190, "99213": 130, "99215": 240, "90853": 60, "90847": 165, "90832": 110,
        "90792": 260, "90846": 155, "96130": 280, "90839": 240, "90833": 95, "90836": 125,
    }.items()
}  # fmt: skip
MINUTES: dict[str, int] = {
    "90837": 55,
    "90834": 45,
    "90832": 30,
    "90791": 60,
    "90792": 60,
    "90853": 90,
    "90847": 50,
    "90846": 50,
    "96130": 60,
}
USUAL_MINUTES = 30
ALLOWED_PERCENT = (62, 72)  # of the charge

PLACES: Mix[str] = Mix({"10": 45, "11": 47, "02": 6, "53": 2})
TELEHEALTH_PLACES = ("02", "10")
DIAGNOSES = ("F41.1", "F33.1", "F43.10", "F43.23", "F90.2", "F31.81", "F32.1", "F40.10")

AGES: Mix[tuple[int, int]] = Mix({(1, 30): 76, (31, 60): 14, (61, 90): 5.5, (91, 120): 2.4, (121, 180): 2.1})  # days since the visit
OUTCOMES: Mix[str] = Mix({"rejected": 3, "lost": 3, "denied": 10, "zero": 10, "reversed": 2, "paid": 72})  # in the end, per 100

# group, CARC, RARCs, 277 status, 277 entity: per 100 denials
DENIALS: Mix[tuple[AdjustmentGroup, str, tuple[str, ...], str, str]] = Mix(
    {
        ("CO", "197", ("N54",), "84", ""): 9,
        ("CO", "198", (), "674", ""): 3,
        ("CO", "284", ("N54",), "252", ""): 2,
        ("CO", "296", (), "252", "82"): 2,
        ("CO", "302", (), "252", ""): 2,
        ("CO", "16", ("M51", "MA130"), "454", ""): 5,
        ("CO", "16", ("N290",), "562", "82"): 6,
        ("CO", "16", ("M76",), "254", ""): 6,
        ("CO", "27", ("N30",), "88", "IL"): 6,
        ("CO", "26", ("N30",), "88", "IL"): 2,
        ("CO", "31", ("N382",), "33", "IL"): 3,
        ("CO", "200", (), "88", "IL"): 1,
        ("OA", "18", ("N522",), "54", ""): 8,
        ("CO", "22", ("MA04",), "171", "IL"): 8,
        ("CO", "B7", ("N570",), "109", "82"): 3,
        ("CO", "185", ("N767",), "91", "82"): 2,
        ("CO", "170", ("N95",), "143", "82"): 2,
        ("CO", "299", (), "109", "85"): 1,
        ("PR", "96", ("N425",), "104", ""): 3,
        ("PR", "204", (), "104", ""): 3,
        ("CO", "29", (), "718", ""): 5,
        ("CO", "97", ("M15",), "735", ""): 3,
        ("CO", "236", (), "735", ""): 1,
        ("CO", "B15", ("N674",), "736", ""): 1,
        ("CO", "109", ("N418",), "116", ""): 2,
        ("CO", "300", (), "116", ""): 1,
        ("CO", "301", (), "114", ""): 1,
        ("CO", "4", ("N519",), "453", ""): 2,
        ("CO", "5", ("M77",), "249", ""): 2,
        ("PR", "119", ("N362",), "483", ""): 1.5,
        ("PR", "B1", ("N362",), "483", ""): 0.5,
        ("CO", "151", ("N362",), "287", ""): 1,
        ("CO", "50", ("N115",), "287", ""): 0.8,
        ("CO", "150", (), "287", ""): 0.6,
        ("CO", "252", ("N706",), "294", ""): 0.6,
    }
)

# 277 category, status, entity: what a claim that stays long is waiting for
PENDS: Mix[tuple[str, str, str]] = Mix(
    {
        ("P1", "40", ""): 60,
        ("P2", "46", ""): 14,
        ("P2", "55", ""): 8,
        ("P3", "297", "85"): 8,
        ("P4", "171", "IL"): 5,
        ("P5", "734", "IL"): 3,
        ("P0", "45", ""): 2,
    }
)
REJECTIONS: Mix[tuple[str, str, str]] = Mix(
    {
        ("A7", "562", "85"): 30,
        ("A7", "164", "IL"): 30,
        ("A6", "145", "82"): 15,
        ("A3", "33", "IL"): 15,
        ("A8", "249", ""): 10,
    }
)
