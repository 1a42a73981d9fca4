"""Is what was handed in laid out as ``nbgrader collect`` would, and nothing outside the submission's folder touched?"""

import os
from datetime import UTC, datetime

import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import parse_utc
from traitlets.config import Config

from grader.classic.collecting import check_files, lay_out
from grader.classic.refusals import Refused
from grader.classic.submitted import MAX_BYTES, MAX_FILES, check_folder
from grader.inbox import accept_assignment
from grader.workspace import Workspace

NOTEBOOK = {"p1.ipynb": b"{}"}


@pytest.fixture
def course(tmp_path):
    return CourseDirectory(config=Config({"CourseDirectory": {"root": str(tmp_path / "course")}}))


def submission(tmp_path, files):
    return accept_assignment(Workspace(tmp_path / "state", tmp_path), "thu", "an", "ps1", files)


def test_files_and_timestamp_lie_where_nbgrader_looks(tmp_path, course):
    handed_in = submission(tmp_path, NOTEBOOK | {"data/so-lieu.csv": b"1", "timestamp.txt": b"2001-01-01 UTC"})
    folder = lay_out(course, handed_in)
    assert folder == tmp_path / "course/submitted/an/ps1"
    assert (folder / "data/so-lieu.csv").read_bytes() == b"1"
    stamp = course.get_existing_timestamp(str(folder))
    assert stamp == parse_utc(handed_in.at.astimezone(UTC))
    assert abs(stamp - datetime.now(UTC).replace(tzinfo=None)).total_seconds() < 60  # not what the learner wrote


def test_a_later_submission_replaces_the_earlier_one_whole(tmp_path, course):
    lay_out(course, submission(tmp_path, NOTEBOOK | {"old.txt": b""}))
    folder = lay_out(course, submission(tmp_path, NOTEBOOK | {"new.txt": b""}))
    assert sorted(path.name for path in folder.iterdir()) == ["new.txt", "p1.ipynb", "timestamp.txt"]
    assert [path.name for path in folder.parent.iterdir()] == ["ps1"]


@pytest.mark.parametrize(
    "name",
    [
        "../out.txt",
        "a/../../out.txt",
        "/etc/passwd",
        "a//b",
        "./a",
        "a\\b",
        "a\nb",
        "a\u202eb",
        "a\x00b",
        "",
        "x" * 201,
        "/".join("abcdefghijk"),
        "p1.ipynb/in-it.txt",
    ],
)
def test_hostile_names_are_refused_and_nothing_is_written(tmp_path, course, name):
    with pytest.raises(Refused):
        lay_out(course, submission(tmp_path, NOTEBOOK | {name: b"x"}))
    assert not (tmp_path / "course").exists()


@pytest.mark.parametrize(
    "files",
    [
        {"only.txt": b""},
        {"deep/p1.ipynb": b""},
        NOTEBOOK | {"big.bin": bytes(MAX_BYTES)},
        NOTEBOOK | {f"{number}.txt": b"" for number in range(MAX_FILES)},
    ],
)
def test_too_much_or_no_notebook_is_refused(files):
    with pytest.raises(Refused):
        check_files(files)


def test_links_and_pipes_in_a_folder_are_refused(tmp_path):
    for number, make in enumerate(
        [
            lambda folder: (folder / "link").symlink_to("/etc/passwd"),
            lambda folder: (folder / "link").symlink_to("/etc", target_is_directory=True),
            lambda folder: os.mkfifo(folder / "pipe"),
        ]
    ):
        folder = tmp_path / str(number)
        folder.mkdir()
        check_folder(folder)
        make(folder)
        with pytest.raises(Refused):
            check_folder(folder)
