"""What a learner's code can see and reach: nothing but its own folder, the libraries and ``course``."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

import grader

ROOT = Path(grader.__file__).parents[1]


def test_nothing_of_the_grader_but_what_runs_inside(value) -> None:
    found = value(f"""
import os
from pathlib import Path
sorted(str(p.relative_to('{ROOT}')) for p in Path('{ROOT}').iterdir() if p.name != '.venv')
""")
    assert found == "['course', 'grader']"
    below = value(f"""
from pathlib import Path
sorted(str(p.relative_to('{ROOT}')) for p in Path('{ROOT}/grader').rglob('*') if 'inside' not in p.parts)
""")
    assert below == "['grader/sandbox']"


@pytest.mark.parametrize("path", ["/etc/shadow", "/etc/ssh", "/root/.ssh", "/var", "/home/hoc/../../work/main/level1"])
def test_no_keys_and_no_sources(value, path: str) -> None:
    assert value(f"import os\nos.path.exists({path!r})") == "False"


def test_key_modules_cannot_be_imported(run) -> None:
    outcome = run("import grader.judge", "import hub_config", "import grader.sandbox.jobs")
    for cell in ("c0", "c1", "c2"):
        assert outcome.outputs[cell][0]["ename"] == "ModuleNotFoundError"


def test_the_state_folder_is_not_there(value, tmp_path: Path) -> None:
    (tmp_path / "gradebook.db").write_text("secret")
    assert value(f"import os\nos.path.exists({str(tmp_path)!r})") == "False"


def test_the_environment_of_the_grader_is_not_seen(monkeypatch) -> None:
    from grader.sandbox.sandbox import Sandbox
    from tests.grader.sandbox.conftest import job

    monkeypatch.setenv("BDHAI_SECRET_TOKEN", "xyz")
    with Sandbox() as sandbox:
        outcome = sandbox.run(job("import os\nsorted(os.environ)", "open('/proc/self/environ').read()"))
        assert (
            outcome.state == "finished" and "SECRET" not in str(outcome.outputs) and "xyz" not in str(outcome.outputs)
        )
        assert "PYTHONPATH" not in outcome.outputs["c0"][0]["data"]["text/plain"]
    given = {"NBGRADER_EXECUTION": "autograde"}
    with Sandbox("none") as sandbox:
        outcome = sandbox.run(
            job("import os\nos.environ['NBGRADER_EXECUTION'], 'BDHAI_SECRET_TOKEN' in os.environ", environment=given)
        )
    assert outcome.outputs["c0"][0]["data"]["text/plain"] == "('autograde', False)"


def test_no_network(run) -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        outcome = run(
            f"import socket\nsocket.create_connection(('127.0.0.1', {port}), timeout=3)",
            "socket.create_connection(('192.0.2.1', 80), timeout=3)",
            "import os\nos.listdir('/sys/class/net') if os.path.exists('/sys/class/net') else socket.if_nameindex()",
        )
    assert outcome.outputs["c0"][0]["output_type"] == "error"
    assert outcome.outputs["c1"][0]["output_type"] == "error"
    assert "eth" not in str(outcome.outputs["c2"])


PLACES = (
    "/",
    "/tmp",
    "/dev",
    "/dev/shm",
    "/run",
    "/home/hoc",
    "/home",
    "/box",
    "/usr/bin",
    "/etc",
    str(ROOT / "course"),
)


def test_one_job_leaves_nothing_for_the_next(run) -> None:
    first = run(
        f"""
import os, pathlib
left = []
for place in {PLACES}:
    try:
        (pathlib.Path(place) / 'left-behind').write_text('x')
        left.append(place)
    except OSError:
        pass
left
""",
        "import builtins\nbuiltins.left_behind = 1\nimport pandas\npandas.left_behind = 1",
    )
    assert first.outputs["c0"][0]["data"]["text/plain"] == "['/tmp', '/dev/shm', '/home/hoc']"
    second = run(
        f"import os\n[place for place in {PLACES} if os.path.exists(place + '/left-behind')]",
        "import builtins, pandas\nhasattr(builtins, 'left_behind'), hasattr(pandas, 'left_behind')",
    )
    assert second.outputs["c0"][0]["data"]["text/plain"] == "[]"
    assert second.outputs["c1"][0]["data"]["text/plain"] == "(False, False)"


def test_files_of_the_job_lie_in_its_folder(run) -> None:
    outcome = run("open('data/04/bang.csv').read()", files={"data/04/bang.csv": b"a,b\n1,2\n"})
    assert outcome.outputs["c0"][0]["data"]["text/plain"] == "'a,b\\n1,2\\n'"


@pytest.mark.parametrize("name", ["../ra-ngoai.txt", "/tmp/ra-ngoai.txt", "a/../../b"])
def test_a_file_name_cannot_lead_out(sandbox, name: str) -> None:
    from tests.grader.sandbox.conftest import job

    outcome = sandbox.run(job("1", files={name: b"x"}))
    assert outcome.state == "died" and not outcome.outputs


def test_processes_end_with_the_job(run, sandbox) -> None:
    mark = f"bdhai-{os.getpid()}-mark"
    outcome = run(f"""
import subprocess, os, time
subprocess.Popen(['setsid', 'nohup', 'bash', '-c', 'exec -a {mark} sleep 300'], start_new_session=True)
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        os.execvp('bash', ['bash', '-c', 'exec -a {mark} sleep 300'])
    os._exit(0)
time.sleep(0.3)
sum(b'{mark}' in open(f'/proc/{{p}}/cmdline', 'rb').read() for p in os.listdir('/proc') if p.isdigit())
""")
    assert outcome.outputs["c0"][-1]["data"]["text/plain"] == "2"
    assert not [p for p in Path("/proc").glob("[0-9]*/cmdline") if mark.encode() in _read(p)]


def test_only_its_own_processes_are_seen(value) -> None:
    assert value("import os\n[p for p in os.listdir('/proc') if p.isdigit()] == [str(os.getpid())] == ['1']") == "True"
    assert value("import os\nsorted(n for n in os.listdir('/proc') if not n.isdigit())") == "['self', 'thread-self']"


def test_the_warm_process_is_out_of_reach(run, sandbox) -> None:
    before = sandbox._worker.process_id
    outcome = run("""
import os, signal
for target in (0, -1, os.getppid(), -os.getpgrp()):
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(target, number)
        except OSError:
            pass
os.getppid()
""")
    assert outcome.state == "finished"
    assert outcome.outputs["c0"][0]["data"]["text/plain"] == "0"
    assert run("1").state == "finished"
    assert sandbox._worker.process_id == before


def test_no_descriptors_but_its_own(value) -> None:
    found = value("""
import os, stat
open_ones = []
for number in range(1 << 12):
    try:
        open_ones.append((number, stat.S_IFMT(os.fstat(number).st_mode)))
    except OSError:
        pass
open_ones
""")
    import stat

    # /dev/null, two files in memory, the pipe for results: no socket, nothing else.
    assert found == str([(0, stat.S_IFCHR), (1, stat.S_IFREG), (2, stat.S_IFREG), (3, stat.S_IFIFO)])


def test_no_privileges(run) -> None:
    outcome = run(
        "print([line.split()[1] for line in open('/proc/self/status') if line.startswith(('Cap', 'NoNewPrivs'))])",
        """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
[libc.unshare(flag) for flag in (0x10000000, 0x20000000, 0x20000, 0x40000000)]
""",
        "libc.mount(b'tmpfs', b'/usr', b'tmpfs', 0, None), libc.umount2(b'/tmp', 2), libc.umount2(b'/proc', 2)",
        "!cat /etc/shadow; su -c id; unshare -r id",
        "libc.mount(b'none', b'/', None, 32 | 4096, None)",
    )
    zero = "0" * 16
    assert outcome.outputs["c0"][0]["text"].strip() == str([zero, zero, zero, zero, zero, "1"])
    assert outcome.outputs["c1"][0]["data"]["text/plain"] == "[-1, -1, -1, -1]"
    assert outcome.outputs["c2"][0]["data"]["text/plain"] == "(-1, -1, -1)"
    assert "uid=0" not in outcome.outputs["c3"][0]["text"]
    assert outcome.outputs["c4"][0]["data"]["text/plain"] == "-1"


def test_jobs_do_not_share_random_numbers(value) -> None:
    source = "import random\nimport numpy\nrandom.random(), numpy.random.rand()"
    assert value(source) != value(source)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""
