"""Does nbgrader itself give the same scores, comments, flags, penalties and files? Some of ``bdhai bench classic``."""

from dataclasses import replace

import pytest

from grader.bench.classic import compare
from grader.bench.classic_cases import CASES
from grader.sandbox.sandbox import missing_sandbox

CHOSEN = {
    "sample-course": None,
    "submitted": {"changed", "cheat", "cheat_alternative"},
    "late-and-missing": {"late"},
    "removed-cells": {"no_test"},
    "removed-cells-added-back": {"nothing_graded"},
    "stderr": {"warns"},
}
"""Cases by name, and of their students those to take; ``None`` is all."""


def chosen():
    for case in CASES:
        if case.name in CHOSEN:
            wanted = CHOSEN[case.name] or case.students.keys()
            yield replace(case, students={name: files for name, files in case.students.items() if name in wanted})


@pytest.mark.skipif(bool(missing_sandbox()), reason="no sandbox here")
def test_every_cell_is_as_nbgrader_leaves_it():
    cases = list(chosen())
    assert {case.name for case in cases} == CHOSEN.keys()
    report = compare(cases)
    assert report["different"] == []
    assert report["cases"] == sum(len(case.students) for case in cases)
    totals = {row["student"]: row["ours"] for row in report["rows"] if row["cell"] == "tổng"}
    assert totals["cheat"] == "1.0/7.0, phạt None"
    # A removed test cell waits for a trainer, unless the course has nbgrader put it back.
    assert totals["no_test"] == "2.0/8.0, phạt None"
    [waiting] = [row["ours"] for row in report["rows"] if (row["student"], row["cell"]) == ("no_test", "test-quiet")]
    assert waiting == "None/3.0, chấm tay"
    assert totals["nothing_graded"] == "5.0/8.0, phạt None"
    # What a test cell, or code that it calls, writes to stderr costs its points.
    assert totals["warns"].startswith("8.0/21.0")
    missing = [row["ours"] for row in report["rows"] if (row["student"], row["notebook"]) == ("late", "p2")]
    assert missing
    assert not any("chấm tay" in told for told in missing)
