"""This grader with a small class in it, to be attacked: the real road from the inbox to the gradebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from nbgrader.apps.api import NbGraderAPI

from course.answers import Answer, AnswerRecord, check_value, now
from grader.bench.attacks.attack import NotTried
from grader.bench.attacks.ground import Ground
from grader.bench.attacks.notebooks import HONEST, HONEST_ANSWERS, HONEST_CLASSIC, RAN, as_text, filled, loud
from grader.class_directory import class_config, course_directory, create_class, sync_assignment
from grader.grading import Grading, Summary, database_of
from grader.inbox import Submission, accept, accept_assignment
from grader.sandbox.jobs import Limits
from grader.worker import WorkerSettings, close_worker
from grader.workers import HereWorkers
from grader.workspace import Workspace

CLASS, OTHER = "thu", "lan"
KEY, CLASSIC = "level4/04", "ps1"
SHORT = Limits(wall_s=15, cpu_s=3, memory_mb=700, processes=40, disk_mb=32, output_kb=512)
"""As the real limits, but reached sooner."""


@dataclass
class Tried:
    """What came of one submission.

    Attributes
    ----------
    state
        As ``Grading`` says it.
    told
        Why it was not graded to its end, as learner and trainer read it.
    """

    ours: Ours
    submission: Submission
    state: str
    told: str
    points: float
    questions: dict[str, float]

    @property
    def _assignment(self) -> str:
        return self.submission.assignment

    @property
    def autograded(self) -> Path:
        """The folder that formgrader reads."""
        return self.ours.directory / "autograded" / self.submission.learner / self._assignment

    @cached_property
    def record(self) -> str:
        """All that a trainer can see of it: the autograded folder as text."""
        files = sorted(path for path in self.autograded.rglob("*") if path.is_file())
        return "\n".join(path.read_text("utf-8", "replace") for path in files)

    @cached_property
    def outputs(self) -> str:
        """What its cells put out, as the trainer sees it; the record itself also holds the source's hidden tests."""
        notebooks = [json.loads(path.read_text("utf-8")) for path in sorted(self.autograded.glob("*.ipynb"))]
        shown = [output for notebook in notebooks for cell in notebook["cells"] for output in cell.get("outputs", [])]
        return json.dumps(shown, ensure_ascii=False)

    @cached_property
    def feedback(self) -> str:
        """nbgrader's feedback page, as the learner gets it."""
        learner = self.submission.learner
        made = NbGraderAPI(config=self.ours.config).generate_feedback(self._assignment, learner, force=True)
        folder = self.ours.directory / "feedback" / learner / self._assignment
        pages = sorted(folder.glob("*.html"))
        if not made["success"] or not pages:
            raise NotTried(f"no feedback: {made.get('error') or made.get('log')}")
        return "\n".join(page.read_text("utf-8") for page in pages)

    @cached_property
    def shown(self) -> str:
        """What the learner is shown: result, message, feedback."""
        rows = self.ours.database.results(learner=self.submission.learner, class_id=CLASS)
        return "\n".join([*(json.dumps(row.questions, ensure_ascii=False) for row in rows), self.told, self.feedback])


class Ours:
    """A class of this grader.

    Parameters
    ----------
    ground
        Where it lies.
    """

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self.limits = SHORT
        self.workspace = Workspace(ground.root / "state", ground.lessons)
        self.directory = create_class(self.workspace, CLASS)
        self.config = class_config(self.workspace, CLASS)
        shutil.copytree(ground.lessons / "classic", self.directory / "source" / CLASSIC)
        sync_assignment(self.workspace, CLASS, "level4")
        made = NbGraderAPI(config=self.config).generate_assignment(CLASSIC, force=True, create=True)
        assert made["success"], made.get("error") or made["log"]
        release = self.directory / "release"
        [lesson] = (release / "level4").glob("04-*.ipynb")
        self.blank: dict[str, Any] = json.loads(lesson.read_text("utf-8"))
        self.classic_blank: dict[str, Any] = json.loads((release / CLASSIC / "ps1.ipynb").read_text("utf-8"))
        self.database = database_of(self.workspace)
        self.settings = WorkerSettings(self.workspace, limits=SHORT)
        self.grading = Grading(self.workspace, self.database, HereWorkers(self.settings))
        self._count = 0
        other = self.code({"q1-code": f"# {ground.secret('OTHER')}\n{HONEST['q1-code']}"}, learner=OTHER, ran=False)
        self.others_points = self.points_of(OTHER)
        assert other.points == self.others_points == 2, (other.state, other.told, other.questions)

    def close(self) -> None:
        """End the sandbox and close the database."""
        close_worker(self.settings)
        self.database.close()

    # --- handing in -----------------------------------------------------------------------------------------------

    def new_learner(self) -> str:
        """Return the name of a learner who has done nothing yet."""
        self._count += 1
        return f"hv{self._count:03}"

    def record(self, answers: Mapping[str, Any]) -> AnswerRecord:
        """Return a record of answers, which pass the schema."""
        given = {id: Answer(value=check_value(value), audience="can-bo", at=now()) for id, value in answers.items()}
        return AnswerRecord(lesson=KEY, version=1, answers=given)

    def hand_in(
        self, notebook: dict[str, Any] | str | None, answers: Mapping[str, Any] = {}, learner: str | None = None
    ) -> Tried:
        """Hand in a lesson with its notebook, and have it graded."""
        text = as_text(notebook) if isinstance(notebook, dict) else notebook
        learner = learner or self.new_learner()
        return self.grade(accept(self.workspace, CLASS, learner, self.record(answers), notebook=text))

    def hand_in_files(self, files: Mapping[str, bytes], learner: str | None = None) -> Tried:
        """Hand in a classic assignment, and have it graded."""
        return self.grade(accept_assignment(self.workspace, CLASS, learner or self.new_learner(), CLASSIC, files))

    def code(
        self,
        cells: Mapping[str, str],
        answers: Mapping[str, Any] = {},
        *,
        learner: str | None = None,
        ran: bool = True,
    ) -> Tried:
        """Hand in a lesson with hostile cells.

        Raises
        ------
        NotTried
            When none of them ran.
        """
        hostile = {name: loud(source) for name, source in cells.items()} if ran else cells
        tried = self.hand_in(filled(self.blank, hostile), answers, learner)
        if ran and RAN not in tried.outputs and not tried.told:
            raise NotTried(f"the cells did not run: {tried.state}")
        return tried

    def classic(self, cells: Mapping[str, str], files: Mapping[str, bytes] = {}) -> Tried:
        """Hand in the classic assignment with hostile cells and files."""
        hostile = {name: loud(source) for name, source in cells.items()}
        tried = self.hand_in_files({"ps1.ipynb": as_text(filled(self.classic_blank, hostile)).encode(), **files})
        if cells and RAN not in tried.outputs and not tried.told:
            raise NotTried(f"the cells did not run: {tried.state}")
        return tried

    def path(self, submission: Submission) -> Path:
        """Return a submission's file in the inbox."""
        return self.workspace.inbox(submission.class_id, submission.learner) / f"{submission.receipt}.json"

    def grade(self, submission: Submission) -> Tried:
        """Have a submission graded."""
        summary = self.grade_path(self.path(submission))
        attempts = self.database.attempts(learner=submission.learner, class_id=CLASS)
        mine = [attempt for attempt in attempts if attempt.receipt == submission.receipt]
        told = summary.reasons.get(submission.receipt, "") or "".join(attempt.message for attempt in mine)
        questions = {q["id"]: q["points"] for attempt in mine for q in attempt.questions}
        points = sum(attempt.points for attempt in mine)
        return Tried(self, submission, summary.states[submission.receipt], told, points, questions)

    def grade_path(self, path: Path) -> Summary:
        """Have a file of the inbox graded, whatever it is."""
        return self.grading.grade([path])

    # --- what is looked at afterwards -------------------------------------------------------------------------------

    def points_of(self, learner: str, assignment: str = "level4") -> float | None:
        """Return a learner's points in nbgrader's gradebook, ``None`` when they are not in it."""
        with Gradebook(course_directory(self.workspace, CLASS).db_url) as gradebook:
            found = [one for one in gradebook.assignment_submissions(assignment) if one.student_id == learner]
            return found[0].score if found else None

    def aftermath(self) -> str:
        """Tell what an attack left behind; also whether the next honest submission is still graded in full."""
        found = [self.ground.left_alive(), self.ground.written_outside()]
        if self.points_of(OTHER) != self.others_points:
            found.append(f"another learner has {self.points_of(OTHER)} points now")
        if self.ground.listener.heard:
            found.append(f"sent out {self.ground.listener.heard[0][:60]!r}")
            self.ground.listener.heard.clear()
        good = self.hand_in(filled(self.blank, HONEST), HONEST_ANSWERS)
        if good.points != 8:
            found.append(f"the next honest submission is {good.state} with {good.points:g} of 8 points: {good.told}")
        return "; ".join(one for one in found if one)

    def honest_classic(self) -> Tried:
        """Hand in the classic assignment as it should be."""
        return self.hand_in_files({"ps1.ipynb": as_text(filled(self.classic_blank, HONEST_CLASSIC)).encode()})
