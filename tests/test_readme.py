"""What README and docs say is so: commands, codes, outcomes, portals, settings, make targets and links are held against the product."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from payerbot import cli
from payerbot.capability import BY_JOB
from payerbot.commands.portals import RULES
from payerbot.model import Outcome
from payerbot.settings import Settings
from portals import KNOWN
from portals.refused import refused

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
PROMISE = (
    "Reads at least once. Submit is pressed at most once per approval. Every row that goes in has, at every moment, exactly one current "
    "line: an answer, a question to a person, or what it waits for and until when."
)


def walk(command: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every command below a group, by the words that are typed."""
    below = getattr(command, "commands", None)
    if below is None:
        yield name, command
        return
    for word, one in below.items():
        yield from walk(one, f"{name} {word}".strip())


COMMANDS = dict(walk(typer.main.get_command(cli.app)))


def table(heading: str) -> list[list[str]]:
    """The rows of README's table whose head begins with this cell, the head first."""
    block = re.search(rf"^\| {re.escape(heading)} \|.*(?:\n\|.*)+", README, re.MULTILINE)
    assert block is not None, f"README has no table {heading!r}"
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in block[0].splitlines()]
    return [rows[0], *rows[2:]]


def command_of(words: str) -> str:
    """Which command a line that begins with `payerbot` calls; "" for none there is."""
    typed = words.split()
    return next((name for end in range(len(typed), 0, -1) if (name := " ".join(typed[:end])) in COMMANDS), "")


def options_of(name: str) -> set[str]:
    return {"--help", *(option for parameter in COMMANDS[name].params for option in [*parameter.opts, *parameter.secondary_opts])}


def code(text: str) -> Iterator[str]:
    """What stands in code blocks, line for line, and in code spans."""
    for block in re.findall(r"^ *```.*?\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL):
        yield from block.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"^ *```.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL))


def without_comment(line: str) -> str:
    return re.sub(r"\s#.*", "", line).strip().removeprefix("$ ")


IN_TABLE = {command_of(row[0].strip("`").removeprefix("$ payerbot ")): row for row in table("command")[1:]}
CALLED = [(page, line) for page in PAGES for line in map(without_comment, code(page.read_text("utf-8"))) if line.startswith("payerbot ")]
MADE = [(page, line) for page in PAGES for line in map(without_comment, code(page.read_text("utf-8"))) if re.search(r"(^|&& )make ", line)]
LINKS = [(page, link) for page in PAGES for link in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")) if "://" not in link]


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme(name: str) -> None:
    assert name in IN_TABLE, f"README's table has no row `$ payerbot {name}`"


def test_the_command_table_names_no_command_that_is_not_there() -> None:
    assert set(IN_TABLE) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_in_a_commands_row_is_an_option_of_it(name: str) -> None:
    assert set(re.findall(r"--[a-z-]+", " ".join(IN_TABLE.get(name, [])))) <= options_of(name)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_says_what_it_does_and_gives_an_example(name: str) -> None:
    shown = CliRunner().invoke(cli.app, [*name.split(), "--help"])
    assert shown.exit_code == 0
    told, _, example = shown.output.partition("Example:")
    assert COMMANDS[name].help
    assert (COMMANDS[name].help or "").split()[0] in told
    lines = [line.strip() for line in example.splitlines() if line.strip()]
    assert lines
    for line in lines:
        assert command_of(line.removeprefix("payerbot ")) == name
        assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= options_of(name)


@pytest.mark.parametrize("page, line", CALLED, ids=lambda value: getattr(value, "name", value))
def test_every_command_that_the_docs_call_is_there(page: Path, line: str) -> None:
    words = line.removeprefix("payerbot ")
    if words.startswith("--"):
        assert words.split()[0] in {"--help", "--version"}
        return
    group = words.split()[0]
    name = command_of(words) or (group if any(one.startswith(f"{group} ") for one in COMMANDS) and words == group else "")
    assert name, f"{page.name}: there is no command `{line}`"
    if name in COMMANDS:
        assert set(re.findall(r"(?<=\s)--[a-z-]+", line)) <= options_of(name)


def test_the_promise_stands_word_for_word() -> None:
    quotes = re.findall(r"(?:^>.*\n)+", README, re.MULTILINE)
    assert PROMISE in [" ".join(quote.replace(">", " ").split()) for quote in quotes]


def test_every_exit_code_is_named() -> None:
    paragraph = README[README.index("Exit codes:") :].split("\n\n")[0]
    named = {int(number) for number in re.findall(r"\*\*(\d)\*\*", paragraph)}
    assert named == {cli.EXIT_OK, cli.EXIT_FAILED, cli.EXIT_USAGE, cli.EXIT_WAITING}


def test_every_outcome_without_an_answer_is_explained() -> None:
    explained = [row[0].strip("`") for row in table("outcome")[1:]]
    assert sorted(explained) == sorted(outcome.value for outcome in Outcome if outcome is not Outcome.ANSWERED)


def test_the_portals_table_says_what_each_adapter_can_do_and_how_well_that_is_documented() -> None:
    head, *rows = table("portal")
    jobs = [job.value for job in BY_JOB]
    assert head == ["portal", *jobs, "rule on automated use"]
    shown = {slug: row for row in rows for slug in re.findall(r"\(`([a-z_-]+)`\)", row[0])}
    assert set(shown) == set(KNOWN)
    assert len(rows) == len(KNOWN) + len(refused())
    for slug, adapter in KNOWN.items():
        config, row = adapter.settings(), shown[slug]
        grades = [config.capabilities[job] if issubclass(adapter, capability) else "-" for job, capability in BY_JOB.items()]
        assert row[0] == f"{config.title} (`{slug}`)"
        assert row[1:-1] == grades
        assert row[-1] == RULES[config.automation.rule]


def test_the_portals_table_is_the_one_that_the_command_prints() -> None:
    printed = CliRunner().invoke(cli.app, ["portals", "--markdown"])
    assert printed.exit_code == 0
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in printed.output.strip().splitlines()]
    assert [rows[0], *rows[2:]] == table("portal")


def test_every_setting_that_is_named_is_a_setting() -> None:
    fields = {f"PAYERBOT_{name.upper()}" for name in Settings.model_fields}
    named = {(page.name, name) for page in PAGES for name in re.findall(r"\bPAYERBOT_[A-Z_]+\b", page.read_text("utf-8"))}
    assert named
    assert {(page, name) for page, name in named if name not in fields} == set()


@pytest.mark.parametrize("page, line", MADE, ids=lambda value: getattr(value, "name", value))
def test_every_make_target_that_is_named_is_in_the_makefile(page: Path, line: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    wanted = [word for word in line[line.index("make ") :].split()[1:] if re.fullmatch(r"[a-z-]+", word)]
    assert wanted
    assert set(wanted) <= targets, page.name


@pytest.mark.parametrize("page, link", LINKS, ids=lambda value: getattr(value, "name", value))
def test_every_link_leads_somewhere(page: Path, link: str) -> None:
    target, _, anchor = link.partition("#")
    found = (page.parent / target).resolve() if target else page
    assert found.exists()
    if anchor:
        headings = re.findall(r"^#+ (.*)$", found.read_text("utf-8"), re.MULTILINE)
        assert anchor in {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
