"""Does every specimen earn through the hub's learn service what it should, for every lesson and audience?"""

import pytest

from course.curriculum import load_curriculum
from grader.judge import prepare
from grader.specimens import read_specimens
from grader.workspace import Workspace
from tests.support.handing_in import hand_in_lesson

MISTAKES = 4
BLANK = {
    "choice": {"kind": "choice", "picked": []},
    "text": {"kind": "text", "text": ""},
    "order": {"kind": "order", "order": []},
    "mark": {"kind": "mark", "marked": []},
    "dictation": {"kind": "dictation", "text": "", "spoken": False},
}


@pytest.fixture(scope="module")
def api(hub):
    with hub.api(hub.token("hocvien")) as client:
        yield client


def submit(api, lesson, record, kinds, audience):
    values = {id: BLANK[kind] for id, kind in kinds.items()}
    values |= {id: one.value.model_dump(mode="json") for id, one in record.answers.items() if id in kinds}
    result = hand_in_lesson(api, lesson, values, audience)
    return {question["id"]: question["points"] for question in result["questions"]}


@pytest.mark.parametrize("lesson", ["level1/01", "level1/02", "level1/03"])
def test_specimens_earn_what_they_should(api, lesson):
    source = Workspace.from_environment().source_notebook(lesson)
    for audience in load_curriculum().audiences:
        solution, blank, mistakes = read_specimens(lesson, audience)
        tests = prepare(source, lesson, audience).tests
        kinds = {id: solution.record.answers[id].value.kind for id in (test.grade_id for test in tests)}
        for specimen in [solution, blank, *mistakes[:MISTAKES]]:
            points = submit(api, lesson, specimen.record, kinds, audience)
            for test in tests:
                expected = 0 if specimen.points is None else specimen.points.get(test.grade_id, test.max_points)
                assert points[test.grade_id] == pytest.approx(expected, abs=0.011), (audience, specimen.name)
