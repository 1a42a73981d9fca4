"""nbgrader's own sample course and test notebooks, each used as nbgrader's own tests use it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import nbgrader
from nbformat import NotebookNode

from grader.bench.classic_made import source, submitted

_PACKAGE = Path(nbgrader.__file__).parent
_GUIDE = _PACKAGE / "docs" / "source" / "user_guide"
_APPS = _PACKAGE / "tests" / "apps" / "files"
_STEPS = _PACKAGE / "tests" / "preprocessors" / "files"


@dataclass(frozen=True)
class Case:
    """One assignment ``ps1`` and what some students handed in.

    Attributes
    ----------
    source
        The assignment's files by name; a notebook that is made here needs no file.
    students
        What each handed in, by name.
    config
        Lines of ``nbgrader_config.py``.
    intended
        Why we mean to differ from nbgrader, by the file that nbgrader leaves in ``autograded/`` and we do not.
    """

    name: str
    source: Mapping[str, Path | NotebookNode]
    students: Mapping[str, Mapping[str, Path | NotebookNode]]
    config: str = ""
    intended: dict[str, str] = field(default_factory=dict)


def _one(name: str, source: Path, config: str = "", also: dict[str, Path] | None = None, **submitted: Path) -> Case:
    also = also or {}
    students = {student: {"p1.ipynb": path} | also for student, path in submitted.items()}
    return Case(name, {"p1.ipynb": source} | also, students, config)


def _guide(folder: Path) -> dict[str, Path]:
    return {path.name: path for path in sorted(folder.iterdir()) if path.is_file()}


def _autotest(kind: str, *endings: str) -> Case:
    students = {end.replace("-", "_"): {"p1.ipynb": _APPS / f"autotest-{kind}-{end}.ipynb"} for end in endings}
    return Case(f"autotest-{kind}", {"p1.ipynb": _APPS / f"autotest-{kind}.ipynb"}, students)


def _removed(name: str, config: str = "") -> Case:
    """Cells that are graded taken out: by the program, by hand, and the first of all."""
    given = source(["test-quiet", "test-number"], written=True)
    made = {
        "whole": submitted(given),
        "no_test": submitted(given, without=["test-quiet"]),
        "no_words": submitted(given, without=["written"]),
        "nothing_graded": submitted(given, without=["test-quiet", "test-number", "written"]),
        "wrong_and_no_test": submitted(given, ["test-number"], {"double": "def double(x):\n    return 3 * x"}),
    }
    return Case(name, {"p1.ipynb": given}, {student: {"p1.ipynb": book} for student, book in made.items()}, config)


def _stderr(checks: Collection[str]) -> Case:
    """Test cells, or the code that they call, that write to stderr."""
    given = source(checks)
    told = "def told(x):\n    {0}\n    return 2 * x"
    made = {
        "quiet": submitted(given),
        "warns": submitted(given, instead={"told": told.format("import warnings; warnings.warn('cũ')")}),
        "prints": submitted(given, instead={"told": told.format("import sys; print('đang tính', file=sys.stderr)")}),
        "logs": submitted(given, instead={"told": told.format("import logging; logging.error('đang tính')")}),
    }
    return Case("stderr", {"p1.ipynb": given}, {student: {"p1.ipynb": book} for student, book in made.items()})


_ps1 = _APPS / "submitted-unchanged.ipynb"
_test = _APPS / "test.ipynb"
AUTOTESTS = _APPS / "autotests.yml"

CASES = [
    Case(
        "sample-course",
        _guide(_GUIDE / "source" / "ps1"),
        {name: _guide(_GUIDE / "submitted" / name / "ps1") for name in ("bitdiddle", "hacker")},
        "c.IncludeHeaderFooter.header = 'source/header.ipynb'",
    ),
    _one(
        "submitted",
        _ps1,
        unchanged=_ps1,
        changed=_APPS / "submitted-changed.ipynb",
        cheat=_APPS / "submitted-cheat-attempt.ipynb",
        cheat_alternative=_APPS / "submitted-cheat-attempt-alternative.ipynb",
        grade_cell_changed=_APPS / "submitted-grade-cell-changed.ipynb",
        locked_cell_changed=_APPS / "submitted-locked-cell-changed.ipynb",
        foreign=_test,
    ),
    _one(
        "submitted-preprocessors",
        _STEPS / "submitted-unchanged.ipynb",
        unchanged=_STEPS / "submitted-unchanged.ipynb",
        changed=_STEPS / "submitted-changed.ipynb",
        answer_cell_type=_STEPS / "submitted-answer-cell-type-changed.ipynb",
        grade_cell_type=_STEPS / "submitted-grade-cell-type-changed.ipynb",
        grade_cell_changed=_STEPS / "submitted-grade-cell-changed.ipynb",
        locked_cell_changed=_STEPS / "submitted-locked-cell-changed.ipynb",
    ),
    _one("test", _test, same=_test, with_output=_APPS / "test-with-output.ipynb"),
    # One course each: nbgrader stops its whole queue at a notebook of another time.
    _one("test-v0", _test, v0=_APPS / "test-v0.ipynb"),
    _one("test-v1", _test, v1=_APPS / "test-v1.ipynb"),
    _one("test-v2", _test, v2=_APPS / "test-v2.ipynb"),
    _one("test-no-execute", _test, "c.Execute.enabled = False\nc.ClearOutput.enabled = False", same=_test),
    _one("no-metadata", _test, none=_APPS / "test-no-metadata.ipynb"),
    _one("v0-invalid", _test, invalid=_APPS / "test-v0-invalid.ipynb"),
    _one("too-new", _test, new=_APPS / "too-new.ipynb"),
    _one("hidden-tests", _APPS / "test-hidden-tests.ipynb", same=_APPS / "test-hidden-tests.ipynb"),
    _autotest("simple", "changed", "unchanged"),
    _autotest("hashed", "changed", "unchanged"),
    _autotest("hidden", "changed-right", "changed-wrong", "unchanged"),
    _autotest("multi", "changed", "unchanged"),
    Case(
        "side-effects",
        {"p1.ipynb": _APPS / "side-effects.ipynb"},
        {"same": {"p1.ipynb": _APPS / "side-effects.ipynb"}},
        intended={"side-effect.txt": "what code writes stays in the sandbox"},
    ),
    _one(
        "open-relative-file",
        _APPS / "open_relative_file.ipynb",
        also={"data.txt": _APPS / "data.txt"},
        same=_APPS / "open_relative_file.ipynb",
    ),
    _one("infinite-loop", _APPS / "infinite-loop.ipynb", "c.Execute.timeout = 1", same=_APPS / "infinite-loop.ipynb"),
    _one("timeout-enough", _APPS / "timeout.ipynb", same=_APPS / "timeout.ipynb"),
    _one("timeout-short", _APPS / "timeout.ipynb", "c.Execute.timeout = 2", same=_APPS / "timeout.ipynb"),
    _one(
        "validating-variable",
        _APPS / "validating-environment-variable.ipynb",
        same=_APPS / "validating-environment-variable.ipynb",
    ),
    _one("zero-points", _APPS / "validation-zero-points.ipynb", same=_APPS / "validation-zero-points.ipynb"),
    _one(
        "task-cells", _STEPS / "test_taskcell.ipynb", same=_STEPS / "test_taskcell.ipynb", other=_STEPS / "test.ipynb"
    ),
    _one(
        "manual-code-cell",
        _STEPS / "manually-graded-code-cell.ipynb",
        same=_STEPS / "manually-graded-code-cell.ipynb",
        blank_id=_STEPS / "blank-grade-id.ipynb",
        blank_points=_STEPS / "blank-points.ipynb",
        bad_markdown_1=_STEPS / "bad-markdown-cell-1.ipynb",
        bad_markdown_2=_STEPS / "bad-markdown-cell-2.ipynb",
        cell_type=_STEPS / "cell-type-changed.ipynb",
        no_cell_type=_STEPS / "no-cell-type.ipynb",
    ),
    _one("duplicate-ids", _STEPS / "manually-graded-code-cell.ipynb", duplicates=_STEPS / "duplicate-grade-ids.ipynb"),
    _removed("removed-cells"),
    _removed("removed-cells-added-back", "c.OverwriteCells.add_missing_cells = True"),
    _stderr(
        [
            *("test-quiet", "test-warns", "test-stderr-first", "test-stderr-in-words"),
            *("test-shown-then-stderr", "test-subprocess", "test-calls"),
        ]
    ),
    _one("long-output", _STEPS / "long-output.ipynb", same=_STEPS / "long-output.ipynb"),
    _one("infinite-recursion", _STEPS / "infinite-recursion.ipynb", same=_STEPS / "infinite-recursion.ipynb"),
    _one(
        "warning-pattern",
        _STEPS / "warning-pattern.ipynb",
        "c.IgnorePattern.enabled = True\nc.IgnorePattern.pattern = '.*warn.*'",
        same=_STEPS / "warning-pattern.ipynb",
    ),
    Case(
        "late-and-missing",
        {"p1.ipynb": _ps1, "p2.ipynb": _ps1},
        {
            "late": {"p1.ipynb": _APPS / "submitted-changed.ipynb", "timestamp.txt": _APPS / "timestamp.txt"},
            "extra": {"p1.ipynb": _ps1, "p2.ipynb": _ps1, "p1 copy.ipynb": _ps1},
        },
        "c.LateSubmissionPlugin.penalty_method = 'zero'",
    ),
]
