"""Where attacks are tried: a temporary installation with secrets in it, a listener that hears what gets out, and a
place outside that nothing may be written to."""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LESSONS = Path(__file__).with_name("lesson")
_TEXT_FILES = {".ipynb", ".csv"}


@dataclass
class Ground:
    """A folder of its own for one grader to be attacked in, with words that nobody but a thief can come by.

    Attributes
    ----------
    mark
        Stands in the command line of every process that an attack leaves behind, and in every secret.
    outside
        A folder that belongs to nobody's submission.
    """

    root: Path
    mark: str = field(default_factory=lambda: secrets.token_hex(8))

    def __post_init__(self) -> None:
        self.outside = self.root / "outside"
        self.outside.mkdir(parents=True)
        self.lessons = self.root / "lessons"
        shutil.copytree(LESSONS, self.lessons)
        for path in self.lessons.rglob("*"):
            if path.suffix in _TEXT_FILES:
                text = path.read_text("utf-8")
                for name in ("KEY", "DATA"):
                    text = text.replace(f"BIMAT-{name}", self.secret(name))
                path.write_text(text, "utf-8")
        self.environment_variable = "BDHAI_SECRET_TOKEN"
        os.environ[self.environment_variable] = self.secret("TOKEN")
        self.listener = Listener()

    def close(self) -> None:
        """End what was started and take the secrets back."""
        os.environ.pop(self.environment_variable, None)
        self.listener.close()
        for process in self.processes():
            process.kill()

    def secret(self, name: str) -> str:
        """Return a secret: KEY in hidden tests, DATA in hidden data, OTHER in another learner's work, TOKEN."""
        return f"BIMAT-{name}-{self.mark}"

    def stolen(self, text: str, *names: str) -> str:
        """Name the secrets that stand in a text."""
        return ", ".join(f"{name} seen" for name in names if self.secret(name) in text)

    def processes(self) -> list[psutil.Process]:
        """Return the processes that attacks started and that are alive."""
        found = []
        for process in psutil.process_iter():
            try:
                if self.mark in " ".join(process.cmdline()) and process.pid != os.getpid():
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def left_alive(self) -> str:
        """Tell how many of them outlive their grading, by two seconds; they are ended here."""
        deadline = time.monotonic() + 2
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        for process in left:
            process.kill()
        return f"{len(left)} processes outlive it" if left else ""

    def written_outside(self) -> str:
        """Tell what was written to the folder outside, and clear it."""
        size = 0
        names = []
        for path in self.outside.iterdir():
            size += path.stat().st_size
            names.append(path.name)
            path.unlink()
        return f"wrote {size:,} bytes outside ({', '.join(sorted(names))})" if names else ""

    def sleeper(self, seconds: int = 25) -> str:
        """Return Python source of the argument list of a process that sleeps and can be found again."""
        return repr([sys.executable, "-c", f"import time; time.sleep({seconds})", self.mark])


class Listener:
    """Hears what comes to a TCP port, a UDP port and an abstract Unix socket of this machine."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._stopping = False
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.abstract = f"bdhai-{secrets.token_hex(8)}"
        self.unix = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.unix.bind(f"\0{self.abstract}")
        for one in (self.tcp, self.udp, self.unix):
            one.settimeout(0.1)
            threading.Thread(target=self._listen, args=[one], daemon=True).start()

    @property
    def ports(self) -> tuple[int, int]:
        """The TCP and the UDP port."""
        return self.tcp.getsockname()[1], self.udp.getsockname()[1]

    def _listen(self, listening: socket.socket) -> None:
        while not self._stopping:
            try:
                if listening is self.tcp:
                    with listening.accept()[0] as caller:
                        caller.settimeout(1)
                        self.heard.append(caller.recv(4096) or b"connected")
                else:
                    self.heard.append(listening.recv(4096))
            except TimeoutError:
                continue
            except OSError:
                return

    def close(self) -> None:
        """Stop listening."""
        self._stopping = True
        for one in (self.tcp, self.udp, self.unix):
            one.close()


def runs_in_a_browser(pages: dict[str, str], sign: str = "hacked") -> str:
    """Open pages in Chromium and tell in which of them a script of a learner ran.

    Parameters
    ----------
    pages
        HTML by name.
    sign
        The global variable that the hostile script sets.

    Raises
    ------
    BenchError
        When there is no Chromium.
    """
    from grader.bench.network import running_chromium

    ran = []
    with running_chromium() as browser:
        for name, html in pages.items():
            page = browser.new_page()
            page.route("**/*", lambda route: route.abort())
            page.set_content(html, wait_until="domcontentloaded")
            page.wait_for_timeout(150)  # for onerror of an image that is not there
            if page.evaluate(f"() => window.{sign} !== undefined"):
                ran.append(name)
            page.close()
    return f"script ran in {', '.join(ran)}" if ran else ""
