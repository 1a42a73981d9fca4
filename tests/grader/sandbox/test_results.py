"""Lines that no honest run writes: each is left out, none harms the reader."""

from __future__ import annotations

import json

import pytest

from grader.sandbox.results import read_results

GOOD = {"output_type": "stream", "name": "stdout", "text": "a"}
LINE = json.dumps({"cell": "c0", "outputs": [GOOD]}).encode()


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"x",
        b"[]",
        b"null",
        b"{",
        b"[" * 1_000_000,
        b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
        b'{"cell": "c0", "outputs": ' + b"[" * 80 + b"]" * 80 + b"}",
        b'{"cell": "\xff\xfe", "outputs": []}',
        b'{"cell": "c0", "outputs": NaN}',
        b'{"cell": ["c0"], "outputs": []}',
        b'{"cell": "c9", "outputs": []}',
        b'{"cell": "c0", "outputs": {"0": 1}}',
        b'{"answers": [1]}',
        b'{"answers": {"q1": "text"}}',
        b'{"answers": {"../q1": {}}}',
        b'{"answers": {"q1": {"n": ' + b"9" * 10 + b'}}, "answers": 1}',
        b'{"end": ["finished"]}',
        b'{"end": 1, "broken": 2}',
        b"\x00" * 1000,
    ],
)
def test_a_bad_line_is_left_out(line: bytes) -> None:
    received = read_results(line + b"\n" + LINE + b"\n" + line, {"c0"})
    assert received.outputs == {"c0": [GOOD]}
    assert received.answers == {} and received.end == "" and received.broken == ""


@pytest.mark.parametrize(
    "output",
    [
        None,
        1,
        [],
        {},
        {"output_type": "stream"},
        {"output_type": "stream", "name": "stdin", "text": "a"},
        {"output_type": "stream", "name": "stdout", "text": ["a"]},
        {"output_type": ["stream"], "name": "stdout", "text": "a"},
        {"output_type": "error", "ename": "E", "evalue": "e"},
        {"output_type": "error", "ename": "E", "evalue": "e", "traceback": [1]},
        {"output_type": "display_data", "data": []},
        {"output_type": "display_data", "data": {"text/plain": {"a": 1}}, "metadata": {}},
        {"output_type": "execute_result", "data": {"text/plain": 5}, "metadata": {}},
        {"output_type": "pyout", "text": "a"},
    ],
)
def test_what_is_no_output_is_left_out(output: object) -> None:
    line = json.dumps({"cell": "c0", "outputs": [output, GOOD]}).encode()
    assert read_results(line, {"c0"}).outputs == {"c0": [GOOD]}


def test_fields_that_do_not_belong_are_left_out() -> None:
    line = json.dumps({"cell": "c0", "outputs": [{**GOOD, "metadata": {"x": 1}, "extra": 1}]}).encode()
    assert read_results(line, {"c0"}).outputs == {"c0": [GOOD]}
    result = {"output_type": "execute_result", "data": {"text/plain": "1"}, "metadata": {}, "execution_count": True}
    line = json.dumps({"cell": "c0", "outputs": [result]}).encode()
    assert read_results(line, {"c0"}).outputs["c0"][0]["execution_count"] is None


def test_brackets_in_texts_are_no_nesting() -> None:
    text = {"output_type": "stream", "name": "stdout", "text": '[[[{{{\\"' * 1000}
    line = json.dumps({"cell": "c0", "outputs": [text]}).encode()
    assert read_results(line, {"c0"}).outputs == {"c0": [text]}


def test_hostile_writers_end_to_end(run) -> None:
    outcome = run(
        "import os\nos.write(3, b'\\n' + b'[' * 100_000 + b'\\n\\xff\\xfe\\n{\"end\": \"none\"}\\n')",
        "get_ipython().display_pub.session.outputs.items.append({'output_type': 'stream', 'text': object()})",
        "1",
    )
    assert outcome.outputs["c2"][0]["data"]["text/plain"] == "1"
    assert outcome.outputs["c1"] == []
    assert outcome.state == "finished"
