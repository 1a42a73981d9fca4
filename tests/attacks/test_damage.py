"""Does hostile code harm the machine, the gradebook or the queue?"""

import pytest

from grader.bench.attacks import bombs, damage
from grader.bench.attacks.running import against_ours


@pytest.mark.parametrize("case", damage.CASES + bombs.CASES, ids=lambda case: case.id)
def test_it_fails(ours, case):
    assert against_ours(case, ours) == ""
