"""nbgrader's ``collect``, taught that each learner has an inbound folder of his or her own."""

from __future__ import annotations

import glob
from pathlib import Path

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default.collect import ExchangeCollect


class CollectByLearner(ExchangeCollect):
    """Collects from ``inbound-by-learner/<user>/``, where only that learner's server can write.

    The folder says who handed in; a name inside it that claims somebody else is passed over and logged. So nobody can
    hand in for another, which stock nbgrader only warns about.
    """

    def init_src(self) -> None:
        """Find the newest submission of each learner."""
        if not self.coursedir.course_id:
            self.fail("No course id specified. Re-run with --course flag.")
        self.course_path = str(Path(self.root) / self.coursedir.course_id)
        by_learner = Path(self.course_path) / "inbound-by-learner"
        # Stock copy_files joins this with each record's file name.
        self.inbound_path = str(by_learner)
        if not by_learner.is_dir():
            self.fail(f"Course not found: {by_learner}")
        student = self.coursedir.student_id or "*"
        pattern = f"*+{glob.escape(self.coursedir.assignment_id)}+*"
        newest: dict[str, list[dict]] = {}
        for path in sorted(by_learner.glob(f"{student}/{pattern}")):
            learner = path.parent.name
            record = self._path_to_record(str(path))
            if record["username"] != learner or path.is_symlink():
                self.log.warning("%s claims to be of %s; passed over", path, record["username"])
                continue
            record["filename"] = f"{learner}/{path.name}"
            newest.setdefault(learner, []).append(record)
        due = self._due_date()
        self.src_records = []
        for records in newest.values():
            ordered = self._sort_by_timestamp(records)
            in_time = [record for record in ordered if due and record["timestamp"] <= due]
            self.src_records.append(in_time[0] if self.before_duedate and in_time else ordered[0])

    def _due_date(self):
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                self.duedate = gradebook.find_assignment(self.coursedir.assignment_id).duedate
            except MissingEntry:
                self.duedate = None
        return self.duedate
