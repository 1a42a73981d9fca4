"""The calls of a lesson's test cells: ``lesson.saved`` and ``lesson.expect``."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from course import grades, grades_data, grades_file, grades_work
from course.answer_store import AnswerStore, StoreError
from course.answers import AnswerRecord, FileValue, Value, is_blank
from course.grades import Grade, Share
from course.grades_file import FileChecks
from course.pools import Pool
from course.question import Question
from course.references import Reference, References
from course.texts import Texts, by_audience

if TYPE_CHECKING:
    from course.documents import Opened

Slips = Sequence[tuple[Reference, str]]
"""Values that come of a known mistake, and what to say of it."""


class Expecting:
    """What a lesson compares answers with. It holds no key: that stands in the hidden part of a test cell."""

    _questions: dict[str, Question]
    _record: AnswerRecord
    _store: AnswerStore
    _references: References
    _files: dict[str, FileValue]
    _documents: Mapping[str, Opened]
    _opens_files: bool
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
        file: FileChecks | None = None,
        work: Any = None,
        slips: Slips = (),
        because: Any = "",
        wrong: Any = None,
        hint: Any = "",
        pool: Pool = (),
        **how: Any,
    ) -> Grade:
        """Grade a question. Stands only in the hidden part of a test cell (keywords: ``docs/architecture.md``).

        Parameters
        ----------
        number, table, chart, text
            A reference: a function of the lesson's table (and of others, named by further arguments).
        file
            Checks of a file's content, each a function of the document (``course.documents``) and of the lesson's
            tables: ``{"Tên bảng": lambda document, bang: …}`` with the reasons in ``wrong``, or one function that gives
            ``(part, holds, reason)`` for each part. By audience, as other keys.
        work
            By part, its signs in the request of a piece of the learner's own work (``course.grades_work``).
        slips
            Pairs of a reference and a reason, which is shown when the answer equals what that reference gives.
        pool
            The keys of items 2, 3… of a question that has a pool: for each what it is compared with, and its reasons
            where they are others than those of item 1.
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
        if answer.item > 1:
            if answer.item > len(pool) + 1:  # the lesson had more items when it was answered, or somebody made it up
                return self._tell(Grade(id, 0, points, [grades.ITEM_IS_GONE]))
            key = pool[answer.item - 2]
            if unknown := set(key) - {*_POOLED_KEYS, "because", "wrong", "hint"}:
                raise TypeError(f"expect({id!r}, pool=…) does not know {', '.join(sorted(unknown))}")
            choice, choices, marks, order, parts, fixes = map(key.get, _POOLED_KEYS)
            because, wrong, hint = key.get("because", because), key.get("wrong", wrong), key.get("hint", hint)
        mine = lambda value: by_audience(value, answer.audience)  # noqa: E731
        value = answer.value
        references = {"number": number, "table": table, "chart": chart, "text": text, "file": mine(file)}
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
        elif work is not None:
            share = grades_work.grade_work(value, mine(work))
            reasons = grades_work.REASONS | (mine(wrong) or {})
            grade = grades.make_grade(id, points, share, because=mine(because), wrong=reasons, hint=mine(hint))
            return self._tell(replace(grade, reasons=[*grade.reasons, grades_work.UNGRADED]))
        elif fixes is not None:
            question = self._questions.get(id)
            recorded = None
            if question and answer.item <= question.items:
                recorded = question.arguments(self._texts, answer.audience, answer.item).get("recorded")
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
        reference: Reference | FileChecks,
        slips: Slips,
        audience: str,
        how: dict[str, Any],
    ) -> Share:
        """Compare what code handed over with the reference, and look for a known slip where it falls short."""

        def path(name: str | None) -> str:
            return self._data_path(name, audience)

        def given_by(one: Reference, place: int) -> list[Value]:
            return self._references.value(f"{id}/{place}", wants, one, path)

        if value.kind != wants:  # only a record that nobody made with lesson.answer has it
            return Share(0, [], [])
        if isinstance(value, FileValue):
            document = self._document(id, value)
            return grades_file.grade_file(
                document, reference, lambda check: self._references.call(check, path, document), **how
            )
        assert callable(reference) or not isinstance(reference, Mapping)
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

    def _document(self, id: str, value: FileValue) -> Opened:
        """Return what is in a file: as the sandbox read it, or read here where the code that made it ran here too."""
        from course.documents import Unreadable, open_file

        if id in self._documents:
            return self._documents[id]
        own = self._files.get(id)
        if not self._opens_files or own is None or own.without_content() != value.without_content():
            return Unreadable(name=value.name, reason=f"Tệp {value.name} chưa mở được. Hãy chạy lại ô tạo và nộp tệp.")
        return open_file(own.name, base64.b64decode(own.content))

    def _tell(self, grade: Grade) -> Grade:
        if not self._silent:
            for reason in grade.reasons:
                print(reason)
        return grade


_POOLED_KEYS = ("choice", "choices", "marks", "order", "parts", "fixes")
"""What an item of a pool can be compared with."""

_GRADERS: dict[str, Any] = {
    "number": grades_data.grade_number,
    "table": grades_data.grade_table,
    "chart": grades_data.grade_chart,
}
