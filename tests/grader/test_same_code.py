"""Is copied code told of, and nobody blamed for a right answer that others gave too?"""

import json

import nbformat
import pytest

from grader.same_code import same_code

OWN = "# mình lọc trước rồi mới cộng từng dòng một\ntan_cuong = bang[bang['xa'] == 'Tân Cương']\ntong = 0\n"
OWN += "for can_nang in tan_cuong['kg']:\n    tong = tong + can_nang\nlesson.answer('q1', tong)"
SHORT = "tong = bang['kg'].sum()\nlesson.answer('q1', tong)"


def notebook(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


SOURCE = notebook("import pandas as pd", "tong = None\nlesson.answer('q1', tong)")


def handed_in(*sources):
    return json.dumps(notebook("import pandas as pd", *sources))


def found(**notebooks):
    return [one.learners for one in same_code("level4/04", SOURCE, notebooks.items())]


def test_a_copy_is_found_whatever_its_blanks_and_ids():
    assert found(hoa=handed_in(OWN), lan=handed_in(OWN.replace("\n", "\n\n")), mai=handed_in(SHORT)) == [("hoa", "lan")]


def test_a_short_right_answer_is_nobodys_copy():
    assert found(hoa=handed_in(SHORT), lan=handed_in(SHORT)) == []


def test_other_words_are_other_code():
    assert found(hoa=handed_in(OWN), lan=handed_in(OWN.replace("mình", "em"))) == []


def test_what_everybody_was_given_is_nobodys_own():
    given = "\n".join(f"x{number} = {number} + 1000000000000000000000" for number in range(20))
    source = notebook(given)
    pairs = [("hoa", json.dumps(notebook(given))), ("lan", json.dumps(notebook(given)))]
    assert same_code("level4/04", source, pairs) == []


def test_two_tries_of_one_learner_are_no_copy():
    pairs = [("hoa", handed_in(OWN)), ("hoa", handed_in(OWN))]
    assert same_code("level4/04", SOURCE, pairs) == []


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"cells": [null]}', "[" * 100_000])
def test_a_broken_notebook_is_left_out(broken):
    assert found(hoa=handed_in(OWN), lan=broken, mai=handed_in(OWN)) == [("hoa", "mai")]


def test_the_words_do_not_accuse():
    [one] = same_code("level4/04", SOURCE, [("hoa", handed_in(OWN)), ("lan", handed_in(OWN))])
    assert one.words == "Mã của hoa và lan giống hệt nhau từng chữ. Hãy hỏi chuyện trước khi kết luận."
