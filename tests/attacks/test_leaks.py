"""Does any known way of reading what is secret read it?"""

import pytest

from grader.bench.attacks.leaks import CASES
from grader.bench.attacks.running import against_ours


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_it_fails(ours, case):
    assert against_ours(case, ours) == ""
