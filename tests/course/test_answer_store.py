"""Are answers kept at once, whole, and through a lost network?"""

import json
import resource
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from course.answer_store import FileStore, StoreError
from course.answers import Answer, AnswerRecord, TextValue
from course.service_store import ServiceStore

START = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
LESSON = "level1/03"


def answers(text, seconds=0, id="q1"):
    at = START + timedelta(seconds=seconds)
    return {id: Answer(value=TextValue(kind="text", text=text), audience="can-bo", at=at)}


@pytest.fixture
def file(tmp_path):
    return FileStore(tmp_path / "03.answers.json", LESSON)


def test_an_answer_is_on_disk_when_save_returns(file):
    file.save(answers("một"))
    assert FileStore(file.path, LESSON).load().answers["q1"].value.text == "một"
    assert [path.name for path in file.path.parent.iterdir() if not path.name.startswith(".")] == [file.path.name]


def test_two_notebooks_on_one_file_lose_nothing(file):
    def write(number):
        FileStore(file.path, LESSON).save(answers(f"{number}", number, f"q{number}"))

    threads = [threading.Thread(target=write, args=(number,)) for number in range(1, 20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    record = file.load()
    assert len(record.answers) == 19
    assert record.version == 19


def test_a_broken_file_is_told_and_left_as_it_is(file):
    file.path.write_text("{nửa", "utf-8")
    with pytest.raises(StoreError, match="giữ nguyên"):
        file.save(answers("một"))
    assert file.path.read_text("utf-8") == "{nửa"


def test_a_file_of_another_lesson_is_refused(file):
    file.save(answers("một"))
    with pytest.raises(StoreError, match="bài khác"):
        FileStore(file.path, "level1/01").load()


def test_a_too_long_answer_is_told_and_the_old_one_stays(file):
    file.save(answers("một"))
    with pytest.raises(StoreError, match="dài"):
        file.save(answers("a" * 30_000, 5))
    assert file.load().answers["q1"].value.text == "một"


def test_a_full_disk_leaves_the_old_record_whole(file):
    """A real write error: the process may write no file over 1,000 bytes."""
    file.save(answers("một"))
    code = f"""
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
from pathlib import Path
from tests.course.test_answer_store import FileStore, StoreError, answers, LESSON
try:
    FileStore(Path({str(file.path)!r}), LESSON).save(answers("b" * 5000, 5))
except StoreError as error:
    print(error)
"""
    limit = lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))  # noqa: E731
    done = subprocess.run(
        [sys.executable, "-B", "-c", code], capture_output=True, text=True, preexec_fn=limit, cwd=Path.cwd()
    )
    assert "hết chỗ" in done.stdout, done.stderr
    assert file.load().answers["q1"].value.text == "một"
    assert not list(file.path.parent.glob(".03.answers.json.?*[!k]"))


class Service(BaseHTTPRequestHandler):
    """The answers call of the learn service, with a record in memory."""

    record = AnswerRecord(lesson=LESSON)
    refuse: dict | None = None

    def do_GET(self):
        self._answer(200, type(self).record)

    def do_PUT(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        if self.refuse:
            self.send_response(507)
            self.end_headers()
            self.wfile.write(json.dumps({"error": self.refuse}).encode())
            return
        given = {id: Answer.model_validate(one) for id, one in body["answers"].items()}
        type(self).record = type(self).record.merged(given)
        self._answer(200, type(self).record)

    def _answer(self, status, record):
        self.send_response(status)
        self.end_headers()
        self.wfile.write(json.dumps(json.loads(record.to_json()) | {"now": START.isoformat()}).encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def service():
    Service.record, Service.refuse = AnswerRecord(lesson=LESSON), None
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_answers_reach_the_service_and_the_file(file, service):
    store = ServiceStore(httpx.Client(base_url=service), file)
    _, state = store.save(answers("một"))
    assert state == "saved"
    assert Service.record.answers["q1"].value.text == "một"
    assert file.load().answers["q1"].value.text == "một"


def test_a_lesson_opens_with_what_the_phone_answered(file, service):
    Service.record = Service.record.merged(answers("từ điện thoại", 3))
    file.save(answers("ở đây", 1, "q2"))
    record = ServiceStore(httpx.Client(base_url=service), file).load()
    assert record.answers["q1"].value.text == "từ điện thoại"
    assert Service.record.answers["q2"].value.text == "ở đây"


def test_without_network_the_answer_waits_in_the_file_and_is_delivered_later(file, service):
    delivered = threading.Event()
    gone = httpx.Client(base_url="http://127.0.0.1:9/", timeout=0.5)
    store = ServiceStore(gone, file, delivered.set)
    _, state = store.save(answers("một"))
    assert state == "waiting"
    assert file.load().answers["q1"].value.text == "một"
    store.client = httpx.Client(base_url=service)
    assert delivered.wait(15)
    assert Service.record.answers["q1"].value.text == "một"


def test_a_refusal_shows_the_services_own_words(file, service):
    Service.refuse = {"code": "storage_full", "message": "Máy chủ hết chỗ."}
    with pytest.raises(StoreError, match=r"Máy chủ hết chỗ\."):
        ServiceStore(httpx.Client(base_url=service), file).save(answers("một"))
    assert file.load().answers["q1"].value.text == "một"
