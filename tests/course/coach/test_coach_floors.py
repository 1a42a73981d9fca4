"""Floors under what the coach sees in requests that its rules were not made from; and that the two sets stay apart."""

import pytest

from course.ai.coach import PARTS
from grader.bench.coach import labelled, measure, scores

# A little under what was measured when the rules were frozen: (precision, recall).
FLOORS = {
    "vai": (0.85, 0.90),
    "viec": (0.97, 0.94),
    "boi_canh": (0.75, 0.90),
    "gioi_han": (0.82, 0.87),
    "dang": (0.90, 0.90),
    "noi": (0.65, 0.93),
    "luc": (0.83, 0.93),
    "ai": (0.86, 0.85),
}


@pytest.fixture(scope="module")
def figures():
    return measure()


@pytest.mark.parametrize("part", PARTS)
def test_floors_hold(figures, part):
    precision, recall = FLOORS[part]
    assert figures["coach_precision"][part] >= precision
    assert figures["coach_recall"][part] >= recall


@pytest.mark.parametrize("part", PARTS)
def test_requests_without_diacritics_are_seen_nearly_as_well(figures, part):
    assert figures["coach_recall_without_diacritics"][part] >= FLOORS[part][1] - 0.06
    assert figures["coach_precision_without_diacritics"][part] >= FLOORS[part][0] - 0.10


def test_the_held_out_set_is_large_and_shares_nothing_with_the_development_set(figures):
    held_out, development = labelled("held_out"), labelled("development")
    assert figures["coach_requests"] == len(held_out) >= 200
    assert not {one.text.casefold() for one in held_out} & {one.text.casefold() for one in development}
    assert {one.who for one in held_out} == {"cb", "nd", "tn", "hs", "pn", "tt"}
    assert all(one.parts <= set(PARTS) for one in held_out)
    assert min(figures["coach_positives"].values()) >= 15


def test_the_figures_would_show_a_coach_that_always_agrees():
    precision, _ = scores(labelled(), lambda text: text + "\nBạn là cô giáo, viết tin nhắn cho bà con.")
    assert precision["vai"] < 0.2 and precision["ai"] < 0.5
