"""Do the solved notebooks run in a real kernel (nbval), with the very outputs that the judge wrote into them?"""

import subprocess
import sys

import nbformat
import pytest

from course.answers import now
from grader.gradebook import ClassRecorder
from grader.inbox import Submission
from grader.judge import judge
from grader.judged import Judged
from grader.prepared import PreparedLessons
from grader.source_notebook import is_test_cell
from grader.specimens import read_specimens


@pytest.mark.parametrize("lesson", [f"level1/{number:02}" for number in range(1, 9)])
def test_a_solved_notebook_runs_as_the_judge_says(ready_class, lesson):
    solution, _, _ = read_specimens(lesson, "nong-dan")
    lessons = PreparedLessons(ready_class)
    prepared = lessons.get(lesson, "nong-dan")
    at = now()
    handed_in = Submission("0000-0000-00", "thu", "hv", "level1", lesson, at, "", solution.record)
    judged = Judged(handed_in, solution.record, judge(prepared, solution.record), "", at)
    ClassRecorder(ready_class, "thu", lessons).write([judged])
    path = ready_class.class_directory("thu") / "autograded" / "hv" / "level1" / prepared.source.name
    notebook = nbformat.read(path, 4)
    tests = [cell for cell in notebook.cells if is_test_cell(cell)]
    assert tests
    for cell in tests:  # nbval compares the outputs of these; the other cells' widgets carry ids and only have to run
        cell.metadata.tags = ["nbval-check-output"]
    nbformat.write(notebook, path)
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--nbval-lax", path.name],
        cwd=path.parent,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-3000:]
    assert f"{sum(cell.cell_type == 'code' for cell in notebook.cells)} passed" in done.stdout
