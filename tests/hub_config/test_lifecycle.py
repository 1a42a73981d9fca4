"""Does everything end that was started, after Ctrl-C and after a crash, and is all data there at the next start?"""

import socket
import subprocess
import sys

import psutil
import pytest

from hub_config.settings import REPO, Settings
from hub_config.start import prepare
from tests.support.hub import RunningHub


def test_a_crash_and_a_second_start(tmp_path):
    hub = RunningHub(tmp_path / "state", release="never").start()
    try:
        passwords = hub.passwords()
        assert all(password in hub.said() for password in passwords.values())
        assert (hub.state / "demo-passwords.txt").stat().st_mode & 0o777 == 0o600
        token = hub.token("hocvien")
        hub.start_server("hocvien", token)
        hub.execute("hocvien", token, "open('bai-lam.txt', 'w').write('còn đây')")
        before = hub.processes()
        assert any("jupyterhub-singleuser" in " ".join(process.cmdline()) for process in before)
        hub.kill()
        _, left = psutil.wait_procs(before, timeout=30)
        assert left == []

        hub.start()
        assert hub.passwords() == passwords
        # Passwords are shown once; later starts say where they are kept.
        assert not [password for password in passwords.values() if password in hub.said()]
        assert str(hub.state / "demo-passwords.txt") in hub.said()
        assert hub.log_in("hocvien").last.url.path.startswith("/services/learn")
        assert (hub.state / "homes" / "hocvien" / "bai-lam.txt").read_text(encoding="utf-8") == "còn đây"
        before = hub.processes()
        assert hub.stop() == 0
        _, left = psutil.wait_procs(before, timeout=30)
        assert left == []
        assert "Traceback" not in hub.said()
    finally:
        hub.stop()


def _start(state, **variables):
    hub = RunningHub(state, release="never")
    environment = hub.environment() | variables
    return subprocess.run(
        [sys.executable, "-m", "hub_config.start"],
        cwd=REPO,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_a_taken_port_is_said_in_one_line(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        run = _start(tmp_path / "state", BDHAI_PORT=str(port))
    assert run.returncode == 1
    assert run.stderr.strip().splitlines() == [
        f"Cổng {port} đang có chương trình khác dùng. Hãy chọn cổng khác, ví dụ: BDHAI_PORT={port + 1} make hub"
    ]


def test_beyond_loopback_it_refuses_and_says_what_to_do(tmp_path):
    run = _start(tmp_path / "state", BDHAI_BIND="0.0.0.0")
    assert run.returncode == 1
    assert "mật khẩu mẫu" in run.stderr and "make password USER=hocvien" in run.stderr


def test_two_hubs_on_one_folder_are_refused(own_hub):
    run = _start(own_hub.state)
    assert run.returncode == 1 and "đang chạy rồi" in run.stderr


@pytest.mark.parametrize("times", [1, 2])
def test_preparing_again_changes_nothing(tmp_path, times):
    settings = Settings(state=tmp_path / "state")
    _, made = prepare(settings)
    assert made
    kept = {path: path.read_bytes() for path in settings.state.rglob("*") if path.is_file()}
    for _ in range(times):
        assert prepare(settings)[1] == {}
    assert {path: path.read_bytes() for path in settings.state.rglob("*") if path.is_file()} == kept
