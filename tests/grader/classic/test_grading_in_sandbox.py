"""Is a classic course graded away from everything it must not touch, and does one bad submission stop no other?"""

import sqlite3

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.classic.collecting import classic_result
from grader.classic.grade import grade_classic
from tests.grader.classic.small_course import RIGHT, cell

FULL = {"test_double": 2.0, "test_share": 1.0, "why": 0.0}


def grade_alone_and_with_an_honest_one(course, pool, code, change=None, **execute):
    course.submit("an", code, change)
    course.submit("binh")
    outcomes = course.grade(pool, **execute)
    assert outcomes["binh"].state == "graded"
    assert course.scores("binh") == FULL
    return outcomes["an"]


def test_points_partial_credit_files_and_manual_flag(course, pool):
    course.submit("an")
    (course.root / "submitted/an/ps1/helper.py").write_text("def share(x):\n    return 4\n")  # the master's counts
    assert course.grade(pool)["an"].state == "graded"
    result = classic_result(course.view("an"), "an", "ps1")
    assert (result.points, result.max_points, result.needs_manual) == (3.0, 9.0, False)
    assert {question["id"]: question["sign"] for question in result.questions} == {
        "test_double": "right",
        "test_share": "partly",
        "why": "wrong",  # unchanged, so nbgrader gives 0 by itself
    }
    assert course.grade(pool)["an"].state == "unchanged"
    assert course.grade(pool, force=True)["an"].state == "graded"


@pytest.mark.parametrize(
    "attack",
    [
        "open({gradebook!r}).read()",
        "import sqlite3; sqlite3.connect({gradebook!r}).execute('update grade set auto_score = 9')",
        "open({source!r}).read()",
        "import socket; socket.create_connection(('127.0.0.1', {port}), 2)",
        "open('/usr/out.txt', 'w').write('x')",
    ],
)
def test_what_lies_outside_is_out_of_reach(course, pool, attack, listening_port):
    places = {"gradebook": str(course.root / "gradebook.db"), "source": str(course.root / "source/ps1/p1.ipynb")}
    attack = attack.format(**places, port=listening_port)
    outcome = grade_alone_and_with_an_honest_one(course, pool, f"{attack}\n{RIGHT}")
    assert outcome.state == "graded"
    assert course.scores("an") == {"test_double": 0.0, "test_share": 0.0, "why": 0.0}
    (error,) = [output for output in course.autograded("an").cells[0].outputs if output.output_type == "error"]
    assert error.ename in {
        "FileNotFoundError",
        "OperationalError",
        "ConnectionRefusedError",
        "OSError",
        "PermissionError",
    }


@pytest.fixture
def listening_port():
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_what_code_writes_does_not_come_back(course, pool):
    course.submit("an", f"open('helper.py', 'w').write('')\nopen('new.txt', 'w').write('')\n{RIGHT}")
    assert course.grade(pool)["an"].state == "graded"
    folder = course.root / "autograded/an/ps1"
    assert sorted(path.name for path in folder.iterdir()) == ["helper.py", "p1.ipynb"]
    assert "share" in (folder / "helper.py").read_text()


def test_an_endless_loop_costs_its_own_cell_only(course, pool):
    outcome = grade_alone_and_with_an_honest_one(
        course, pool, RIGHT, lambda notebook: notebook.cells.insert(1, cell("while True: pass")), timeout=1
    )
    assert outcome.state == "graded"
    assert course.scores("an") == FULL
    assert course.autograded("an").cells[1].outputs[-1].ename == "CellTimeoutError"


def test_code_that_ends_its_process_is_refused_with_a_reason(course, pool):
    outcome = grade_alone_and_with_an_honest_one(course, pool, f"import os\n{RIGHT}\nos._exit(0)")
    assert outcome.state == "refused"
    assert "tắt giữa chừng" in outcome.reason
    assert not (course.root / "autograded/an/ps1").exists()


def test_a_result_that_is_refused_takes_nothing_from_the_gradebook_of_others(course, pool):
    course.submit("binh")
    course.grade(pool)
    course.submit("an", "import os; os._exit(0)")
    course.grade(pool, force=True)
    assert course.scores("binh") == FULL


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda notebook: notebook.cells[1].metadata.nbgrader.update(schema_version=99), "mới hơn"),
        (lambda notebook: notebook.cells[1].metadata.nbgrader.update(schema_version=0), "cũ"),
    ],
)
def test_a_notebook_of_another_nbgrader_is_refused_and_the_queue_goes_on(course, pool, change, told):
    outcome = grade_alone_and_with_an_honest_one(course, pool, RIGHT, change)
    assert outcome.state == "refused"
    assert told in outcome.reason


def test_broken_json_a_link_and_a_foreign_language_are_refused(course, pool):
    course.submit("binh")
    (course.submit("an") / "p1.ipynb").write_text("{")
    (course.submit("chi") / "stolen.txt").symlink_to(course.root / "gradebook.db")
    outcomes = course.grade(pool)
    assert {name: outcome.state for name, outcome in outcomes.items()} == {
        "an": "refused",
        "binh": "graded",
        "chi": "refused",
    }
    assert "liên kết" in outcomes["chi"].reason
    source = course.root / "source/ps1/p1.ipynb"
    with sqlite3.connect(course.root / "gradebook.db") as database:
        database.execute("update notebook set kernelspec = ?", ['{"name": "ir", "language": "R", "display_name": "R"}'])
    assert source.exists()
    assert "Python" in course.grade(pool, force=True)["binh"].reason


def test_a_removed_test_cell_earns_nothing(course, pool):
    course.submit("an", change=lambda notebook: notebook.cells.pop(1))
    assert course.grade(pool)["an"].state == "graded"
    assert course.scores("an") == {"test_double": 0.0, "test_share": 1.0, "why": 0.0}


def test_a_test_cell_tagged_to_be_skipped_is_run(course, pool):
    wrong = "def double(x):\n    return 5"
    course.submit("an", wrong, lambda notebook: notebook.cells[1].metadata.update(tags=["skip-execution"]))
    course.grade(pool)
    assert course.scores("an")["test_double"] == 0.0


def test_a_number_shown_before_the_error_earns_nothing(course, pool):
    code = "def double(x):\n    import sys\n    get_ipython().displayhook(2)\n    raise ValueError\n"
    course.submit("an", code)
    course.grade(pool)
    assert course.scores("an")["test_double"] == 0.0


def test_manual_scores_and_comments_stay(course, pool):
    course.submit("an", change=lambda notebook: notebook.cells[3].update(source="Vì nhân đôi."))
    course.grade(pool)
    assert classic_result(course.view("an"), "an", "ps1").needs_manual
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "thu") as gradebook:
        grade = gradebook.find_grade("why", "p1", "ps1", "an")
        grade.manual_score, grade.needs_manual_grade = 2.5, False
        gradebook.find_comment("why", "p1", "ps1", "an").manual_comment = "Rõ ràng."
        gradebook.db.commit()
    course.grade(pool, force=True)
    assert course.scores("an")["why"] == 2.5
    with Gradebook(f"sqlite:///{course.root / 'gradebook.db'}", "thu") as gradebook:
        assert gradebook.find_comment("why", "p1", "ps1", "an").comment == "Rõ ràng."


def test_an_earlier_result_stands_until_the_new_one_is_there(course, pool):
    course.submit("an")
    course.grade(pool)
    seen = []

    def run_jobs(jobs):
        seen.append(course.autograded("an").cells[1].execution_count)
        return pool.run_jobs(jobs)

    list(grade_classic(course.config(), [("an", "ps1")], run_jobs, force=True))
    assert seen == [2]


def test_outputs_come_back_and_nothing_else(course, pool):
    course.submit("an", f"print('xin chào')\n{RIGHT}")
    course.grade(pool)
    graded = course.autograded("an")
    nbformat.validate(graded)
    assert graded.cells[0].outputs[0].text == "xin chào\n"
    assert "sai số lớn" in graded.cells[1].source  # the master's cell, for formgrader
