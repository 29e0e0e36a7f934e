"""Log lines: fields from a list, no patient, no secret, no library's words."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from payerbot import logs
from payerbot.logs import log


@pytest.fixture
def lines(tmp_path: Path) -> Iterator[Any]:
    path = logs.set_up(tmp_path)
    yield lambda: [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    logs.file.close()


def test_a_line_has_its_event_its_time_and_the_fields_on_the_list(lines: Any) -> None:
    log.info("item", portal="availity", item="a1b2", outcome="answered", done=3)
    (line,) = lines()
    assert line.pop("at").endswith("Z")
    assert line == {"event": "item", "level": "info", "portal": "availity", "item": "a1b2", "outcome": "answered", "done": 3}


def test_every_other_field_is_dropped(lines: Any) -> None:
    log.error("trouble", portal="availity", patient="Sentinel, Ada", birth_date="1988-03-04", exc_info=True, password="sentinel")
    assert "entinel" not in json.dumps(lines())
    assert set(lines()[0]) == {"event", "level", "at", "portal"}


def test_a_long_number_in_words_is_masked_and_in_an_id_is_kept(lines: Any) -> None:
    log.warning("trouble", where="member W123456789 not found", item="123456789012")
    (line,) = lines()
    assert line["where"] == "member W[number] not found"
    assert line["item"] == "123456789012"


def test_only_plain_values_are_written(lines: Any) -> None:
    log.warning("trouble", note=date(1988, 3, 4), why=ValueError("sentinel"), count=None, seconds=1.5, where="x" * 1_000)
    (line,) = lines()
    assert (line["note"], line["why"], line["count"], line["seconds"]) == ("<date>", "<ValueError>", None, 1.5)
    assert len(line["where"]) == logs.LONGEST


def test_an_unexpected_error_leaves_its_class_and_place_and_not_its_words(lines: Any) -> None:
    def inner() -> None:
        raise KeyError("Sentinel, Ada")

    with pytest.raises(KeyError) as bug:
        inner()
    logs.unexpected(bug.value, "run")
    (line,) = lines()
    assert (line["command"], line["error"]) == ("run", "KeyError")
    assert line["where"].startswith("test_logs.py:")
    assert "entinel" not in json.dumps(line)


def test_libraries_keep_quiet(lines: Any) -> None:
    logging.getLogger("sqlalchemy.engine").error("SELECT sentinel")
    logging.getLogger("playwright").warning("sentinel")
    assert lines() == []
    assert not logging.getLogger("playwright").isEnabledFor(logging.ERROR)


def test_the_file_is_its_owner_only_and_starts_anew_when_it_is_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_KEEP", 100)
    path = logs.set_up(tmp_path)
    assert path.stat().st_mode & 0o777 == 0o600
    log.info("x" * 150)
    logs.set_up(tmp_path)
    log.info("new")
    assert [json.loads(line)["event"] for line in path.read_text(encoding="utf-8").splitlines()] == ["new"]
    assert (path.parent / "payerbot.1.jsonl").exists()
    logs.file.close()


def test_before_it_is_set_up_nothing_is_written_and_nothing_breaks(tmp_path: Path) -> None:
    logs.file.close()
    log.info("nowhere")
    assert logs.file.path is None


def test_a_log_that_cannot_be_written_does_not_stop_the_work(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "payerbot.jsonl").mkdir()
    logs.set_up(tmp_path)
    log.info("nowhere")
    assert logs.file.path is None


def test_a_full_disk_does_not_stop_the_work(lines: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        def write(self, _: str) -> None:
            raise OSError(28, "No space left on device")

        def close(self) -> None:
            pass

    logs.file.close()
    monkeypatch.setattr(logs.file, "_stream", Full())
    log.info("nowhere")
    log.info("nowhere again")
    assert lines() == []
