"""What holds for the code as a whole: which way imports point, what portals may do, what no file may name."""

from __future__ import annotations

import ast
import re
import subprocess
from collections.abc import Callable, Iterator
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
OURS = ("payerbot", "portals", "flows", "sandbox")
SUITES = ("payerbot", "portals", "flows", "sandbox", "tests", "examples", "tools")


class Import(NamedTuple):
    """One imported module or name, as a dotted path."""

    target: str
    at_start: bool  # False: inside a function, so only when that runs
    for_types: bool


@cache
def tracked() -> tuple[str, ...]:
    """Every file that git knows or would take, relative to the clone, and that is there."""
    told = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return tuple(sorted(name for name in told.stdout.split("\0") if name and (ROOT / name).is_file()))


def python_files(*folders: str) -> list[str]:
    return [name for name in tracked() if name.endswith(".py") and PurePosixPath(name).parts[0] in folders]


@cache
def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def slugs() -> frozenset[str]:
    return frozenset(PurePosixPath(name).parts[1] for name in tracked() if re.fullmatch(r"portals/[a-z0-9]\w*/adapter\.py", name))


def module(name: str) -> str:
    return name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")


def imports(name: str, text: str) -> Iterator[Import]:
    """Everything a file imports; relative imports are spelled out."""
    package = module(name) if name.endswith("__init__.py") else module(name).rpartition(".")[0]
    yield from _imports(parsed(text).body, package, at_start=True, for_types=False)


def _imports(body: list[ast.stmt], package: str, *, at_start: bool, for_types: bool) -> Iterator[Import]:
    for node in body:
        if isinstance(node, ast.Import):
            yield from (Import(alias.name, at_start, for_types) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parents = package.split(".")
            above = ".".join(parents[: len(parents) - node.level + 1]) if node.level else ""
            base = ".".join(filter(None, [above, node.module or ""]))
            yield from (Import(f"{base}.{alias.name}", at_start, for_types) for alias in node.names)
        else:
            later = at_start and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and not _as_program(node)
            typed = for_types or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
            for field in ("body", "orelse", "finalbody", "handlers", "cases"):
                inner = [one for one in getattr(node, field, []) if isinstance(one, ast.AST)]
                for one in inner if field in {"handlers", "cases"} else [node]:
                    part = getattr(one, "body" if field in {"handlers", "cases"} else field, [])
                    yield from _imports(part, package, at_start=later, for_types=typed and field == "body")


def _as_program(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__main__" in ast.unparse(node.test)


def under(target: str, *prefixes: str) -> bool:
    return any(target == prefix or target.startswith(f"{prefix}.") for prefix in prefixes)


@cache
def parsed(text: str) -> ast.Module:
    return ast.parse(text)


def nodes(text: str) -> Iterator[ast.AST]:
    return ast.walk(parsed(text))


# --- which way imports point ---------------------------------------------------------------------------------------------------------

GIVEN = ("Element", "Screen", "Tab")  # what an adapter is given of the browser: our own, never Playwright's
LOW = (
    "payerbot.model",
    "payerbot.errors",
    "payerbot.remittance",
    "payerbot.authorization",
    "payerbot.letters",
    "payerbot.capability",
    "payerbot.rows",
)
HIGH = ("payerbot.cli", "payerbot.commands", "payerbot.run", "payerbot.share", "payerbot.bot", "payerbot.engine")
MIDDLE = (
    "browser", "ledger", "people", "intake", "outlet", "eob", "auths", "billing", "vault", "credentials", "practice", "practice_file",
    "settings", "logs", "steps", "deployment", "host",
)  # fmt: skip
PORTALS_MAY = (
    "payerbot.letters",
    "payerbot.model",
    "payerbot.errors",
    "payerbot.remittance",
    "payerbot.authorization",
    "payerbot.capability",
    "payerbot.steps",
    *(f"payerbot.browser.locate.{name}" for name in GIVEN),
)


def portals_keep_to_themselves(name: str, text: str) -> Iterator[str]:
    """An adapter knows its own folder, what all portals share, a family base, and the questions, answers and errors."""
    folder = PurePosixPath(name).parts
    if folder[0] != "portals":
        return
    if len(folder) < 3:  # what all portals share
        yield from (
            f"imports {one.target}"
            for one in imports(name, text)
            if under(one.target, "payerbot", "flows", "sandbox", "playwright") and not under(one.target, *PORTALS_MAY)
        )
        return
    shared = {f"portals.{PurePosixPath(one).stem}" for one in tracked() if re.fullmatch(r"portals/[a-z]\w*\.py", one)}
    for one in imports(name, text):
        if under(one.target, "payerbot") and not under(one.target, *PORTALS_MAY):
            yield f"imports {one.target}"
        family = one.target.startswith("portals._")
        if under(one.target, "portals") and not family and not under(one.target, f"portals.{folder[1]}", *shared):
            yield f"imports {one.target}, another portal"
        if under(one.target, "flows", "sandbox", "playwright"):
            yield f"imports {one.target}"


def readers_import_no_browser(name: str, text: str) -> Iterator[str]:
    """read.py turns text into answers; it can be tested without a browser."""
    if re.fullmatch(r"portals/\w+/read\w*\.py", name):
        for one in imports(name, text):
            if under(one.target, "playwright", "payerbot.browser", "portals.base") or one.target.split(".")[2:3] == ["adapter"]:
                yield f"imports {one.target}"


def the_core_looks_down(name: str, text: str) -> Iterator[str]:
    """payerbot knows no sandbox, and flows only where a command starts them; what lies below knows nothing of what lies above."""
    if not name.startswith("payerbot/"):
        return
    mine = module(name)
    command = under(mine, "payerbot.cli", "payerbot.commands")
    for one in imports(name, text):
        if under(one.target, "sandbox") and not (command and not one.at_start):
            yield f"imports {one.target}"
        if under(one.target, "flows", "prefect") and not (command and not one.at_start):
            yield f"imports {one.target}"
        if one.for_types:
            continue
        if under(mine, *LOW) and under(one.target, "payerbot") and not under(one.target, *LOW):
            yield f"imports {one.target}, which lies above it"
        if under(mine, *(f"payerbot.{part}" for part in MIDDLE)) and under(one.target, *HIGH):
            yield f"imports {one.target}, which lies above it"
        if under(one.target, "portals") and under(mine, *LOW, "payerbot.engine", *(f"payerbot.{part}" for part in MIDDLE)):
            yield f"imports {one.target}: it is given answers, not portals"
        if under(mine, "payerbot.share", "payerbot.run", "payerbot.engine") and under(one.target, "payerbot.cli", "payerbot.commands"):
            yield f"imports {one.target}, which lies above it"


# What each part of payerbot may use of the others when it runs; a part that is not here is not allowed to be.
ANYTHING = "*"
PARTS: dict[str, str] = {
    "errors": "model",
    "model": "",
    "remittance": "model",
    "authorization": "model",
    "letters": "model",
    "capability": "model remittance authorization letters",
    "rows": "model remittance authorization letters",
    "steps": "",
    "host": "errors",
    "logs": "host",
    "settings": "errors",
    "practice_file": "errors",
    "practice": "model practice_file settings",
    "vault": "errors host ledger settings",
    "credentials": "errors host vault",
    "ledger": "authorization auths errors letters model remittance rows",
    "browser": "errors model settings steps",
    "intake": "authorization auths errors letters model practice remittance rows",
    "eob": "errors ledger letters model practice remittance vault",
    "auths": "authorization capability errors host ledger model rows steps",
    "outlet": "authorization auths errors intake ledger letters logs model practice remittance rows settings vault",
    "people": "errors logs",
    "engine": "errors logs model rows steps",
    "listing": "model portals rows",
    "routing": "model practice rows",
    "gate": "errors model portals settings",
    "share": "bot host model settings",
    "run": "host ledger model outlet settings share vault",
    "deployment": "errors model",
    "bot": (
        "auths browser capability engine eob errors gate host ledger letters listing logs model portals practice routing rows settings "
        "share steps vault"
    ),
    "doctor": ANYTHING,
    "commands": ANYTHING,
    "cli": ANYTHING,
    "__main__": ANYTHING,
}
# Of a part that reaches further than most of it should, the files that do, and of the one that is used, what.
ONLY_FILES: dict[tuple[str, str], tuple[str, ...]] = {
    ("eob", "ledger"): ("payerbot/eob/before.py",),  # the readers know documents and nothing else
    ("eob", "vault"): ("payerbot/eob/before.py",),
    ("eob", "practice"): tuple(f"payerbot/eob/{name}.py" for name in ("layout", "listing", "pages", "pdf", "proof")),
    ("auths", "host"): ("payerbot/auths/attachments.py",),
    ("vault", "ledger"): ("payerbot/vault.py",),
    ("outlet", "vault"): ("payerbot/outlet/api.py",),
    ("outlet", "settings"): ("payerbot/outlet/api.py",),
    ("run", "outlet"): ("payerbot/run.py",),
}
ONLY_MODULES: dict[tuple[str, str], tuple[str, ...]] = {
    ("ledger", "auths"): ("payerbot.auths.match", "payerbot.auths.words"),
    ("intake", "auths"): ("payerbot.auths.attachments",),
    ("outlet", "auths"): ("payerbot.auths.words",),
    ("auths", "ledger"): ("payerbot.ledger.book", "payerbot.ledger.records"),
    ("eob", "practice"): ("payerbot.practice.words",),
    ("run", "outlet"): ("payerbot.outlet.api",),
}


def each_part_knows_its_neighbors_only(name: str, text: str) -> Iterator[str]:
    """PARTS is the whole map; a new file has to find its place in it."""
    if not name.startswith("payerbot/") or name == "payerbot/__init__.py":
        return
    mine = module(name).split(".")[1]
    if mine not in PARTS:
        yield f"is of a part that the map does not have: {mine}"
        return
    for one in imports(name, text):
        part = "portals" if under(one.target, "portals") else one.target.split(".")[1] if under(one.target, "payerbot") else mine
        if one.for_types or part == mine or one.target == "payerbot" or PARTS[mine] == ANYTHING:
            continue
        if part not in PARTS[mine].split():
            yield f"imports {one.target}; the map does not let {mine} do that"
        elif name not in ONLY_FILES.get((mine, part), (name,)):
            yield f"imports {one.target}, which of {mine} only others may"
        elif not under(one.target, *ONLY_MODULES.get((mine, part), (one.target,))):
            yield f"imports {one.target}, of which {mine} may use other modules only"


SENDING = (
    "httpx", "httpcore", "requests", "aiohttp", "urllib.request", "urllib3", "http.client", "http.server", "socket", "socketserver", "ssl",
    "smtplib", "ftplib", "imaplib", "websockets", "xmlrpc", "asyncio",
)  # fmt: skip
MAY_SEND = {
    "payerbot/outlet/api.py": ("httpx", "ssl", "asyncio"),
    "payerbot/deployment.py": ("httpx",),  # asks the Prefect server of this practice
    "payerbot/browser/launch.py": ("socket",),  # holds the address of the proxy that is none
    "flows/server.py": ("socket",),  # looks for a free port
}


def nobody_else_calls_out(name: str, text: str) -> Iterator[str]:
    """The browser talks to the portal, one module to the practice's own system, one to Prefect; a further way out is a decision."""
    if name.split("/", maxsplit=1)[0] in {"payerbot", "portals", "flows"}:
        for one in imports(name, text):
            if under(one.target, *SENDING) and not under(one.target, *MAY_SEND.get(name, ())):
                yield f"imports {one.target}"


def flows_supervise(name: str, text: str) -> Iterator[str]:
    """A flow knows runs and shares, never a browser or a simulated payer."""
    if name.startswith("flows/"):
        for one in imports(name, text):
            if under(
                one.target,
                "playwright",
                "sandbox",
                "payerbot.browser",
                "payerbot.bot",
                "payerbot.engine",
                "payerbot.cli",
                "payerbot.commands",
            ):
                yield f"imports {one.target}"


def the_sandbox_stands_alone(name: str, text: str) -> Iterator[str]:
    """The simulated payers share nothing with the product, so they cannot share its mistakes."""
    if name.startswith("sandbox/"):
        for one in imports(name, text):
            if under(one.target, "payerbot", "portals", "flows"):
                yield f"imports {one.target}"


def playwright_stays_behind_the_wall(name: str, text: str) -> Iterator[str]:
    """Its errors repeat what was typed; one package translates them."""
    if name.split("/", maxsplit=1)[0] in {"payerbot", "portals", "flows"} and not name.startswith("payerbot/browser/"):
        for one in imports(name, text):
            if under(one.target, "playwright"):
                yield f"imports {one.target}"


def packages_re_export_nothing(name: str, text: str) -> Iterator[str]:
    """A name is imported from where it is defined."""
    if not name.endswith("__init__.py") or name == "portals/__init__.py":
        return
    tree = parsed(text)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    for node in tree.body:
        if isinstance(node, ast.ImportFrom) and (node.level or under(node.module or "", module(name))):
            yield from (f"re-exports {alias.name}" for alias in node.names if (alias.asname or alias.name) not in used)
        if isinstance(node, ast.Assign) and any(isinstance(one, ast.Name) and one.id == "__all__" for one in node.targets):
            yield "has an __all__"


# --- what portals may do -------------------------------------------------------------------------------------------------------------

FORBIDDEN_CALLS = {"sleep", "wait_for_timeout", "locator", "query_selector", "query_selector_all", "wait_for_selector", "evaluate"}


def portals_arrive_and_never_sleep(name: str, text: str) -> Iterator[str]:
    """Elements come from selectors/<portal>.yaml, and every step waits for a landmark."""
    if name.startswith("portals/"):
        for node in nodes(text):
            if isinstance(node, ast.Call):
                called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if called in FORBIDDEN_CALLS:
                    yield f"line {node.lineno} calls {called}()"


def the_core_names_no_portal(name: str, text: str) -> Iterator[str]:
    """Adding a portal edits nothing else. Docstrings may give one as an example."""
    if not name.startswith(("payerbot/", "flows/", "portals/")) or name.split("/")[1] in slugs():
        return
    tree = parsed(text)
    told = {id(node.body[0].value) for node in ast.walk(tree) if _has_docstring(node)}  # type: ignore[attr-defined]
    told |= {id(word) for node in ast.walk(tree) if _is_example(node) for word in ast.walk(node)}
    for node in ast.walk(tree):
        words = {
            str(getattr(node, field))
            for field in ("id", "attr", "name", "arg", "module", "value")
            if isinstance(getattr(node, field, None), str) and id(node) not in told
        }
        for slug in slugs():
            if any(re.search(rf"(?<![a-z]){slug}(?![a-z])", word, re.IGNORECASE) for word in words):
                yield f"line {getattr(node, 'lineno', 0)} names {slug}"


def _is_example(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "example"


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node) is not None


# --- privacy -------------------------------------------------------------------------------------------------------------------------

ABOUT_A_PATIENT = {
    "patient", "last", "first", "birth_date", "member_id", "subscriber_last", "subscriber_first", "subscriber_dob", "patient_key",
    "payer_claim_no", "seen_as", "portal_text", "codes_text", "messages", "requested_info", "cells", "password", "totp",
    "check_no", "remittance", "questionnaire", "expedited_statement", "diagnoses", "review", "standing", "auth_number", "body",
}  # fmt: skip
LOGS = {"debug", "info", "warning", "error", "critical", "exception", "msg"}


def no_patient_in_words_for_all(name: str, text: str) -> Iterator[str]:
    """Neither an error's text nor a log line is built from what is about a patient."""
    if name.split("/", maxsplit=1)[0] not in {"payerbot", "portals", "flows"}:
        return
    for node in nodes(text):
        spoken: ast.AST | None = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOGS and _is_log(node.func.value):
            spoken = node
        for part in ast.walk(spoken) if spoken else ():
            if isinstance(part, ast.FormattedValue | ast.keyword | ast.Starred) or (part is not spoken and isinstance(part, ast.Attribute)):
                shown = part.value
                if isinstance(part, ast.Attribute) and part.attr in ABOUT_A_PATIENT and not _is_called(part, spoken):
                    yield f"line {part.lineno} tells {part.attr}"
                elif isinstance(shown, ast.Attribute) and shown.attr in ABOUT_A_PATIENT:
                    yield f"line {shown.lineno} tells {shown.attr}"


def _is_log(value: ast.AST) -> bool:
    return isinstance(value, ast.Name) and value.id in {"log", "logger", "logging", "_log"}


def _is_called(part: ast.Attribute, whole: ast.AST | None) -> bool:
    return whole is not None and any(isinstance(one, ast.Call) and one.func is part for one in ast.walk(whole))


def no_traceback_is_written(name: str, text: str) -> Iterator[str]:
    """A traceback shows whatever the failing line had at hand; only the log of payerbot/logs.py is written to."""
    if name.split("/", maxsplit=1)[0] not in {"payerbot", "portals", "flows"}:
        return
    for node in nodes(text):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if re.fullmatch(r"traceback\.\w+|\w+\.exception|pprint(\.\w+)?|breakpoint", called):
                yield f"line {node.lineno} calls {called}()"
            if any(word.arg in {"exc_info", "stack_info"} for word in node.keywords):
                yield f"line {node.lineno} writes a traceback"
            if called == "print" and not name.startswith(("payerbot/cli.py", "payerbot/commands/", "flows/server.py")):
                yield f"line {node.lineno} prints"


# --- tests ---------------------------------------------------------------------------------------------------------------------------


def no_test_is_passed_over(name: str, text: str) -> Iterator[str]:
    """A test that does not run proves nothing; where Windows has no such thing to test, the test may say so."""
    if not name.startswith("tests/"):
        return
    elsewhere = {id(node.func) for node in nodes(text) if isinstance(node, ast.Call) and _on_windows(node)}
    for node in nodes(text):
        if id(node) in elsewhere:
            continue
        word = node.attr if isinstance(node, ast.Attribute) else getattr(node, "name", "") if isinstance(node, ast.FunctionDef) else ""
        if re.fullmatch(r"skip|skipif|skipTest|xfail|importorskip|test_\w*(skip|xfail)(_\w*)?", word):
            yield f"line {getattr(node, 'lineno', 0)} has {word}"


def _on_windows(call: ast.Call) -> bool:
    return bool(call.args) and ast.unparse(call.args[0]) in {"os.name == 'nt'", "sys.platform == 'win32'"}


# --- every file ----------------------------------------------------------------------------------------------------------------------

_HOSTS = (
    ("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("npmjs", "com"), ("yarnpkg", "com"), ("anaconda", "org"), ("crates", "io"),
    ("rubygems", "org"), ("docker", "io"), ("ghcr", "io"), ("quay", "io"), ("proxy.golang", "org"), ("maven.apache", "org"),
    ("cdn.playwright", "dev"),
)  # fmt: skip
HOSTS = re.compile(r"(?<![\w-])(?:[\w-]+\.)*(?:" + "|".join(re.escape(".".join(host)) for host in _HOSTS) + r")(?![\w-])", re.IGNORECASE)
MACHINE = re.compile(r"(?<![\w.$}~/)-])/(?:work|root|farm|opt/(?:wheels|pypi[\w-]*))(?![\w-])")


def no_registry_is_named(_name: str, text: str) -> Iterator[str]:
    """Where packages come from is each machine's own matter."""
    yield from (f"names {found}" for found in HOSTS.findall(text))


def no_path_of_a_machine(_name: str, text: str) -> Iterator[str]:
    """What works in one place only does not belong in the repository."""
    yield from (f"names {found}" for found in MACHINE.findall(text))


def selectors_are_data(name: str, _text: str) -> Iterator[str]:
    """A Python file there would hide the standard library's module of that name and break asyncio."""
    if name.startswith("selectors/") and not name.endswith(".yaml"):
        yield "is no YAML file"


# --- and each of them at work --------------------------------------------------------------------------------------------------------

Guard = Callable[[str, str], Iterator[str]]
OF_PYTHON: dict[Guard, tuple[str, str]] = {
    portals_keep_to_themselves: ("portals/cascade/adapter.py", "from payerbot.engine import Engine"),
    readers_import_no_browser: ("portals/cascade/read.py", "from portals.base import Portal"),
    the_core_looks_down: ("payerbot/ledger/book.py", "from payerbot.run import run_batch"),
    each_part_knows_its_neighbors_only: ("payerbot/eob/pdf.py", "from payerbot.browser.locate import Tab"),
    nobody_else_calls_out: ("payerbot/eob/pages.py", "def f():\n    import httpx"),
    flows_supervise: ("flows/eligibility.py", "from payerbot.browser import launch"),
    the_sandbox_stands_alone: ("sandbox/cascade/pages.py", "if TYPE_CHECKING:\n    from payerbot.model import Job"),
    playwright_stays_behind_the_wall: ("payerbot/engine.py", "def f():\n    from playwright.sync_api import Page"),
    packages_re_export_nothing: ("payerbot/ledger/__init__.py", "from payerbot.ledger.book import Ledger"),
    portals_arrive_and_never_sleep: ("portals/cascade/adapter.py", "def f(page):\n    page.wait_for_timeout(500)"),
    the_core_names_no_portal: ("payerbot/engine.py", "if portal == 'availity':\n    pass"),
    no_patient_in_words_for_all: ("payerbot/engine.py", "def f(ask):\n    raise ValueError(f'no such member: {ask.patient.last}')"),
    no_traceback_is_written: ("flows/shares.py", "def f():\n    log.error('failed', exc_info=True)"),
    no_test_is_passed_over: ("tests/test_x.py", "@pytest.mark.skip\ndef test_it():\n    assert True"),
}
OF_ANY_FILE: dict[Guard, tuple[str, str]] = {
    no_registry_is_named: ("requirements.lock", "--index-url https://files." + ".".join(_HOSTS[1]) + "/simple"),
    no_path_of_a_machine: ("docs/deploy.md", "the clone lies in /" + "work/main"),
    selectors_are_data: ("selectors/cascade.py", ""),
}
MORE_VIOLATIONS: list[tuple[Guard, str, str]] = [
    (portals_keep_to_themselves, "portals/cascade/adapter.py", "from portals.availity import read"),
    (portals_keep_to_themselves, "portals/cascade/adapter.py", "from ..availity.read import money"),
    (portals_keep_to_themselves, "portals/cascade/adapter.py", "try:\n    import payerbot.ledger.book\nexcept ImportError:\n    pass"),
    (readers_import_no_browser, "portals/cascade/read.py", "from portals.cascade.adapter import Cascade"),
    (the_core_looks_down, "payerbot/run.py", "from flows.server import local_server"),
    (the_core_looks_down, "payerbot/cli.py", "from flows.serve import serve_all"),
    (the_core_looks_down, "payerbot/share.py", "def f():\n    import sandbox.server"),
    (the_core_looks_down, "payerbot/errors.py", "from payerbot.settings import settings"),
    (the_core_looks_down, "payerbot/engine.py", "from portals import KNOWN"),
    (the_core_looks_down, "payerbot/auths/work.py", "from payerbot.engine import Engine"),
    (the_core_looks_down, "payerbot/eob/before.py", "def f():\n    from portals import KNOWN"),
    (portals_keep_to_themselves, "portals/base.py", "from payerbot.ledger.book import Ledger"),
    (portals_keep_to_themselves, "portals/availity/remits.py", "from payerbot.eob import pdf"),
    (portals_keep_to_themselves, "portals/availity/auths.py", "from payerbot.auths.match import blocking"),
    (readers_import_no_browser, "portals/availity/read_remits.py", "from payerbot.browser.locate import Element"),
    (each_part_knows_its_neighbors_only, "payerbot/eob/x12.py", "from payerbot.ledger.evidence import Evidence"),
    (each_part_knows_its_neighbors_only, "payerbot/auths/work.py", "from payerbot.browser.locate import Tab"),
    (each_part_knows_its_neighbors_only, "payerbot/ledger/submissions.py", "from payerbot.auths.work import Submitting"),
    (each_part_knows_its_neighbors_only, "payerbot/outlet/envelope.py", "from payerbot.vault import vault_of"),
    (each_part_knows_its_neighbors_only, "payerbot/share.py", "from payerbot.outlet import api"),
    (each_part_knows_its_neighbors_only, "payerbot/bot.py", "def f():\n    from payerbot.outlet.api import sending"),
    (each_part_knows_its_neighbors_only, "payerbot/parcels/post.py", "x = 1"),
    (nobody_else_calls_out, "payerbot/outlet/envelope.py", "from urllib.request import urlopen"),
    (nobody_else_calls_out, "payerbot/outlet/api.py", "import requests"),
    (nobody_else_calls_out, "portals/availity/remits.py", "import socket"),
    (packages_re_export_nothing, "flows/__init__.py", "from .eligibility import eligibility"),
    (portals_arrive_and_never_sleep, "portals/cascade/adapter.py", "from time import sleep\nsleep(1)"),
    (portals_arrive_and_never_sleep, "portals/base.py", "def f(page):\n    return page.locator('#x')"),
    (the_core_names_no_portal, "flows/job.py", "AVAILITY_HOURS = 3"),
    (the_core_names_no_portal, "payerbot/gate.py", "from portals.availity import adapter"),
    (no_patient_in_words_for_all, "payerbot/engine.py", "def f(ask):\n    log.info('asked', who=ask.member_id)"),
    (no_patient_in_words_for_all, "portals/cascade/adapter.py", "def f(ask):\n    raise PageChanged('not ' + ask.patient.first)"),
    (no_patient_in_words_for_all, "payerbot/eob/proof.py", "def f(ask):\n    raise CannotRead(f'not {ask.check_no}')"),
    (no_patient_in_words_for_all, "payerbot/auths/work.py", "def f(found):\n    log.info('prepared', why=found.review)"),
    (no_traceback_is_written, "payerbot/engine.py", "import traceback\ntraceback.print_exc()"),
    (no_traceback_is_written, "payerbot/engine.py", "print('x')"),
    (no_test_is_passed_over, "tests/test_x.py", "def test_it():\n    pytest.importorskip('x')"),
    (no_test_is_passed_over, "tests/test_x.py", "@pytest.mark.skipif(not BROWSER, reason='x')\ndef test_it():\n    assert True"),
    (portals_keep_to_themselves, "portals/cascade/adapter.py", "from payerbot.browser.locate import translate"),
    (no_path_of_a_machine, "Makefile", "cp a /" + "root/b"),
]
FINE: list[tuple[Guard, str, str]] = [
    (portals_keep_to_themselves, "portals/availity/adapter.py", "from portals._family import Base\nfrom portals.availity import read"),
    (the_core_looks_down, "payerbot/commands/service.py", "def f():\n    from flows.serve import serve_all"),
    (the_core_looks_down, "payerbot/browser/login.py", "if TYPE_CHECKING:\n    from portals.base import Portal"),
    (each_part_knows_its_neighbors_only, "payerbot/eob/before.py", "from payerbot.ledger.evidence import Evidence"),
    (each_part_knows_its_neighbors_only, "payerbot/gate.py", "from portals import KNOWN"),
    (the_core_names_no_portal, "payerbot/cli.py", 'def f():\n    """Example: payerbot run eligibility x.csv --portal availity"""'),
    (the_core_names_no_portal, "payerbot/engine.py", "availability = 3"),
    (
        packages_re_export_nothing,
        "payerbot/intake/__init__.py",
        "from payerbot.intake import files\n\ndef read():\n    return files.records()",
    ),
    (no_patient_in_words_for_all, "payerbot/engine.py", "def f(ask):\n    raise PageChanged(f'{where}: the member field stays empty')"),
    (the_core_names_no_portal, "payerbot/cli.py", "@app.command(epilog=example('payerbot signin availity'))\ndef f(): ..."),
    (no_test_is_passed_over, "tests/test_x.py", "@pytest.mark.skipif(os.name == 'nt', reason='x')\ndef test_it():\n    assert True"),
    (no_path_of_a_machine, "Makefile", "cp a $(DIR)/" + "work/b"),
]


@pytest.mark.parametrize("guard", OF_PYTHON, ids=lambda guard: guard.__name__)
def test_our_code_keeps_to(guard: Guard) -> None:
    assert [f"{name}: {found}" for name in python_files(*SUITES) for found in guard(name, source(name))] == []


@pytest.mark.parametrize("guard", OF_ANY_FILE, ids=lambda guard: guard.__name__)
def test_every_file_keeps_to(guard: Guard) -> None:
    texts = {name: (ROOT / name).read_bytes() for name in tracked()}
    assert [f"{name}: {found}" for name, raw in texts.items() for found in guard(name, raw.decode("utf-8", errors="replace"))] == []


@pytest.mark.parametrize("guard", [*OF_PYTHON, *OF_ANY_FILE], ids=lambda guard: guard.__name__)
def test_a_planted_violation_is_found_by(guard: Guard) -> None:
    assert list(guard(*{**OF_PYTHON, **OF_ANY_FILE}[guard]))


@pytest.mark.parametrize("guard, name, text", MORE_VIOLATIONS)
def test_other_ways_to_break_a_rule_are_found_too(guard: Guard, name: str, text: str) -> None:
    assert list(guard(name, text))


@pytest.mark.parametrize("guard, name, text", FINE)
def test_what_is_allowed_is_left_alone(guard: Guard, name: str, text: str) -> None:
    assert list(guard(name, text)) == []


# --- cycles --------------------------------------------------------------------------------------------------------------------------


def graph(files: dict[str, str]) -> dict[str, set[str]]:
    """Module -> the modules of ours it imports when it is imported."""
    known = {module(name) for name in files}
    return {
        module(name): {found for one in imports(name, text) if (found := _imported(one, known)) and found != module(name)}
        for name, text in files.items()
    }


def _imported(one: Import, known: set[str]) -> str:
    if not one.at_start or one.for_types:
        return ""
    return one.target if one.target in known else one.target.rpartition(".")[0] if one.target.rpartition(".")[0] in known else ""


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(graph({name: source(name) for name in python_files(*OURS)})).prepare()


def test_a_planted_circle_is_found() -> None:
    files = {"payerbot/a.py": "from payerbot import b", "payerbot/b.py": "from payerbot.c import x", "payerbot/c.py": "import payerbot.a"}
    with pytest.raises(CycleError):
        TopologicalSorter(graph(files)).prepare()
