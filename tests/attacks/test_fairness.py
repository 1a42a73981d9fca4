"""Is somebody who means well never punished like an attacker?"""

import pytest

from grader.bench.attacks.fairness import CASES
from grader.bench.attacks.running import against_ours


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.id)
def test_it_fails(ours, case):
    assert against_ours(case, ours) == ""
