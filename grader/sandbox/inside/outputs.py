"""What a cell shows, kept as the nbformat 4 outputs that a kernel and its client would have left in the notebook."""

from __future__ import annotations

import io
import os
from collections.abc import Callable
from typing import Any

from jupyter_client.session import Session

_SHOWN = ("stream", "display_data", "execute_result", "error")


class Outputs:
    """The outputs of the running cell, in order.

    Parameters
    ----------
    limit
        Characters of all cells' outputs together.
    on_full
        Called when there are more; does not return.
    files
        By stream name, the descriptor of a file that subprocesses write to.
    """

    def __init__(self, limit: int, on_full: Callable[[], None], files: dict[str, int]) -> None:
        self.left = limit
        self.on_full = on_full
        self.items: list[dict[str, Any]] = []
        self._pieces: dict[str, list[str]] = {"stdout": [], "stderr": []}
        self._files = dict.fromkeys(files, 0)
        self._descriptors = files
        self._displayed: dict[str, list[dict[str, Any]]] = {}
        self._clear_before_next = False

    def start_cell(self) -> None:
        """Begin with nothing."""
        self.items = []
        self._clear_before_next = False

    def finish_cell(self) -> list[dict[str, Any]]:
        """Return the outputs of the cell that just ended."""
        self.flush()
        return self.items

    def take_files(self) -> None:
        """Take in what subprocesses wrote to the file behind stdout or stderr."""
        for name, descriptor in self._descriptors.items():
            try:
                size = os.fstat(descriptor).st_size
                while (done := self._files[name]) < size:
                    if size - done > self.left:
                        self.on_full()
                    data = os.pread(descriptor, min(size - done, 1 << 20), done)
                    if not data:
                        break
                    self._files[name] += len(data)
                    self.write(name, data.decode("utf-8", "replace"))
            except OSError:
                continue  # the learner's code closed it or put something else there

    def write(self, stream: str, text: str) -> None:
        """Add to ``stdout`` or ``stderr``: each has a buffer until something else is shown, as in a kernel."""
        self._use(len(text))
        self._pieces[stream].append(text)

    def flush(self, *streams: str) -> None:
        """Make outputs of what was written so far."""
        self.take_files()
        for name in streams or ("stdout", "stderr"):
            text = "".join(self._pieces[name])
            if not text:
                continue
            self._pieces[name] = []
            self._start_output()
            last = self.items[-1] if self.items else {}
            if last.get("output_type") == "stream" and last["name"] == name:
                last["text"] += text
            else:
                self.items.append({"output_type": "stream", "name": name, "text": text})

    def add(self, output: dict[str, Any], display_id: str | None = None) -> None:
        """Add an output that is no stream."""
        self._use(_size(output))
        self.flush()
        self._start_output()
        self.items.append(output)
        if display_id:
            self._displayed.setdefault(display_id, []).append(output)

    def update(self, display_id: str, data: Any, metadata: Any) -> None:
        """Replace what was displayed under an id."""
        self._use(_size({"data": data}))
        for output in self._displayed.get(display_id, ()):
            output.update(data=data, metadata=metadata)

    def clear(self, wait: bool) -> None:
        """Forget the cell's outputs, now or when the next one comes."""
        self.flush()
        if wait:
            self._clear_before_next = True
        else:
            self.items.clear()

    def _start_output(self) -> None:
        if self._clear_before_next:
            self.items.clear()
            self._clear_before_next = False

    def _use(self, characters: int) -> None:
        self.left -= characters
        if self.left < 0:
            self.on_full()


def _size(output: dict[str, Any]) -> int:
    texts = [*output.get("data", {}).values(), *output.get("traceback", ()), output.get("evalue", "")]
    return 100 + sum(len(text) if isinstance(text, str | bytes) else 100 for text in texts)


class Stream(io.TextIOBase):
    """``sys.stdout`` or ``sys.stderr`` of a cell, with the manners of a kernel's."""

    encoding = "UTF-8"
    errors = "replace"

    def __init__(self, outputs: Outputs, name: str, descriptor: int) -> None:
        self._outputs = outputs
        self.name = name
        self._descriptor = descriptor

    def write(self, text: str) -> int:
        """Add text to the cell's outputs."""
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        self._outputs.write(self.name, text)
        return len(text)

    def writable(self) -> bool:
        """It is."""
        return True

    def isatty(self) -> bool:
        """It is not a terminal."""
        return False

    def flush(self) -> None:
        """Put what was written, also by subprocesses, before what comes next."""
        self._outputs.flush(self.name)

    def close(self) -> None:
        """Stay open: a cell that closes it must not silence the next."""

    def fileno(self) -> int:
        """The descriptor that subprocesses inherit."""
        return self._descriptor


class CapturedSession(Session):
    """Stands where a kernel's messages leave for the client, and keeps them as outputs instead."""

    outputs: Any = None

    def send(self, stream: Any, msg_or_type: Any, content: Any = None, *args: Any, **kwargs: Any) -> Any:
        """Take a message as nbclient would."""
        kind = msg_or_type if isinstance(msg_or_type, str) else msg_or_type["header"]["msg_type"]
        content = content if isinstance(msg_or_type, str) else msg_or_type["content"]
        display_id = (content.get("transient") or {}).get("display_id")
        if kind == "update_display_data":
            self.outputs.update(display_id, content["data"], content["metadata"])
        elif kind == "clear_output":
            self.outputs.clear(bool(content.get("wait")))
        elif kind in _SHOWN:
            shown = {name: value for name, value in content.items() if name != "transient"}
            if display_id and kind != "error":
                self.outputs.update(display_id, content["data"], content["metadata"])
            self.outputs.add({"output_type": kind, **shown}, display_id)
        return None
