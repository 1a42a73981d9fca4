"""Does stock ``nbgrader autograde`` give every specimen the points that our judge gives and the specimen expects?"""

import shutil

import pytest
from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from course.answers import now
from course.curriculum import load_curriculum
from grader.class_directory import class_config, course_directory
from grader.gradebook import ClassRecorder
from grader.inbox import Submission
from grader.judge import judge
from grader.judged import Judged
from grader.prepared import PreparedLessons
from grader.specimens import read_specimens


def specimens_of(workspace, lesson, audience):
    """Return the solution and one mistake, another one for each audience: stock takes seconds for every notebook.

    ``bdhai check`` judges all, and with ``--stock`` nbgrader does too.
    """
    solution, _, mistakes = read_specimens(lesson, audience)
    return [solution, mistakes[list(load_curriculum().audiences).index(audience) % len(mistakes)]]


def expected_points(specimen, tests):
    if specimen.points is None:
        return {test.grade_id: 0 for test in tests}
    return {test.grade_id: specimen.points.get(test.grade_id, test.max_points) for test in tests}


# Three of the six: stock takes two seconds for each notebook.
@pytest.mark.parametrize("audience", list(load_curriculum().audiences)[::2])
def test_stock_autograde_and_the_judge_agree(ready_class, audience, tmp_path):
    keys = [key for key in ready_class.lesson_keys() if key.startswith("level1/")]
    assert len(keys) == 8
    lessons = PreparedLessons(ready_class)
    book = ready_class.class_directory("thu") / "gradebook.db"
    shutil.copy(book, tmp_path / "before.db")
    expected = {}
    batch = []
    for lesson in keys:
        prepared = lessons.get(lesson, audience)
        for number, specimen in enumerate(specimens_of(ready_class, lesson, audience)):
            record = specimen.record
            verdicts = judge(prepared, record)
            learner, at = f"hv{number}", now()
            handed_in = Submission("0000-0000-00", "thu", learner, "level1", lesson, at, "", record)
            batch.append(Judged(handed_in, record, verdicts, "", at))
            for verdict in verdicts:
                expected[f"hv{number}", prepared.source.stem, verdict.grade_id] = verdict.points
            for id, points in expected_points(specimen, prepared.tests).items():
                key = f"hv{number}", prepared.source.stem, id
                assert expected[key] == pytest.approx(points, abs=0.011), (specimen.name, id)
    students = sorted({student for student, _, _ in expected})
    assert len(students) == 2

    ClassRecorder(ready_class, "thu", lessons).write(batch)
    shutil.copy(tmp_path / "before.db", book)  # of ours only what was handed in stays
    api = NbGraderAPI(config=class_config(ready_class, "thu"))
    for student in students:
        graded = api.autograde("level1", student, force=True, create=True)
        assert graded["success"], graded.get("error", graded["log"])

    with Gradebook(course_directory(ready_class, "thu").db_url) as gradebook:
        stock = {
            (student, notebook.name, grade.name): grade.auto_score
            for student in students
            for notebook in gradebook.find_submission("level1", student).notebooks
            for grade in notebook.grades
        }
    for_trainers = set(stock) - set(expected)
    assert {cell for _, _, cell in for_trainers} <= {"q3-quality"}, "only own work waits for a trainer"
    assert {key: stock[key] for key in expected} == pytest.approx(expected)
