"""nbgrader's own Submit: what is new is taken once, as its folder's owner, and nothing odd stops the rest."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from grader import intake as intake_module
from grader.attempts import AttemptsPolicy
from grader.class_directory import create_class
from grader.database import Database, open_database
from grader.inbox import accept, read, submission_files
from grader.intake import Intake
from grader.submitted_notebook import BadNotebook, without_outputs
from grader.workspace import Workspace

KEY, CODE = "level1/01", "level1/02"
STAMP = "2026-11-24 03:00:00.000000 UTC"
NOTEBOOK = {
    **{"nbformat": 4, "nbformat_minor": 5, "metadata": {"widgets": {"state": "huge"}}},
    "cells": [
        {"cell_type": "code", "id": "a", "source": ["x = 1\n", "x"], "metadata": {"nbgrader": {"solution": True}},
         "outputs": [{"output_type": "stream", "name": "stdout", "text": "9" * 1000}], "execution_count": 7}
    ],
}  # fmt: skip


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workspace:
    """A class with one lesson of questions, one of code, and a classic assignment; folders count as quiet at once."""
    space = Workspace(tmp_path / "state", tmp_path / "lessons")
    for number in ("01-mot", "02-hai"):
        path = space.lessons / "level1" / f"{number}.ipynb"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", "utf-8")
    create_class(space, "lop1")
    (space.class_directory("lop1") / "source" / "ps1").mkdir()
    questions = {
        KEY: [{"id": "q1", "kind": "choice", "graded": True, "options": 3}, {"id": "q2", "kind": "text"}],
        CODE: [{"id": "q1", "kind": "task", "wants": "number", "graded": True}],
    }
    lessons = [
        {"lesson": key, "title": "Bài", "minutes": 15, "notebook": stem, "questions": questions[key]}
        for key, stem in ((KEY, "01-mot"), (CODE, "02-hai"))
    ]
    space.release.mkdir(parents=True)
    space.manifest.write_text(json.dumps({"lessons": lessons}), "utf-8")
    monkeypatch.setattr(intake_module, "QUIET_SECONDS", -1.0)
    return space


@pytest.fixture
def database(workspace: Workspace):
    opened = open_database(f"sqlite:///{workspace.state / 'learn.db'}")
    yield opened
    opened.close()


@pytest.fixture
def intake(workspace: Workspace, database: Database) -> Intake:
    return Intake(workspace, database, AttemptsPolicy())


def record(picked: str = "B", lesson: str = KEY, version: int = 3, **more) -> str:
    value = {"kind": "choice", "picked": [picked]} if lesson == KEY else {"kind": "number", "number": 4}
    answers = {"q1": {"value": value, "audience": "nong-dan", "at": "2026-11-24T03:00:00Z"}} | more
    return json.dumps({"schema": 1, "lesson": lesson, "version": version, "answers": answers})


def hand_in(
    workspace: Workspace, files: dict[str, str | bytes], *, learner="hoa", name=None, assignment="level1", whole=True
) -> Path:
    """Put a folder where nbgrader's Submit puts it."""
    hand_in.count += 1
    name = name or f"{learner}+{assignment}+{STAMP}+{hand_in.count}"
    folder = workspace.exchange("lop1") / "inbound-by-learner" / learner / name
    folder.mkdir(parents=True)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content.encode() if isinstance(content, str) else content)
    (folder / "timestamp.txt").write_text("1999-01-01 00:00:00 UTC", "utf-8")
    if whole:
        (folder / "submission_secret.txt").write_text("secret", "utf-8")
    return folder


hand_in.count = 0


def refusals(database: Database) -> list[tuple[str, str]]:
    return [(row.lesson, row.message) for row in database.submissions(learner="hoa") if row.state == "refused"]


def test_does_a_changed_lesson_become_a_submission_and_an_unchanged_one_none(workspace, intake, database):
    hand_in(workspace, {"01.answers.json": record("A"), "01-mot.ipynb": "{}"})
    [submission] = intake.look()
    assert (submission.learner, submission.class_id, submission.lesson) == ("hoa", "lop1", KEY)
    assert submission.record.answers["q1"].value.picked == ["A"]
    assert abs(submission.at.timestamp() - time.time()) < 60, "our clock, not the folder's claim of 1999"
    assert [path.stem for path in submission_files(workspace)] == [submission.receipt]
    assert database.latest_submission("hoa", KEY).sha256 == submission.sha256
    assert intake.look() == []
    hand_in(workspace, {"01.answers.json": record("A", version=8)})  # Submit pressed again
    assert intake.look() == []
    hand_in(workspace, {"01.answers.json": record("B")})
    assert [one.record.answers["q1"].value.picked for one in intake.look()] == [["B"]]


def test_is_nothing_counted_twice_or_lost_by_a_crash(workspace, intake, database):
    hand_in(workspace, {"01.answers.json": record("A")})

    def crash(*_arguments, **_options):
        raise KeyboardInterrupt  # as good as kill -9: nobody catches it

    real, database.add_submissions = database.add_submissions, crash
    with pytest.raises(KeyboardInterrupt):
        intake.look()
    database.add_submissions = real
    [file] = submission_files(workspace)
    # Half a file of another crash must not be in the way either.
    file.with_name(f".{file.stem}.part").write_text("{", "utf-8")
    again = Intake(workspace, database, AttemptsPolicy())
    assert [one.receipt for one in again.look()] == [file.stem]
    assert Intake(workspace, database, AttemptsPolicy()).look() == []
    assert len(list(submission_files(workspace))) == len(database.submissions()) == 1


def test_does_half_a_file_of_a_crash_not_stand_in_the_way(workspace, intake):
    folder = hand_in(workspace, {"01.answers.json": record("A")})
    receipt = intake_module.receipt_of("lop1", "hoa", folder.name, KEY)
    half = workspace.inbox("lop1", "hoa") / f".{receipt}.part"
    half.parent.mkdir(parents=True)
    half.write_text("{", "utf-8")
    assert [one.receipt for one in intake.look()] == [receipt]


def test_does_an_old_folder_not_come_back_over_newer_work_from_the_page(workspace, database):
    hand_in(workspace, {"01.answers.json": record("A")})
    newer = accept(workspace, "lop1", "hoa", read_record(record("B")))
    usual = {"class_id": "lop1", "learner": "hoa", "lesson": KEY, "version": 1, "state": "graded"}
    database.add_submission(**usual, receipt=newer.receipt, at=newer.at, sha256=newer.sha256)
    assert Intake(workspace, database, AttemptsPolicy()).look() == []


def read_record(text: str):
    from course.answers import AnswerRecord

    return AnswerRecord.model_validate_json(text)


def test_is_a_folder_that_is_still_being_copied_left_alone(workspace, intake, monkeypatch):
    monkeypatch.setattr(intake_module, "QUIET_SECONDS", 3600.0)
    hand_in(workspace, {"01.answers.json": record()})
    assert intake.look() == []
    monkeypatch.setattr(intake_module, "QUIET_SECONDS", -1.0)
    unfinished = hand_in(workspace, {"01.answers.json": record("C")}, learner="sen", whole=False)
    assert [one.learner for one in intake.look()] == ["hoa"]
    (unfinished / "submission_secret.txt").write_text("secret", "utf-8")
    assert [one.learner for one in intake.look()] == ["sen"]


def test_does_a_too_early_try_wait_in_place_and_only_the_newest(workspace, database, monkeypatch):
    intake = Intake(workspace, database, AttemptsPolicy(free_tries=1, pause_minutes=60))
    hand_in(workspace, {"01.answers.json": record("A")})
    assert len(intake.look()) == 1
    hand_in(workspace, {"01.answers.json": record("B")})
    assert intake.look() == [] and intake.waiting_until("hoa", KEY) is not None
    hand_in(workspace, {"01.answers.json": record("C")})
    assert intake.look() == [] and refusals(database) == []
    later = Intake(workspace, database, AttemptsPolicy(pause_minutes=0))
    assert [one.record.answers["q1"].value.picked for one in later.look()] == [["C"]]


def test_does_code_come_with_its_notebook_and_without_its_outputs(workspace, intake, database):
    hand_in(workspace, {"02.answers.json": record(lesson=CODE), "02-hai.ipynb": json.dumps(NOTEBOOK)})
    [submission] = intake.look()
    kept = json.loads(submission.notebook)
    assert kept["cells"] == [
        {"cell_type": "code", "id": "a", "source": "x = 1\nx", "metadata": {"nbgrader": {"solution": True}},
         "outputs": [], "execution_count": None}
    ]  # fmt: skip
    assert read(next(submission_files(workspace))).notebook == submission.notebook
    rerun = NOTEBOOK | {"cells": [NOTEBOOK["cells"][0] | {"execution_count": 8, "outputs": []}]}
    hand_in(workspace, {"02.answers.json": record(lesson=CODE), "02-hai.ipynb": json.dumps(rerun)})
    assert intake.look() == [], "run again is not changed"
    hand_in(workspace, {"02.answers.json": record(lesson=CODE)})
    assert intake.look() == []
    assert refusals(database) == [(CODE, "Không thấy sổ bài làm 02-hai.ipynb. Giữ nguyên tên tệp rồi nộp lại nhé.")]


def test_is_a_classic_assignment_taken_whole_without_nbgraders_own_files(workspace, intake):
    files = {"bai.ipynb": b"{}", "du-lieu/so.csv": b"a,b\n", ".ipynb_checkpoints/bai-checkpoint.ipynb": b"{}"}
    hand_in(workspace, files, assignment="ps1")
    [submission] = intake.look()
    assert submission.classic and submission.assignment == submission.lesson == "ps1"
    assert submission.files == {"bai.ipynb": b"{}", "du-lieu/so.csv": b"a,b\n"}
    hand_in(workspace, files, assignment="ps1")
    assert intake.look() == []
    hand_in(workspace, files | {"bai.ipynb": b"{} "}, assignment="ps1")
    assert len(intake.look()) == 1


BAD_LESSONS = {
    "broken": b"{",
    "not text": b"\xff\xfe\x00",
    "deep": b"[" * 100_000,
    "of another lesson": record(lesson="level1/03"),
    "unknown kind": record(q2={"value": {"kind": "pickle"}, "audience": "nong-dan", "at": "2026-11-24T03:00:00Z"}),
    "no such option": record("Z"),
    "points": record().replace('"schema"', '"points": 10, "schema"'),
    "half a character": record().replace("nong-dan", "\\ud83d"),
    "huge": record() + " " * 1_000_000,
}


@pytest.mark.parametrize("content", BAD_LESSONS.values(), ids=BAD_LESSONS)
def test_is_a_bad_record_refused_with_a_reason_and_the_rest_taken(workspace, intake, database, content):
    hand_in(workspace, {"01.answers.json": content, "02.answers.json": record(lesson=CODE),
                        "02-hai.ipynb": json.dumps(NOTEBOOK)})  # fmt: skip
    hand_in(workspace, {"01.answers.json": record("A")}, learner="sen")
    assert {(one.learner, one.lesson) for one in intake.look()} == {("hoa", CODE), ("sen", KEY)}
    [(lesson, reason)] = refusals(database)
    assert lesson == KEY and reason.endswith(".") and "Traceback" not in reason
    assert intake.look() == [] and len(refusals(database)) == 1, "refused once, not each second"


def link(folder: Path) -> None:
    (folder / "bai.ipynb").symlink_to("/etc/passwd")


def linked_folder(folder: Path) -> None:
    (folder / "du-lieu").symlink_to("/etc")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "bai.ipynb")


def many(folder: Path) -> None:
    for number in range(600):
        (folder / f"{number}.txt").touch()


def deep(folder: Path) -> None:
    (folder / "/".join("d" * 20)).mkdir(parents=True)


def huge(folder: Path) -> None:
    with (folder / "bai.ipynb").open("wb") as file:
        file.truncate(1_000_000_000)


def control_characters(folder: Path) -> None:
    (folder / "a\x1b[31m\u202e.ipynb").touch()


def not_unicode(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe.ipynb")).touch()


def empty(folder: Path) -> None:
    pass


@pytest.mark.parametrize("make", [link, linked_folder, pipe, many, deep, huge, control_characters, not_unicode, empty])
def test_is_an_odd_classic_submission_refused_with_a_reason(workspace, intake, database, make: Callable):
    make(hand_in(workspace, {}, assignment="ps1"))
    hand_in(workspace, {"bai.ipynb": "{}"}, learner="sen", assignment="ps1")
    assert [one.learner for one in intake.look()] == ["sen"]
    [(lesson, reason)] = refusals(database)
    assert lesson == "ps1" and reason.isprintable() and reason.endswith(".")
    assert [path.parent.name for path in submission_files(workspace)] == ["sen"]


def test_is_a_linked_record_not_followed(workspace, intake, database, tmp_path):
    (tmp_path / "of-sen.json").write_text(record("B"), "utf-8")
    (hand_in(workspace, {}) / "01.answers.json").symlink_to(tmp_path / "of-sen.json")
    assert intake.look() == []
    assert [lesson for lesson, _ in refusals(database)] == [KEY]


@pytest.mark.parametrize(
    "name",
    [
        f"sen+level1+{STAMP}",  # in another learner's name
        f"hoa+../../lop2+{STAMP}".replace("/", "\u2215"),
        f"hoa+..+{STAMP}",
        f"hoa+khong-co+{STAMP}",
        "hoa+\x1b]0;x\x07+1",
        "hoa",
        "hoa++",
    ],
)
def test_is_a_hand_made_folder_refused_as_its_owners(workspace, intake, database, name):
    hand_in(workspace, {"01.answers.json": record()}, name=name)
    hand_in(workspace, {"01.answers.json": record()})
    assert [one.learner for one in intake.look()] == ["hoa"]
    assert database.submissions(learner="sen") == []
    [(lesson, reason)] = refusals(database)
    assert lesson.isprintable() and reason.isprintable()
    assert intake.look() == [] and len(refusals(database)) == 1


def test_is_a_link_in_place_of_a_folder_not_followed(workspace, intake, database, tmp_path):
    hand_in(workspace, {"01.answers.json": record()}, learner="sen", name=f"sen+level1+{STAMP}")
    theirs = workspace.exchange("lop1") / "inbound-by-learner" / "sen" / f"sen+level1+{STAMP}"
    mine = theirs.parent.parent / "hoa"
    mine.mkdir()
    (mine / f"hoa+level1+{STAMP}").symlink_to(theirs)
    assert [one.learner for one in intake.look()] == ["sen"]
    assert len(refusals(database)) == 1


def test_does_a_busy_database_only_put_off(workspace, intake, database):
    hand_in(workspace, {"01.answers.json": record()})
    real = database.submissions
    database.submissions = lambda **_: (_ for _ in ()).throw(OSError("disk full"))
    assert intake.look() == []
    database.submissions = real
    intake._not_before.clear()
    assert len(intake.look()) == 1


BAD_NOTEBOOKS = {
    "not json": "{",
    "a list": "[]",
    "format 3": json.dumps(NOTEBOOK | {"nbformat": 3}),
    "cells of numbers": json.dumps(NOTEBOOK | {"cells": [1]}),
    "source of numbers": json.dumps(NOTEBOOK | {"cells": [{"cell_type": "code", "source": [1]}]}),
    "metadata of text": json.dumps(NOTEBOOK | {"cells": [{"cell_type": "code", "source": "", "metadata": "x"}]}),
    "deep": '{"nbformat": 4, "cells": ' + "[" * 100_000,
    "half a character": json.dumps(NOTEBOOK | {"cells": [{"cell_type": "code", "source": "\ud83d"}]}),
    "huge": json.dumps(NOTEBOOK | {"cells": [{"cell_type": "code", "source": "x" * 6_000_000}]}),
    "not a number": json.dumps(NOTEBOOK | {"nbformat_minor": float("nan")}),
}


@pytest.mark.parametrize("text", BAD_NOTEBOOKS.values(), ids=BAD_NOTEBOOKS)
def test_is_a_bad_notebook_refused_in_words(text):
    with pytest.raises(BadNotebook, match=r"Sổ bài làm"):
        without_outputs(text)
