"""Does any known way of getting points without work get some?"""

import pytest

from grader.bench.attacks import changed_cells, points
from grader.bench.attacks.running import against_ours


@pytest.mark.parametrize("case", points.CASES + changed_cells.CASES, ids=lambda case: case.id)
def test_it_fails(ours, case):
    assert against_ours(case, ours) == ""
