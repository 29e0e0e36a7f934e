"""The authorization wizard of the Availity twin: one form in steps, a payer's check in the middle, one Submit, a response shown once."""

from __future__ import annotations

import asyncio
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sandbox.auths import Draft, Standing, Taken, shown_name
from sandbox.availity import auth_rules as rules
from sandbox.availity import paths
from sandbox.availity.auth_rules import RULES, AuthRules, Question
from sandbox.availity.auth_steps import fields_of, review_rows, wrong_with
from sandbox.availity.benefits import us
from sandbox.availity.eligibility import ORGANIZATION, UNDER_MAINTENANCE, parsed_day, payer_trouble
from sandbox.availity.layout import envelope, notices
from sandbox.availity.payers import CLAIM_ENTRIES, PAGES, entry, listed
from sandbox.availity.web import PORTAL, app_page, sandbox_of, session_of, signed_in, step, thrown_out
from sandbox.line import Cut, never
from sandbox.logins import Session
from sandbox.server import At, Sandbox, unavailable
from sandbox.world import PRACTICE, Found

STEPS = ("start", "routing", "provider", "rendering", "service", "check", "questions", "interqual", "attachments", "review")
UNDETERMINED = "Authorization - Undetermined"
CAN_DECIDE = {"approved": "Authorization - {word}", "not_required": "Authorization - Not Required"}
DUPLICATE = "Duplicate request. An authorization for this member, service and dates already exists: {label} {reference}."
SHOWN_BEFORE = "This response can no longer be shown. Go to the Auth/Referral Dashboard for your requests."
NO_FILE = "At least one attachment is required for this service."
BAD_FILE = "This file type cannot be attached. Allowed types: " + ", ".join(rules.FILE_TYPES) + "."
BIG_FILE = "The file is larger than 10 MB."
PAGE_ROWS = 5
LOCATIONS = ("Broad St", "Cary St", "Main St", "Grace St", "Franklin St", "Leigh St", "Marshall St")
OLD_TINS = ("00-4719999", "00-5520417", "00-3390112")


@dataclass
class Wizard:
    """One form under way; its nonce goes with everything that is sent from it."""

    nonce: str
    payer: str = ""
    label: str = ""
    found: Found | None = None
    values: dict[str, Any] = field(default_factory=dict)
    transaction: str = ""
    verdict: str = ""  # what the payer's check said
    files: list[dict[str, Any]] = field(default_factory=list)
    passed: list[str] = field(default_factory=list)  # steps that were sent, in order

    @property
    def rules(self) -> AuthRules:
        return RULES[self.payer]

    @property
    def code(self) -> str:
        return str(self.values.get("procedures.0.code", "")).strip().upper()

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.rules.questions.get(self.code, ())

    def after(self, name: str) -> str:
        """The step that comes next; those that this payer or this code does not have are left out."""
        there = {
            "routing": self.rules.routing,
            "questions": bool(self.questions),
            "interqual": self.code in self.rules.interqual,
        }
        return next(s for s in STEPS[STEPS.index(name) + 1 :] if there.get(s, True))


# the form


async def setup(request: Request) -> Response:
    """What the first page of the wizard and the inquiry page offer."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    return JSONResponse(_first_choices(session))


def _first_choices(session: Session) -> dict[str, Any]:
    return {
        "organizations": _pairs({ORGANIZATION: PRACTICE.name}),
        "requestTypes": _pairs(rules.REQUEST_TYPES),
        "payers": [{"key": e.key, "label": e.label} for e in listed(session.user.region, CLAIM_ENTRIES)],
    }


async def new_form(request: Request) -> Response:
    """A new form: its nonce, and the choices of its first page."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    at = At(sandbox_of(request), PORTAL, "auth-form", session)
    wizard = Wizard(secrets.token_hex(8))
    _kept(session)[wizard.nonce] = wizard
    lost = at.fires("pick-lost") is not None
    return JSONResponse({"nonce": wizard.nonce, **_first_choices(session), "pickLost": lost, "notices": notices(at)})


def _pairs(choices: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": key, "label": label} for key, label in choices.items()]


def _kept(session: Session) -> dict[str, Wizard]:
    forms: dict[str, Wizard] = session.memory.setdefault("wizards", {})
    return forms


async def payer_setup(request: Request) -> Response:
    """What the first page asks for this payer."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    chosen = entry(request.path_params["key"], session.user.region, CLAIM_ENTRIES)
    if chosen is None or not chosen.payer:
        return JSONResponse({"error": chosen.says if chosen else "unknown payer"}, 409)
    await asyncio.sleep(sandbox_of(request).staging_seconds(int(chosen.key)) / 2)
    adults_only = {k: v for k, v in rules.RELATIONS.items() if chosen.payer != "humana" or k != "G8"}
    return JSONResponse({"relations": _pairs(adults_only), "genders": _pairs(rules.GENDERS)})


async def choices(request: Request) -> Response:
    """The pickers that ask while one types: diagnoses and procedures."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    table = {"diagnoses": rules.DIAGNOSES, "procedures": rules.PROCEDURES}[request.path_params["table"]]
    typed = request.query_params.get("q", "").strip().upper()
    await asyncio.sleep(sandbox_of(request).staging_seconds(len(typed)) / 3)
    found = {code: f"{code} - {said}" for code, said in table.items() if typed and (code.startswith(typed) or typed in said.upper())}
    return JSONResponse({"results": _pairs(found)})


async def locations(request: Request) -> Response:
    """Retrieve Provider Info: where this provider works, five to a page; the tax id tells whose place it is."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    npi, role = request.query_params.get("npi", "").strip(), request.query_params.get("role", "")
    name = _provider_name(sandbox_of(request), npi)
    await asyncio.sleep(sandbox_of(request).staging_seconds(len(npi)) / 2)
    if not name or role not in rules.ROLES:
        return JSONResponse({"error": "No provider was found for the NPI and type entered."}, 404)
    page = int(request.query_params.get("page", "1"))
    rows = _locations(npi, name)
    return JSONResponse({"rows": rows[(page - 1) * PAGE_ROWS : page * PAGE_ROWS], "page": page, "pages": -(-len(rows) // PAGE_ROWS)})


def _provider_name(box: Sandbox, npi: str) -> str:
    if npi in PRACTICE.npis:
        return PRACTICE.name.upper()
    known = box.world.provider(npi)
    return f"{known.last}, {known.first}".upper() if known else ""


def _locations(npi: str, name: str) -> list[dict[str, str]]:
    """Only one of them is the practice's own, and not always on the first page."""
    count = 4 + int(npi[-2]) % 4
    own = int(npi[-3:]) % count
    tin = f"{PRACTICE.tin[:2]}-{PRACTICE.tin[2:]}"
    return [
        {
            "key": f"{npi}-{n}",
            "name": name,
            "npi": npi,
            "tin": tin if n == own else OLD_TINS[n % 3],
            "address": f"{100 + 25 * n} {LOCATIONS[n]}, Richmond, VA 23219",
        }
        for n in range(count)
    ]


# one step after the other


@step("auth-next")
@signed_in
async def advance(request: Request, at: At) -> Response:
    """Next on any page: what is wrong with it, or the page that follows."""
    session, values = the_session(at), await request.json()
    wizard, name = _kept(session).get(request.path_params["nonce"]), request.path_params["step"]
    if wizard is None or name not in STEPS or at.fires("blank-form") is not None:
        return JSONResponse({"reset": True})
    if trouble := payer_trouble(at):
        return JSONResponse({"error": trouble}, 409)
    if wrong := wrong_with(name, values, wizard.questions if name == "questions" else (), at.box.world.as_of):
        return JSONResponse({"fields": wrong}, 400)
    wizard.values |= values
    await asyncio.sleep(at.box.staging_seconds(len(wizard.passed)))
    refused = _refusal(at, session, wizard, name)
    if refused:
        return JSONResponse(refused, 409)
    wizard.passed.append(name)
    body = envelope(at, **_page(at, wizard, wizard.after(name)))
    if at.fires("frame-detached") is not None:
        body["notices"].append("frame-detached")
    return JSONResponse(_stale(at, session, body))


def _stale(at: At, session: Session, body: dict[str, Any]) -> dict[str, Any]:
    """With the fault on, the page before comes once more."""
    before = session.memory.get("last_step")
    if before is not None and at.fires("stale-result") is not None:
        return {**before, "layout": body["layout"], "notices": body["notices"]}
    session.memory["last_step"] = body
    return body


def the_session(at: At) -> Session:
    """The session that a call has."""
    if at.session is None:
        raise LookupError("no session")
    return at.session


def _refusal(at: At, session: Session, wizard: Wizard, name: str) -> dict[str, Any] | None:
    if name == "start":
        return _identify(at, session, wizard)
    if name == "service" and wizard.code in wizard.rules.elsewhere:
        return {"error": wizard.rules.elsewhere[wizard.code]}
    if name == "service":
        _check(at, session, wizard)
    if name == "attachments" and wizard.code in wizard.rules.files_needed and not wizard.files:
        return {"error": NO_FILE}
    return None


def _identify(at: At, session: Session, wizard: Wizard) -> dict[str, Any] | None:
    """The live eligibility check of the first page."""
    chosen = entry(str(wizard.values.get("payer")), session.user.region, CLAIM_ENTRIES)
    if chosen is None or not chosen.payer:
        return {"error": chosen.says if chosen else "This payer does not take authorization requests here."}
    wizard.payer, wizard.label = chosen.payer, chosen.label
    found = at.box.world.find_members(
        chosen.payer,
        member_id=str(wizard.values["subscriber.memberId"]),
        birth_date=parsed_day(wizard.values["patient.birthDate"]),
        on=at.box.world.as_of,
    )
    relation = {"18": "self", "01": "spouse", "19": "child", "G8": "other"}[wizard.values["patient.subscriberRelationshipCode"]]
    fits = [f for f in found if f.member.relation == relation]
    if not found:
        return {"error": PAGES[chosen.payer].words.member_not_found}
    if not fits:
        return {"error": "The relationship to the subscriber does not match the payer's records. Please correct and resubmit."}
    if not fits[0].coverage.active_on(at.box.world.as_of):
        return {"error": "The member is not eligible on the date of this request."}
    wizard.found = fits[0]
    return None


def _check(at: At, session: Session, wizard: Wizard) -> None:
    """The payer is asked: it decides now, or leaves it open."""
    wizard.transaction = f"{int(secrets.token_hex(6), 16) % 10**11:011d}"
    wizard.verdict = wizard.rules.at_check.get(wizard.code, "")
    if wizard.verdict == "approved":
        _take(at, session, wizard, fixed=wizard.verdict)


def _page(at: At, wizard: Wizard, name: str) -> dict[str, Any]:
    """What the page of a step shows."""
    more: dict[str, Any] = {}
    if name == "routing":
        more["routes"] = _pairs(rules.ROUTES)
    if name in {"provider", "rendering", "service"}:
        more |= {"roles": _pairs(rules.ROLES), "serviceTypes": _named(rules.SERVICE_TYPES), "places": _named(rules.PLACES)}
    if name == "service":
        more |= {"quantityTypes": _pairs(rules.QUANTITY_TYPES), "levels": _pairs(rules.LEVELS), "cap": rules.NOTE_CAP}
        more["certifications"] = _pairs(rules.CERTIFICATIONS)
    if name == "check":
        more |= _summary(at, wizard)
    if name == "questions":
        more["questions"] = [{"key": q.key, "text": q.text, "options": list(q.options), "radio": q.radio} for q in wizard.questions]
    if name == "interqual":
        more["rows"] = [[label, _day_before(value) if "Date" in label else value] for label, value in fields_of(wizard.values, "service")]
    if name == "attachments":
        more |= {"kinds": _pairs(rules.KINDS), "types": list(rules.FILE_TYPES), "required": wizard.code in wizard.rules.files_needed}
    if name == "review":
        more |= {"sections": review_rows(wizard), "drafts": wizard.rules.drafts}
    return {"step": name, **more}


def _named(choices: dict[str, str]) -> list[dict[str, str]]:
    return [{"key": code, "label": f"{code} - {said}"} for code, said in choices.items()]


def _day_before(text: str) -> str:
    """The summary takes a day for midnight elsewhere, and shows the one before."""
    day = parsed_day(text)
    return us(date.fromordinal(day.toordinal() - 1)) if day else text


def _summary(at: At, wizard: Wizard) -> dict[str, Any]:
    said = CAN_DECIDE.get(wizard.verdict, UNDETERMINED).format(word=wizard.rules.words.get("approved", ""))
    rows = [["Status", said], ["Transaction ID", wizard.transaction], ["Payer", wizard.label], ["Member ID", _member_id(wizard)]]
    if wizard.verdict == "approved":
        made = next(t for t in at.box.auths.taken if t.nonce == wizard.nonce)
        shown = _standing(at.box, made)
        rows += [[wizard.rules.reference_label, made.reference], [wizard.rules.number_label, shown.number]]
    return {"rows": rows + fields_of(wizard.values, "service"), "decided": bool(wizard.verdict)}


def _member_id(wizard: Wizard) -> str:
    return wizard.found.coverage.member_id if wizard.found else ""


def _standing(box: Sandbox, taken: Taken) -> Standing:
    return next(s for s in box.auths.standing(box.world, taken.payer) if s.reference == taken.reference)


# attachments


async def upload(request: Request) -> Response:
    """One file of the attachments page."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    wizard = _kept(session).get(request.path_params["nonce"])
    if wizard is None:
        return JSONResponse({"reset": True})
    name, kind, body = request.query_params["name"], request.query_params.get("kind", ""), await request.body()
    if name.rpartition(".")[2].lower() not in rules.FILE_TYPES:
        return JSONResponse({"error": BAD_FILE}, 409)
    if len(body) > rules.LARGEST:
        return JSONResponse({"error": BIG_FILE}, 409)
    if kind not in rules.KINDS:
        return JSONResponse({"error": "Select an attachment type."}, 409)
    wizard.files.append({"name": name, "kind": kind, "size": len(body), "sha256": hashlib.sha256(body).hexdigest()})
    return JSONResponse({"files": _shown_files(wizard)})


async def remove(request: Request) -> Response:
    """Take a file off again."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    wizard = _kept(session).get(request.path_params["nonce"])
    if wizard is None:
        return JSONResponse({"reset": True})
    del wizard.files[int(request.path_params["place"])]
    return JSONResponse({"files": _shown_files(wizard)})


def _shown_files(wizard: Wizard) -> list[dict[str, Any]]:
    return [{"name": f["name"], "kind": f"{f['kind']} - {rules.KINDS[f['kind']]}", "size": f"{f['size']:,} bytes"} for f in wizard.files]


# the end of it


@step("auth-submit")
@signed_in
async def submit(request: Request, at: At) -> Response:
    """Submit: counted when it arrives, and again when it is taken; what the browser hears of it is another matter."""
    session, nonce = the_session(at), request.path_params["nonce"]
    wizard = _kept(session).get(nonce)
    at.box.auths.presses[nonce] += 1
    at.box.records.add("press", form="authorization", nonce=nonce, session=session.label)
    if wizard is None or "attachments" not in wizard.passed:
        return JSONResponse({"reset": True})
    if at.fires("maintenance") is not None:
        return JSONResponse({"error": UNDER_MAINTENANCE}, 409)
    if second := _second(at.box, wizard):
        label = wizard.rules.reference_label
        return JSONResponse({"error": DUPLICATE.format(label=label, reference=second.reference)}, 409)
    taken = _take(at, session, wizard, fixed=wizard.rules.at_submit.get(wizard.code))
    if lost := await _lost(request, at):
        return lost
    if at.fires("confirmation-lost") is not None:
        return JSONResponse({"home": True})
    await asyncio.sleep(at.box.staging_seconds(len(nonce)))
    return JSONResponse(envelope(at, step="response", id=taken.reference, sections=_response(at.box, wizard, taken)))


def _second(box: Sandbox, wizard: Wizard) -> Standing | None:
    if not wizard.rules.stops_second or wizard.found is None:
        return None
    begin, end = _span(wizard)
    return box.auths.same(box.world, wizard.payer, wizard.found.member.key, wizard.code, begin, end)


def _span(wizard: Wizard) -> tuple[date, date]:
    begin, end = parsed_day(wizard.values["fromDate"]), parsed_day(wizard.values["toDate"])
    if begin is None or end is None:
        raise LookupError("no dates")
    return begin, end


async def _lost(request: Request, at: At) -> Response | None:
    """It was taken, and the answer does not come."""
    if at.fires("hang-after-accept") is not None:
        await never(request, lambda: at.on("hang-after-accept") is not None)
        return unavailable(request)
    for name in ("drop-after-accept", "reset-after-accept"):
        if at.fires(name) is not None:
            return Cut(reset=name.startswith("reset"))
    return unavailable(request) if at.fires("error-after-accept") is not None else None


def _take(at: At, session: Session, wizard: Wizard, *, fixed: Any = None) -> Taken:  # noqa: ANN401 -- a state or nothing
    if wizard.found is None:
        raise LookupError("nobody")
    values, (begin, end), member = wizard.values, _span(wizard), wizard.found.member
    taken = at.box.auths.take(
        at.box.world,
        payer=wizard.payer,
        member_key=member.key,
        member_id=wizard.found.coverage.member_id,
        name=shown_name(member),
        code=wizard.code,
        units=int(values["quantity"]),
        unit_type=values["quantityTypeCode"],
        begin=begin,
        end=end,
        npi=values["search.renderingProvider.npi"] or values["search.requestingProvider.npi"],
        user=session.user.user_id,
        nonce=wizard.nonce,
        fixed=fixed,
        category=values["requestType"],
        certification=values.get("certificationTypeCode") or "I",
        service_type=values["serviceTypeCode"],
        pos=values["placeOfServiceCode"],
        modifiers=values.get("procedures.0.modifiers", ""),
        diagnoses=[values[f"diagnoses.{n}.code"] for n in range(12) if values.get(f"diagnoses.{n}.code")],
        note=values.get("providerNotes.0.message", ""),
        answers={q.text: str(values.get(q.key, "")) for q in wizard.questions},
        attachments=list(wizard.files),
        urgent=values["serviceLevelCode"] == "U",
    )
    at.box.records.add("auth", reference=taken.reference, payer=taken.payer, nonce=wizard.nonce, session=session.label)
    return taken


def _response(box: Sandbox, wizard: Wizard, taken: Taken) -> list[Any]:
    """The response page: its numbers are shown here and, by some payers, never again."""
    shown = _standing(box, taken)
    rows = [
        ["Status", wizard.rules.words[shown.state]],
        [wizard.rules.reference_label, taken.reference],
        *([[wizard.rules.number_label, shown.number]] if shown.number else []),
        ["Transaction ID", f"{int(hashlib.sha256(taken.reference.encode()).hexdigest(), 16) % 10**11:011d}"],
        ["Submitted", us(taken.sent)],
        ["Member ID", taken.member_id],
        ["Patient Name", taken.name],
    ]
    return [["Authorization Response", rows], ["Services", fields_of(wizard.values, "service")]]


async def response_again(request: Request) -> Response:
    """The response page once more: there is none."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    return JSONResponse({"error": SHOWN_BEFORE}, 410)


async def save_draft(request: Request) -> Response:
    """Save as Draft, where the payer has drafts."""
    session = session_of(request)
    if session is None or not session.alive:
        return thrown_out(session)
    box, wizard = sandbox_of(request), _kept(session).get(request.path_params["nonce"])
    if wizard is None or wizard.found is None or not wizard.rules.drafts:
        return JSONResponse({"reset": True})
    draft = Draft(
        f"D{box.auths.number(wizard.payer)[3:]}",
        wizard.payer,
        wizard.found.member.key,
        wizard.found.coverage.member_id,
        shown_name(wizard.found.member),
        wizard.code,
        wizard.values["fromDate"],
        wizard.values["toDate"],
        session.user.user_id,
        wizard.nonce,
        box.world.as_of,
    )
    box.auths.drafts.append(draft)
    box.records.add("draft", reference=draft.reference, payer=draft.payer, session=session.label)
    return JSONResponse({"draft": draft.reference})


_V1 = f"{paths.API}/v1/authorizations"
ROUTES = [
    Route(paths.AUTHORIZATIONS, step("auth-home")(app_page("auths"))),
    Route(paths.AUTH_FORM, step("auth-form")(app_page("auths"))),
    Route(paths.AUTH_INQUIRY, step("auth-inquiry-page")(app_page("auths"))),
    Route(paths.AUTH_DASHBOARD, step("auth-inquiry-page")(app_page("auths"))),
    Route(f"{_V1}/new", new_form),
    Route(f"{_V1}/setup", setup),
    Route(f"{_V1}/payers/{{key}}", payer_setup),
    Route(f"{_V1}/choices/{{table}}", choices),
    Route(f"{_V1}/locations", locations),
    Route(f"{_V1}/responses/{{reference}}", response_again),
    Route(f"{_V1}/forms/{{nonce}}/files", upload, methods=["POST"]),
    Route(f"{_V1}/forms/{{nonce}}/files/{{place}}", remove, methods=["DELETE"]),
    Route(f"{_V1}/forms/{{nonce}}/draft", save_draft, methods=["POST"]),
    Route(f"{_V1}/forms/{{nonce}}/submit", submit, methods=["POST"]),
    Route(f"{_V1}/forms/{{nonce}}/steps/{{step}}", advance, methods=["POST"]),
]
