"""A notebook while it is run: where its outputs go, the lesson it belongs to, its random numbers."""

from __future__ import annotations

import contextlib
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from IPython.core import async_helpers

from grader.sandbox.inside.job_parts import Cell, Shared
from grader.sandbox.inside.outputs import Outputs
from grader.sandbox.inside.results_pipe import Results
from grader.sandbox.inside.shell import CellShell, connect, run_cell, use_charts


class Notebook:
    """Runs cells, and sends what they show and the answers they hand over to ``results``.

    It can be begun in one process and gone on with in others that are forked from there.
    """

    def __init__(self, shell: CellShell, limits: Mapping[str, Any]) -> None:
        self.results = Results()
        self._shell = shell
        self._limits = limits
        self._opened = contextlib.ExitStack()
        self.shared: Shared
        self._outputs: Outputs
        self._chosen: dict[str, Any] = {}
        """States of random generators that the shared cells have set."""

    def begin(self, shared: Shared, folder: Path, streams: Mapping[str, int]) -> None:
        """Open the notebook in its folder, with the descriptors of the files behind its streams."""
        self.shared = shared
        self._connect(streams)
        _new_chance({})
        use_charts(self._shell, shared.draw)
        if shared.lesson is not None:
            self._opened.enter_context(_lesson(shared.lesson, folder, self.results))

    def run_shared(self) -> None:
        """Run the cells that many jobs have in common."""
        before = _chance()
        self.run(self.shared.cells)
        # Who chose a seed wants these numbers in every job; otherwise each gets its own.
        self._chosen = {name: state for name, state in _chance().items() if not _same(state, before.get(name))}

    def take_over(self, streams: Mapping[str, int]) -> None:
        """Go on in a process forked from the one that began."""
        self._connect(streams)
        _new_chance(self._chosen)

    def run(self, cells: Sequence[Cell]) -> list[BaseException]:
        """Run cells in order; return the errors that ended some of them."""
        errors = []
        for cell in cells:
            items, error = run_cell(self._shell, self._outputs, cell.source, self._limits["cell_s"])
            self.results.send({"cell": cell.id, "outputs": items})
            if error is not None:
                errors.append(error)
        return errors

    def _connect(self, streams: Mapping[str, int]) -> None:
        files = dict(streams)
        self._outputs = Outputs(int(self._limits["output_kb"]) << 10, lambda: self.results.end("output"), files)
        connect(self._shell, self._outputs, files)
        async_helpers._asyncio_event_loop = None  # its descriptors belong to the process that this one came from


def _chance() -> dict[str, Any]:
    """Return the states of the random generators."""
    states: dict[str, Any] = {"random": random.getstate()}
    if "numpy" in sys.modules:
        states["numpy"] = sys.modules["numpy"].random.get_state()
    return states


def _same(state: Any, other: Any) -> bool:
    return repr(state) == repr(other) and all(
        getattr(part, "tobytes", lambda: b"")() == getattr(its, "tobytes", lambda: b"")()
        for part, its in zip(state, other, strict=True)
    )


def _new_chance(chosen: Mapping[str, Any]) -> None:
    """Let each process have random numbers of its own, but where a state was chosen. Python's renews itself."""
    if "random" in chosen:
        random.setstate(chosen["random"])
    if "numpy" in sys.modules and "numpy" not in chosen:
        sys.modules["numpy"].random.seed()


@contextlib.contextmanager
def _lesson(lesson: Mapping[str, str], folder: Path, results: Results) -> Iterator[None]:
    """Prepare the lesson for its cells, and hand over each answer the moment it is kept."""
    from course.answer_store import MemoryStore
    from course.lesson import preparing

    save = MemoryStore.save

    def save_and_hand_over(store: Any, answers: Any) -> Any:
        kept = save(store, answers)
        if store.record.lesson == lesson["key"]:
            handed = {id: answer.value.model_dump(mode="json") for id, answer in answers.items()}
            results.send({"answers": handed})
        return kept

    MemoryStore.save = save_and_hand_over  # type: ignore[method-assign,assignment]
    with preparing(lesson["audience"], folder, headless=True):
        yield
