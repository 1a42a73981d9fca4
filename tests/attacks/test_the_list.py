"""Is every kind of attack tried, and can a case tell a grader that falls from one that does not?"""

import pytest

from grader.bench.attacks.attack import NotTried
from grader.bench.attacks.ours import Ours
from grader.bench.attacks.rows import ROWS
from grader.bench.attacks.running import CASES, Made, against_stock, as_object


def test_every_row_has_a_case_and_every_case_a_row():
    rows = {(kind, row) for kind, all_rows in ROWS.items() for row in all_rows}
    assert {(case.kind, case.row) for case in CASES} == rows
    assert len({case.id for case in CASES}) == len(CASES)


@pytest.mark.parametrize("id", ["number-first", "traceback", "stderr", "old-date"])
def test_stock_nbgrader_falls(stock, id):
    """So the same check, which finds nothing on ours, does find something."""
    [case] = [case for case in CASES if case.id == id]
    assert against_stock(case, stock) != ""


def test_an_honest_submission_earns_all_in_stock_nbgrader(stock):
    assert stock.honest().points == 5


def test_honest_submissions_earn_all_in_ours(ours: Ours):
    assert ours.aftermath() == ""
    assert ours.honest_classic().points == 5


def test_hostile_cells_that_did_not_run_are_no_attack_that_failed(ours: Ours):
    with pytest.raises(NotTried):
        ours.code({"no-such-cell": "pass"})


def test_what_was_not_made_is_neither_a_success_nor_a_failure():
    report = as_object([Made(CASES[0].id, "ours", gained="2 points"), Made(CASES[1].id, "ours", fault="broken")])
    assert report["succeeded"] == [CASES[0].id]
    assert report["not_tried"][f"{CASES[1].id} (ours)"] == "broken"
    assert f"{CASES[2].id} (ours)" in report["not_tried"]
    assert report["cases"] == len(CASES)
