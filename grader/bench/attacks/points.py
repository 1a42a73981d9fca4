"""Points without work."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from grader.bench.attacks.attack import Attack
from grader.bench.attacks.ours import Ours
from grader.bench.attacks.stock import Stock

NOTHING = {"tong": "def tong(so):\n    return None", "trung-binh": "def trung_binh(so):\n    return None"}
"""Answers to the classic assignment that are worth nothing."""

_EQUALS_EVERYTHING = """
class Any(float):
    def __eq__(self, other): return True
    def __ne__(self, other): return False
    def __lt__(self, other): return True
    __le__ = __gt__ = __ge__ = __lt__
    def __sub__(self, other): return Any(0)
    __rsub__ = __abs__ = __round__ = lambda self, *rest: Any(0)
    def __hash__(self): return 0
    def __array__(self, *args, **kwargs):
        import numpy
        return numpy.zeros(())
everything = Any(0)
"""
_NO_ASSERTS = """
import ast
class NoAsserts(ast.NodeTransformer):
    def visit_Assert(self, node): return ast.Pass()
    def visit_Expr(self, node):
        if "expect" in ast.dump(node): return ast.Expr(ast.Constant(99))
        return node
get_ipython().ast_transformers.append(NoAsserts())
"""
_NO_TESTS = """
def no_tests(lines):
    text = "".join(lines)
    return ["None\\n"] if "assert" in text or "expect" in text or "saved" in text else lines
get_ipython().input_transformers_post.append(no_tests)
"""
_DO_EXECUTE = """
shell = get_ipython()
kernel = getattr(shell, "kernel", None)
if kernel is not None:
    import inspect
    real = type(kernel).do_execute
    async def do_execute(self, code, *args, **kwargs):
        if "assert" in code or "expect" in code:
            code = ""
        done = real(self, code, *args, **kwargs)
        return await done if inspect.isawaitable(done) else done
    type(kernel).do_execute = do_execute
for name in ("run_cell", "run_cell_async", "run_code"):
    method = getattr(shell, name, None)
    if method is not None and kernel is None:
        setattr(shell, name, lambda *args, **kwargs: 99)
"""
_NUMBER_FIRST = "get_ipython().displayhook({0})\n    raise SystemError('too late')"
_PRE_RUN = """
import re
known = []
def look_ahead(info):
    known.extend(re.findall(r"(?:tong|trung_binh)\\(.*?\\)(?: ==|,) ([\\d.]+)", info.raw_cell or ""))
get_ipython().events.register("pre_run_cell", look_ahead)
"""
_PATCHED = """
import course.lesson, course.grades, course.answers
full = lambda self, id, *, points, **rest: course.grades.Grade(id, points, points, ["Đúng."])
course.lesson.Lesson.expect = full
course.lesson.Lesson.saved = lambda self, id: None
for name in dir(course.grades):
    if name.startswith("grade_"):
        setattr(course.grades, name, lambda *args, **kwargs: course.grades.Share(1))
course.answers.check_value = lambda value: value
lesson.__class__ = type("Lesson", (type(lesson),), {"expect": full})
"""


def _by_code(*sources: str) -> Callable[[Ours], str]:
    """Put hostile sources into the answers of the lesson; honest answers are not among them."""

    def attack(ours: Ours) -> str:
        first, *rest = sources
        tried = ours.code({"q1-code": first, "q2-code": rest[0] if rest else "pass"})
        return f"{tried.points:g} of 8 points" if tried.points > 0 else ""

    return attack


def _classic(cells: Mapping[str, str], files: Mapping[str, bytes] = {}) -> Callable[[Stock], str]:
    def attack(stock: Stock) -> str:
        tried = stock.classic({**NOTHING, **cells}, files)
        return f"{tried.points:g} of 5 points" if tried.points > 0 else ""

    return attack


def _stock_lesson(source: str) -> Callable[[Stock], str]:
    def attack(stock: Stock) -> str:
        tried = stock.lesson({"q1-code": source, "q2-code": "pass"})
        return f"{tried.points:g} of 8 points" if tried.points > 0 else ""

    return attack


_HAND_OVER = 'lesson.answer("q1", everything)'
_NOTICED = """
import os, sys, gc
graded = os.environ.get("NBGRADER_EXECUTION") or "autograded" in os.getcwd() or os.environ.get("USER") == "hoc"
"""
_SEARCH = """
found = 0
for one in gc.get_objects():
    if callable(one) and "expect" in getattr(one, "__qualname__", "") or type(one).__name__ in ("Grade", "TestCell"):
        for name, value in list(getattr(one, "__kwdefaults__", None) or {}).items():
            if isinstance(value, (int, float)): found = value
lesson.answer("q1", found); lesson.answer("q2", {"xa": ["Tân Cương"], "kg": [found]})
"""


def _shadowed(ours: Ours) -> str:
    shadow = "\n".join(
        (
            "import importlib, sys, pathlib",
            "fake = 'def read_csv(*a, **k): return None\\ndef __getattr__(name): return lambda *a, **k: 274.5'",
            "for name in ('pandas', 'course', 'orjson', 'json', 'pydantic'):",
            "    pathlib.Path(f'{name}.py').write_text(fake)",
            "sys.path.insert(0, str(pathlib.Path.cwd()))",
            "for name in ('pandas', 'course', 'course.lesson', 'course.grades', 'json'): sys.modules.pop(name, None)",
            "import pandas, course",
        )
    )
    return _by_code(shadow, "import course.lesson\ncourse.lesson.Lesson('level4/04').answer('q2', 1)")(ours)


CASES = [
    Attack(
        "equals-everything",
        "points",
        "an object that equals everything",
        "hands over a number that is equal to, less and more than any other",
        _by_code(f"{_EQUALS_EVERYTHING}{_HAND_OVER}", 'lesson.answer("q2", {"xa": [everything], "kg": [everything]})'),
        _classic(
            {
                "tong": f"{_EQUALS_EVERYTHING}\ndef tong(so):\n    return everything",
                "trung-binh": "def trung_binh(so):\n    return everything",
            }
        ),
    ),
    Attack(
        "ast-transformer",
        "points",
        "an AST or input transformer that drops asserts or replaces the test cell",
        "has the syntax tree of later cells stripped of asserts",
        _by_code(_NO_ASSERTS),
        _classic({"tong": f"{_NO_ASSERTS}\n{NOTHING['tong']}"}),
    ),
    Attack(
        "input-transformer",
        "points",
        "an AST or input transformer that drops asserts or replaces the test cell",
        "replaces the text of later test cells",
        _by_code(_NO_TESTS),
        _classic({"tong": f"{_NO_TESTS}\n{NOTHING['tong']}"}),
    ),
    Attack(
        "do-execute",
        "points",
        "a replaced kernel.do_execute",
        "puts its own function in the place of what runs a cell",
        _by_code(_DO_EXECUTE),
        _classic({"tong": f"{_DO_EXECUTE}\n{NOTHING['tong']}"}),
    ),
    Attack(
        "number-first",
        "points",
        "a display hook that prints a number before the error",
        "shows a number as the cell's result, then fails",
        _by_code("get_ipython().displayhook(2)\nraise SystemError('too late')", "import sys\nsys.displayhook(3)\n3"),
        _classic(
            {
                "tong": f"def tong(so):\n    {_NUMBER_FIRST.format(2)}",
                "trung-binh": f"def trung_binh(so):\n    {_NUMBER_FIRST.format(3)}",
            }
        ),
    ),
    Attack(
        "pre-run-cell",
        "points",
        "a pre_run_cell hook",
        "reads each test cell before it runs and gives what it expects",
        _by_code(f"{_PRE_RUN}\nlesson.answer('q1', float(known[0]) if known else 0)"),
        _classic(
            {
                "tong": f"{_PRE_RUN}\ndef tong(so):\n    return float(known.pop(0))",
                "trung-binh": "def trung_binh(so):\n    return float(known.pop(0))",
            }
        ),
    ),
    Attack(
        "monkeypatch",
        "points",
        "monkeypatching what a test calls",
        "replaces the functions that compare and grade",
        _by_code(_PATCHED, "lesson.answer('q2', 1)\nlesson.expect('q2', points=3)"),
        _stock_lesson(_PATCHED),
    ),
    Attack(
        "notices-grading",
        "points",
        "detecting that grading is under way and behaving otherwise",
        "behaves well at home; when graded, searches the process for what is expected",
        _by_code(f"{_NOTICED}{_SEARCH}"),
        _classic(
            {
                "tong": f"{_NOTICED}{_EQUALS_EVERYTHING}\ndef tong(so):\n    return everything if graded else None",
                "trung-binh": "def trung_binh(so):\n    return everything if graded else None",
            }
        ),
    ),
    Attack(
        "shadowed-library",
        "points",
        "a submitted module that shadows a library",
        "puts modules of its own in the place of pandas, course and those that tests import",
        _shadowed,
        _classic(
            {},
            {
                "numpy/__init__.py": b"",
                "numpy/testing.py": b"def assert_allclose(*args, **kwargs):\n    pass\n",
            },
        ),
    ),
]
