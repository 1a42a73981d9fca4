"""What code has produced, kept by what went in: code that is not changed is not run again when a key is corrected."""

from __future__ import annotations

import hashlib
from pathlib import Path

import orjson

from grader.files import replace_whole
from grader.inbox import Submission
from grader.sandbox.jobs import Run


class ProducedStore:
    """Finished runs as JSON files below one folder, named by the hash of submission, lesson and environment."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def get(self, submission: Submission, digest: str) -> Run | None:
        """Return what the sandbox gave for this submission, or ``None`` when it has to run."""
        try:
            data = orjson.loads(self._path(submission, digest).read_bytes())
            return Run("finished", data["outputs"], data["answers"], data["seconds"], data["documents"])
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def put(self, submission: Submission, digest: str, run: Run) -> None:
        """Keep a run that went to its end; one that was stopped may do better next time."""
        if run.state != "finished":
            return
        path = self._path(submission, digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        kept = {
            "outputs": run.outputs,
            "answers": run.answers,
            "seconds": run.seconds,
            "documents": run.documents,
        }
        replace_whole(path, orjson.dumps(kept))

    def _path(self, submission: Submission, digest: str) -> Path:
        name = hashlib.sha256(f"{submission.sha256}\0{digest}".encode()).hexdigest()
        return self.folder / name[:2] / f"{name}.json"
