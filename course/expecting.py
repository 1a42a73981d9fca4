"""The calls of a lesson's test cells: ``lesson.saved`` and ``lesson.expect``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from course import grades, grades_data
from course.answer_store import AnswerStore, StoreError
from course.answers import AnswerRecord, Value, is_blank
from course.grades import Grade, Share
from course.question import Question
from course.references import Reference, References
from course.texts import Texts, by_audience

Slips = Sequence[tuple[Reference, str]]
"""Values that come of a known mistake, and what to say of it."""


class Expecting:
    """What a lesson compares answers with. It holds no key: that stands in the hidden part of a test cell."""

    _questions: dict[str, Question]
    _record: AnswerRecord
    _store: AnswerStore
    _references: References
    _silent = False

    @property
    def _texts(self) -> Texts:
        raise NotImplementedError

    def _data_path(self, name: str | None, audience: str) -> str:
        raise NotImplementedError

    def saved(self, id: str) -> None:
        """Make sure that an answer is kept, before the cell that grades it.

        Raises
        ------
        StoreError
            When it could not be kept.
        """
        if id not in self._questions:
            raise StoreError(f"Chưa chạy ô hỏi câu {id}. Hãy chạy lại bài từ đầu (Run › Run All Cells).")
        if id in self._record.answers:
            self._record, _ = self._store.save({id: self._record.answers[id]})

    def expect(
        self,
        id: str,
        *,
        points: float,
        choice: Any = None,
        choices: Any = None,
        marks: Any = None,
        order: Any = None,
        parts: Any = None,
        fixes: Any = None,
        number: Reference | None = None,
        table: Reference | None = None,
        chart: Reference | None = None,
        text: Reference | None = None,
        slips: Slips = (),
        because: Any = "",
        wrong: Any = None,
        hint: Any = "",
        **how: Any,
    ) -> Grade:
        """Grade a question. Stands only in the hidden part of a test cell (keywords: ``docs/architecture.md``).

        Parameters
        ----------
        number, table, chart, text
            A reference: a function of the lesson's table (and of others, named by further arguments).
        slips
            Pairs of a reference and a reason, which is shown when the answer equals what that reference gives.
        how
            Of ``number``: ``tolerance``; of ``table``: ``in_order``, ``names``; of ``chart``: ``types``
            (see ``course.grades_data``).

        Returns
        -------
        Grade
            Shown as the bare number of points; its reasons are printed.
        """
        answer = self._record.answers.get(id)
        if answer is None or is_blank(answer.value):
            return self._tell(grades.unanswered(id, points))
        mine = lambda value: by_audience(value, answer.audience)  # noqa: E731
        value = answer.value
        references = {"number": number, "table": table, "chart": chart, "text": text}
        wanted = [(wants, reference) for wants, reference in references.items() if reference is not None]
        if wanted:
            [(wants, reference)] = wanted
            share = self._share(id, value, wants, reference, mine(slips), answer.audience, how)
            if wants == "chart":  # of wrong figures a lesson's own hint says more
                usual = grades_data.CHART_REASONS
                wrong = {part: usual[part] for part in usual if not (part == "values" and hint)} | (mine(wrong) or {})
        elif how:
            raise TypeError(f"expect({id!r}) does not know {', '.join(how)}")
        elif choice is not None:
            share = grades.grade_choice(value, mine(choice))
        elif choices is not None:
            share = grades.grade_choices(value, mine(choices))
        elif marks is not None:
            share = grades.grade_marks(value, mine(marks))
        elif order is not None:
            share = grades.grade_order(value, mine(order))
        elif parts is not None:
            share = grades.grade_parts(value, mine(parts))
        elif fixes is not None:
            question = self._questions.get(id)
            recorded = question.arguments(self._texts, answer.audience).get("recorded") if question else None
            share = grades.grade_fixes(value, mine(fixes), recorded)
        else:
            raise TypeError(f"expect({id!r}) names nothing to compare with")
        return self._tell(
            grades.make_grade(id, points, share, because=mine(because), wrong=mine(wrong), hint=mine(hint))
        )

    def _share(
        self,
        id: str,
        value: Value,
        wants: str,
        reference: Reference,
        slips: Slips,
        audience: str,
        how: dict[str, Any],
    ) -> Share:
        """Compare what code handed over with the reference, and look for a known slip where it falls short."""

        def given_by(one: Reference, place: int) -> list[Value]:
            return self._references.value(f"{id}/{place}", wants, one, lambda name: self._data_path(name, audience))

        if value.kind != wants:  # only a record that nobody made with lesson.answer has it
            return Share(0, [], [])
        target = given_by(reference, 0)
        share = (
            grades_data.grade_text(value, target, **how)  # type: ignore[arg-type]
            if wants == "text"
            else _GRADERS[wants](value, target[0], **how)
        )
        if share.share >= 1:
            return share
        for place, (slip, reason) in enumerate(slips, start=1):
            if any(grades_data.same(value, one) for one in given_by(slip, place)):
                return Share(share.share, [], [reason])
        return share

    def _tell(self, grade: Grade) -> Grade:
        if not self._silent:
            for reason in grade.reasons:
                print(reason)
        return grade


_GRADERS: dict[str, Any] = {
    "number": grades_data.grade_number,
    "table": grades_data.grade_table,
    "chart": grades_data.grade_chart,
}
