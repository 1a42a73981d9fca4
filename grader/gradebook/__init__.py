"""The gradebook: judged submissions into nbgrader's own records, many at a time."""

from grader.gradebook.recorder import ClassRecorder, OutOfStep

__all__ = ["ClassRecorder", "OutOfStep"]
