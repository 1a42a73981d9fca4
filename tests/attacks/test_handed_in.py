"""Does what is handed in harm whoever takes it in?"""

import pytest

from grader.bench.attacks import broken_files, handed_in
from grader.bench.attacks.running import against_ours


@pytest.mark.parametrize("case", handed_in.CASES + broken_files.CASES, ids=lambda case: case.id)
def test_it_fails(ours, case):
    assert against_ours(case, ours) == ""
