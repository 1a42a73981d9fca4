"""Stock nbgrader with a small course in it, to be attacked: default configuration, its own autograde and feedback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps.api import NbGraderAPI
from traitlets.config import Config

from course.answers import Answer, AnswerRecord, check_value, now
from course.place import answer_file
from grader import class_directory  # noqa: F401  (puts alembic, which nbgrader calls by its bare name, on PATH)
from grader.bench.attacks.attack import NotTried
from grader.bench.attacks.ground import Ground
from grader.bench.attacks.notebooks import HONEST, HONEST_ANSWERS, HONEST_CLASSIC, RAN, as_text, filled, loud

OTHER = "lan"
LESSON, CLASSIC = "level4", "ps1"
FULL = {LESSON: 8.0, CLASSIC: 5.0}


@dataclass
class StockTried:
    """What came of one submission."""

    stock: Stock
    learner: str
    assignment: str
    graded: bool
    log: str

    @property
    def autograded(self) -> Path:
        """The folder that formgrader reads."""
        return self.stock.root / "autograded" / self.learner / self.assignment

    @cached_property
    def record(self) -> str:
        """All that a trainer can see of it, as text."""
        files = sorted(path for path in self.autograded.rglob("*") if path.is_file())
        return "\n".join(path.read_text("utf-8", "replace") for path in files)

    @cached_property
    def points(self) -> float:
        """Points in the gradebook."""
        return self.stock.points_of(self.learner, self.assignment) or 0.0

    @cached_property
    def feedback(self) -> str:
        """nbgrader's feedback page."""
        api = NbGraderAPI(config=self.stock.config)
        made = api.generate_feedback(self.assignment, self.learner, force=True)
        folder = self.stock.root / "feedback" / self.learner / self.assignment
        if not made["success"]:
            raise NotTried(f"no feedback: {made.get('error') or made.get('log')}")
        return "\n".join(page.read_text("utf-8") for page in sorted(folder.glob("*.html")))


class Stock:
    """An nbgrader course with the same lesson, and with a classic assignment of functions and asserts.

    Parameters
    ----------
    ground
        Where it lies.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.root = ground.root / "stock"
        for name, folder in ((LESSON, "level4"), (CLASSIC, "classic")):
            shutil.copytree(ground.lessons / folder, self.root / "source" / name)
        self.config = Config()
        self.config.CourseDirectory.root = str(self.root)
        self.config.CourseDirectory.course_id = "thu"
        (self.root / "nbgrader_config.py").write_text(
            "c = get_config()\nc.CourseDirectory.course_id = 'thu'\n", "utf-8"
        )
        api = NbGraderAPI(config=self.config)
        for name in (LESSON, CLASSIC):
            made = api.generate_assignment(name, force=True, create=True)
            assert made["success"], made.get("error") or made["log"]
        [lesson] = (self.root / "release" / LESSON).glob("04-*.ipynb")
        self.notebook_name = {LESSON: lesson.name, CLASSIC: "ps1.ipynb"}
        self.blank: dict[str, dict[str, Any]] = {
            name: json.loads((self.root / "release" / name / file).read_text("utf-8"))
            for name, file in self.notebook_name.items()
        }
        self._count = 0
        other = self.classic({"tong": f"# {ground.secret('OTHER')}\n{HONEST_CLASSIC['tong']}"}, learner=OTHER)
        self.others_points = other.points
        assert other.points == 2, other.log

    def close(self) -> None:
        """Nothing was started that is not ended by nbgrader itself."""

    def new_learner(self) -> str:
        """Return the name of a learner who has done nothing yet."""
        self._count += 1
        return f"hv{self._count:03}"

    def lay_in(
        self,
        assignment: str,
        notebook: dict[str, Any],
        files: Mapping[str, bytes] = {},
        learner: str | None = None,
        answers: Mapping[str, Any] = {},
    ) -> str:
        """Put a submission where ``nbgrader collect`` would; return the learner."""
        learner = learner or self.new_learner()
        folder = self.root / "submitted" / learner / assignment
        folder.mkdir(parents=True)
        (folder / self.notebook_name[assignment]).write_text(as_text(notebook), "utf-8")
        if assignment == LESSON:
            given = {id: Answer(value=check_value(value), audience="can-bo", at=now()) for id, value in answers.items()}
            record = AnswerRecord(lesson="level4/04", version=1, answers=given)
            answer_file(folder, "level4/04").write_text(record.to_json(), "utf-8")
        for name, content in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_bytes(content)
        return learner

    def autograde(self, assignment: str, learner: str) -> StockTried:
        """Run ``nbgrader autograde`` on a submission."""
        done = NbGraderAPI(config=self.config).autograde(assignment, learner, force=True, create=True)
        return StockTried(self, learner, assignment, bool(done["success"]), done.get("error") or done.get("log", ""))

    def lesson(
        self, cells: Mapping[str, str], answers: Mapping[str, Any] = {}, notebook: dict[str, Any] | None = None
    ) -> StockTried:
        """Grade the lesson with hostile cells."""
        return self._tried(LESSON, notebook or self.blank[LESSON], cells, {}, None, answers)

    def classic(
        self,
        cells: Mapping[str, str],
        files: Mapping[str, bytes] = {},
        *,
        notebook: dict[str, Any] | None = None,
        learner: str | None = None,
    ) -> StockTried:
        """Grade the classic assignment with hostile cells and files."""
        return self._tried(CLASSIC, notebook or self.blank[CLASSIC], cells, files, learner)

    def _tried(
        self,
        assignment: str,
        notebook: dict[str, Any],
        cells: Mapping[str, str],
        files: Mapping[str, bytes],
        learner: str | None,
        answers: Mapping[str, Any] = {},
    ) -> StockTried:
        hostile = {name: loud(source) for name, source in cells.items()}
        learner = self.lay_in(assignment, filled(notebook, hostile), files, learner, answers)
        tried = self.autograde(assignment, learner)
        if cells and tried.graded and RAN not in tried.record:
            raise NotTried("the cells did not run")
        return tried

    def command(self, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str] | None:
        """Run nbgrader's own program in the course; ``None`` when it had to be ended after ``timeout`` seconds."""
        environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
        command = [str(Path(sys.executable).with_name("nbgrader")), *arguments]
        with subprocess.Popen(
            command,
            cwd=self.root,
            env=environment,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        ) as process:
            try:
                output, _ = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.terminate()
                try:
                    process.communicate(timeout=5)
                except subprocess.TimeoutExpired:
                    process.kill()
                return None
        return subprocess.CompletedProcess(command, process.returncode, output, "")

    def points_of(self, learner: str, assignment: str = CLASSIC) -> float | None:
        """Return a learner's points in the gradebook, ``None`` when there are none."""
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}", "thu") as gradebook:
            try:
                return gradebook.find_submission(assignment, learner).score
            except MissingEntry:
                return None

    def honest(self, assignment: str = CLASSIC) -> StockTried:
        """Grade a submission as it should be."""
        if assignment == LESSON:
            return self.lesson(HONEST, HONEST_ANSWERS)
        return self.classic(HONEST_CLASSIC)
