"""Damage by what is handed in: links, names, broken files, forged folders."""

from __future__ import annotations

import io
import os
import time
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from course.answers import now
from grader.bench.attacks.attack import Attack, NotTried, gains
from grader.bench.attacks.notebooks import HONEST_CLASSIC, as_text, filled, loud
from grader.bench.attacks.ours import CLASS, CLASSIC, OTHER, Ours
from grader.bench.attacks.stock import Stock
from grader.inbox import accept, accept_assignment, new_receipt
from grader.intake import QUIET_SECONDS, Intake
from grader.workspace import UnsafeName

_BOMB_BYTES = 60_000_000


def _zip_bomb() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("ps1.ipynb", b"0" * _BOMB_BYTES)
    return content.getvalue()


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def _honest_files(ours: Ours) -> dict[str, bytes]:
    return {"ps1.ipynb": as_text(filled(ours.classic_blank, HONEST_CLASSIC)).encode()}


def inbound(ours: Ours, learner: str, name: str, lay_out: Callable[[Path], None]) -> Path:
    """Lay a folder into a learner's inbound folder, as the learner's own server could."""
    folder = ours.workspace.exchange(CLASS) / "inbound-by-learner" / learner / name
    folder.mkdir(parents=True)
    lay_out(folder)
    (folder / "submission_secret.txt").write_text("x", "utf-8")
    return folder


def take_in(ours: Ours) -> dict[str, list[str]]:
    """Have inbound folders taken in and graded; return the states of submissions by learner."""
    time.sleep(QUIET_SECONDS + 0.1)
    for submission in Intake(ours.workspace, ours.database).look():
        ours.grade(submission)
    states: dict[str, list[str]] = {}
    for row in ours.database.submissions(class_id=CLASS):
        states.setdefault(row.learner, []).append(row.state)
    return states


def _unpacked(ours: Ours) -> str:
    before = _size(ours.workspace.state)
    ours.hand_in_files({**_honest_files(ours), "anh.zip": _zip_bomb()})
    only_zip = ours.hand_in_files({"ps1.zip": _zip_bomb()})
    grown = _size(ours.workspace.state) - before
    return gains(
        f"the installation grew by {grown:,} bytes" if grown > 5_000_000 else "",
        "a zip alone was graded" if only_zip.state != "refused" else "",
    )


def _unpacked_stock(stock: Stock) -> str:
    from nbgrader.plugins.zipcollect import ExtractorPlugin

    archives, extracted = stock.root / "downloaded", stock.root / "extracted"
    archives.mkdir()
    extracted.mkdir()
    (archives / "hv.zip").write_bytes(_zip_bomb())
    ExtractorPlugin().extract(str(archives), str(extracted))
    size = _size(extracted)
    return f"{len(_zip_bomb()):,} bytes became {size:,}" if size >= _BOMB_BYTES else ""


_READ_LINK = "import pathlib\nfor p in sorted(pathlib.Path('.').rglob('*.txt')): print(p.read_text())"


def _links(ours: Ours) -> str:
    secret = ours.ground.root / "trainer-only.txt"
    secret.write_text(ours.ground.secret("OTHER"), "utf-8")
    learner = ours.new_learner()

    def lay_out(folder: Path) -> None:
        notebook = filled(ours.classic_blank, {"tong": loud(_READ_LINK)})
        (folder / "ps1.ipynb").write_text(as_text(notebook), "utf-8")
        (folder / "data.txt").symlink_to(secret)
        (folder / "all").symlink_to(ours.workspace.state / "inbox", target_is_directory=True)

    inbound(ours, learner, f"{learner}+{CLASSIC}+2026-11-24 03:00:00 UTC+x", lay_out)
    states = take_in(ours)
    if learner not in states:
        raise NotTried("the folder was not looked at")
    seen = [p.read_text("utf-8", "replace") for p in ours.directory.glob(f"*/{learner}/**/*") if p.is_file()]
    # The same with a folder that lies in submitted/ already, as from nbgrader's own collect.
    from grader.classic.grade import Outcome, prepare

    folder = ours.directory / "submitted" / "cu" / CLASSIC
    folder.mkdir(parents=True, exist_ok=True)
    lay_out(folder) if not (folder / "ps1.ipynb").exists() else None
    outcome = prepare(ours.config, "cu", CLASSIC, ours.ground.root / "build")
    laid = not isinstance(outcome, Outcome) or outcome.state != "refused"
    return gains(ours.ground.stolen("".join(seen), "OTHER"), "a link in submitted/ is followed" if laid else "")


def _links_stock(stock: Stock) -> str:
    secret = stock.ground.root / "trainer-only.txt"
    secret.write_text(stock.ground.secret("OTHER"), "utf-8")
    learner = stock.lay_in(CLASSIC, filled(stock.blank[CLASSIC], {"tong": loud(_READ_LINK)}))
    (stock.root / "submitted" / learner / CLASSIC / "data.txt").symlink_to(secret)
    return stock.ground.stolen(stock.autograde(CLASSIC, learner).feedback, "OTHER")


def _climbs(ours: Ours) -> str:
    names = [
        "../../escaped.txt",
        "a/../../escaped.txt",
        "/tmp/escaped.txt",
        "..",
        "a/./b.txt",
        "",
        "a//b",
        "C:\\x",
        "\\..\\x",
    ]
    taken = []
    for name in names:
        if ours.hand_in_files({**_honest_files(ours), name: b"x"}).state != "refused":
            taken.append(name)
    escaped = [path for path in ours.ground.root.rglob("escaped.txt")]
    return gains(f"taken: {taken}" if taken else "", f"written: {escaped}" if escaped else "")


def _strange_names(ours: Ours) -> str:
    found = []
    for name in ("a\x1b[2Jb.txt", "a\nb.txt", "\u202egnp.exe", "a\x00b", "a\u2028b", "\x7f", "\ud800.txt"):
        try:
            if ours.hand_in_files({**_honest_files(ours), name: b"x"}).state != "refused":
                found.append(f"file {name!r} taken")
        except (UnicodeEncodeError, UnsafeName):
            continue  # not even accepted
    for learner in ("a\nb", "../lan", "lan/", "LAN", "\u202enal", "a\x00", ".lan", "-rf", "a" * 200):
        try:
            accept(ours.workspace, CLASS, learner, ours.record({}))
            found.append(f"learner {learner!r} taken")
        except UnsafeName:
            continue
    learner = ours.new_learner()
    inbound(ours, learner, f"{learner}+ps1\x1b[2J+x", lambda folder: None)
    take_in(ours)
    rows = ours.database.submissions(learner=learner)
    if not rows or rows[0].state != "refused":
        found.append("a folder with control characters in its name is not refused")
    found += [f"shown: {row.lesson!r}" for row in rows if not row.lesson.isprintable()]
    return "; ".join(found)


def _in_anothers_name(ours: Ours) -> str:
    attacker = ours.new_learner()
    before = len(ours.database.submissions(learner=OTHER))

    def lay_out(folder: Path) -> None:
        (folder / "ps1.ipynb").write_bytes(_honest_files(ours)["ps1.ipynb"])

    inbound(ours, attacker, f"{OTHER}+{CLASSIC}+2026-11-24 03:00:00 UTC+forged", lay_out)
    take_in(ours)
    mine = [row.state for row in ours.database.submissions(learner=attacker)]
    if not mine:
        raise NotTried("the folder was not looked at")
    # And in the inbox itself, for whoever could write there: a file of one's own, moved into another's folder.
    own = accept(ours.workspace, CLASS, attacker, ours.record({}))
    receipt = new_receipt()
    forged = ours.workspace.inbox(CLASS, OTHER) / f"{receipt}.json"
    forged.write_text(ours.path(own).read_text("utf-8").replace(own.receipt, receipt), "utf-8")
    state = ours.grade_path(forged).states[receipt]
    forged.unlink()
    now_there = len([row for row in ours.database.submissions(learner=OTHER) if row.state != "refused"])
    return gains(
        f"another learner has {now_there - before} more submissions" if now_there > before else "",
        f"its state is {mine}" if mine != ["refused"] else "",
        f"a moved file is {state}" if state != "refused" else "",
    )


def _in_anothers_name_stock(stock: Stock) -> str:
    exchange = stock.ground.root / "stock-exchange"
    folder = exchange / "thu" / "inbound" / f"mai+{CLASSIC}+2026-11-24 03:00:00 UTC"
    folder.mkdir(parents=True)
    (folder / "ps1.ipynb").write_text(as_text(stock.blank[CLASSIC]), "utf-8")
    (folder / "timestamp.txt").write_text("2026-11-24 03:00:00 UTC", "utf-8")
    for path in (exchange, exchange / "thu", folder.parent):
        path.chmod(0o777)
    done = stock.command("collect", CLASSIC, f"--Exchange.root={exchange}", timeout=60)
    taken = (stock.root / "submitted" / "mai" / CLASSIC / "ps1.ipynb").exists()
    if not taken and (done is None or "mai" not in done.stdout):
        raise NotTried(done.stdout if done else "no answer")
    return "handed in for somebody else (nbgrader only warns)" if taken else ""


_OLD = "2020-01-01 00:00:00 UTC"


def _old_date(ours: Ours) -> str:
    learner = ours.new_learner()

    def lay_out(folder: Path) -> None:
        (folder / "ps1.ipynb").write_bytes(_honest_files(ours)["ps1.ipynb"])
        (folder / "timestamp.txt").write_text(_OLD, "utf-8")
        os.utime(folder / "timestamp.txt", (1.5e9, 1.5e9))
        os.utime(folder, (1.5e9, 1.5e9))

    folder = inbound(ours, learner, f"{learner}+{CLASSIC}+{_OLD}+x", lay_out)
    os.utime(folder, (1.5e9, 1.5e9))
    states = take_in(ours)
    if states.get(learner) != ["graded"]:
        told = [row.message for row in ours.database.submissions(learner=learner)]
        raise NotTried(f"it is {states.get(learner)}: {told}")
    [row] = ours.database.submissions(learner=learner)
    direct = accept_assignment(
        ours.workspace, CLASS, ours.new_learner(), CLASSIC, {**_honest_files(ours), "timestamp.txt": _OLD.encode()}
    )
    ours.grade(direct)
    return gains(_is_old("the submission", row.at), _is_old("the gradebook", _in_gradebook(ours, direct.learner)))


def _is_old(what: str, at: datetime | None) -> str:
    return f"{what} says {at}" if at is None or at.year < now().year else ""


def _in_gradebook(ours: Ours, learner: str) -> datetime | None:
    from nbgrader.api import Gradebook

    from grader.class_directory import course_directory

    with Gradebook(course_directory(ours.workspace, CLASS).db_url) as gradebook:
        return gradebook.find_submission(CLASSIC, learner).timestamp


def _old_date_stock(stock: Stock) -> str:
    from nbgrader.api import Gradebook

    tried = stock.classic(HONEST_CLASSIC, {"timestamp.txt": _OLD.encode()})
    with Gradebook(f"sqlite:///{stock.root / 'gradebook.db'}", "thu") as gradebook:
        at = gradebook.find_submission(CLASSIC, tried.learner).timestamp
    return f"the gradebook says {at}" if at and at.year == 2020 else ""


CASES = [
    Attack("zip-bomb", "damage", "zip bombs", "hands in 60 kB that unpack to 60 MB", _unpacked, _unpacked_stock),
    Attack(
        "symbolic-links",
        "damage",
        "symbolic links and ../ in a submission",
        "hands in a link to a trainer's file and reads it when graded",
        _links,
        _links_stock,
    ),
    Attack(
        "climbing-paths",
        "damage",
        "symbolic links and ../ in a submission",
        "names files ../../x, /tmp/x and the like",
        _climbs,
    ),
    Attack(
        "strange-names",
        "damage",
        "names with control characters",
        "names files, folders and itself with control characters",
        _strange_names,
    ),
    Attack(
        "anothers-name",
        "damage",
        "a hand-made inbox folder in another learner's name or with an old date",
        "makes a folder in another learner's name",
        _in_anothers_name,
        _in_anothers_name_stock,
    ),
    Attack(
        "old-date",
        "damage",
        "a hand-made inbox folder in another learner's name or with an old date",
        "says that it was handed in six years ago",
        _old_date,
        _old_date_stock,
    ),
]
