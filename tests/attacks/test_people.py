"""Are trainers and other learners safe from what a learner hands in?"""

import pytest

from grader.bench.attacks import claims, people
from grader.bench.attacks.running import against_ours


@pytest.mark.parametrize("case", people.CASES + claims.CASES, ids=lambda case: case.id)
def test_it_fails(ours, case):
    assert against_ours(case, ours) == ""
