"""``python -m hub_config.start``: prepares the state, starts the hub, says how to get in, ends everything on Ctrl-C."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import IO

import psutil

from hub_config.accounts import Accounts
from hub_config.assistant_settings import hand_over_key, take_back_key
from hub_config.classes import ClassRoom, ensure_demo_class, hub_groups, load_classes
from hub_config.hub_database import forget_left_members
from hub_config.jupyter_setup import write_jupyter_config
from hub_config.managed_services import bound_to_parent
from hub_config.nbgrader_setup import prepare_class
from hub_config.proxy import proxy_is_installed
from hub_config.refusals import refusals, warnings
from hub_config.release import release_is_due, run_release
from hub_config.settings import REPO, Settings, SettingsError, load_settings, port_is_free

_UP_WITHIN = 400
_DOWN_WITHIN = 60
_READY = "Đã sẵn sàng."


class Refused(Exception):
    """The hub cannot start; the message says why and what to do, in Vietnamese."""


def prepare(settings: Settings) -> tuple[list[ClassRoom], dict[str, str]]:
    """Make folders, demo accounts, the demo class and every class's nbgrader course; keeps what is there.

    Returns
    -------
    (list of ClassRoom, dict)
        The classes, and the passwords of accounts that were made now.
    """
    for folder in (settings.state, settings.hub_dir, settings.state / "homes", settings.state / "exchange"):
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # Also when the folder was there before with wider rights: it holds answers, secrets and homes.
    settings.state.chmod(0o700)
    made = Accounts(settings).ensure_demo()
    ensure_demo_class(settings.classes_file)
    rooms = load_classes(settings.classes_file)
    for room in rooms:
        prepare_class(settings, room)
    write_jupyter_config(settings)
    forget_left_members(settings.hub_dir / "jupyterhub.sqlite", hub_groups(rooms))
    return rooms, made


def run(settings: Settings) -> int:
    """Start the hub and stay until it ends or Ctrl-C; returns the exit code."""
    os.umask(0o077)
    # nbgrader runs "alembic" by its bare name; without an activated environment it would not be found.
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', os.defpath)}"
    settings.hub_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not proxy_is_installed():
        raise Refused("Còn thiếu configurable-http-proxy. Hãy chạy: make hub")
    with (settings.hub_dir / "lock").open("a", encoding="utf-8") as lock:
        _take(lock, settings)
        _forget_stale_proxy(settings.hub_dir / "proxy.pid")
        _wait_for_earlier(settings)
        rooms, made = prepare(settings)
        reasons = refusals(settings)
        if reasons:
            raise Refused("\n".join(reasons))
        for line in warnings(settings):
            _say(line)
        _release(settings, [room.name for room in rooms])
        hand_over_key(settings.state)
        try:
            return _run_hub(settings, made)
        finally:
            take_back_key(settings.state)


def _run_hub(settings: Settings, made: dict[str, str]) -> int:
    _say("Đang khởi động…")
    stopping = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: stopping.set())
    log_file = settings.hub_dir / "hub.log"
    command = [sys.executable, "-m", "jupyterhub", "-f", str(Path(__file__).with_name("jupyterhub_config.py"))]
    with log_file.open("a", encoding="utf-8") as log:
        # A session of its own: Ctrl-C reaches only this process, which then ends the hub in good order.
        hub = subprocess.Popen(
            bound_to_parent(command),
            cwd=REPO,
            env=os.environ | {"BDHAI_STATE": str(settings.state)},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    try:
        if not _wait_until_up(settings, hub, stopping):
            if stopping.is_set():
                return 0
            raise Refused(f"Chưa khởi động được. Chi tiết ở cuối tệp {log_file}")
        _say_welcome(settings, made)
        while hub.poll() is None and not stopping.wait(0.5):
            pass
        if not stopping.is_set():
            raise Refused(f"Hệ thống vừa dừng ngoài ý muốn. Chi tiết ở cuối tệp {log_file}. Chạy lại: make hub")
        return 0
    finally:
        _end(hub)
        _say("Đã dừng. Bài làm vẫn còn nguyên. Chạy lại: make hub")


def _end(hub: subprocess.Popen[bytes]) -> None:
    """End the hub, and whatever of it is still there after its own clean-up."""
    if hub.poll() is None:
        _say("Đang dừng và cất mọi thứ…")
    try:
        children = psutil.Process(hub.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        children = []
    if hub.poll() is None:
        hub.terminate()
        try:
            hub.wait(_DOWN_WITHIN)
        except subprocess.TimeoutExpired:
            hub.kill()
            hub.wait()
    _, alive = psutil.wait_procs(children, timeout=5)
    for process in alive:
        process.kill()


def _wait_until_up(settings: Settings, hub: subprocess.Popen[bytes], stopping: threading.Event) -> bool:
    """Wait until the log-in page answers and the services do too; False when the hub ended or Ctrl-C was pressed."""
    deadline = time.monotonic() + _UP_WITHIN
    while time.monotonic() < deadline and not stopping.is_set():
        if hub.poll() is not None:
            return False
        # JupyterHub adds its own route and those of services last, so these answer when all is up.
        if all(
            _answers(f"{settings.local_url}{page}")
            for page in ("hub/login", "services/learn/", "services/assistant/v1/models")
        ):
            return True
        stopping.wait(1)
    return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_arguments, **_named):
        return None


def _answers(url: str) -> bool:
    """Tell whether a page is there; being sent to the log-in counts."""
    # No proxy of the operator's environment: this is a call to this machine.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
    try:
        opener.open(url, timeout=5).close()
    except urllib.error.HTTPError as error:
        return error.code in (301, 302, 303, 307, 401, 403)
    except OSError:
        return False
    return True


def _say_welcome(settings: Settings, made: dict[str, str]) -> None:
    lines = ["", _READY, f"  Mở trình duyệt ở:  {settings.local_url}", ""]
    if made:
        lines += ["  Tài khoản dùng thử (mật khẩu vừa tạo, chỉ hiện lần này):"]
        names = {"hocvien": "học viên", "giangvien": "giảng viên"}
        lines += [f"    {name:<10} {password}   ({names.get(name, name)})" for name, password in made.items()]
    names_left = ", ".join(Accounts(settings).demo_passwords())
    if names_left:
        lines.append(f"  Mật khẩu của {names_left} được giữ ở {settings.demo_passwords_file}")
    _say("\n".join([*lines, "", "  Dừng: bấm Ctrl-C.", ""]))


def _release(settings: Settings, class_names: list[str]) -> None:
    if settings.release == "never" or not release_is_due(settings, class_names):
        return
    _say("Đang soạn bài học cho người học (lần đầu mất khoảng một phút)…")
    done, log = run_release(settings)
    if not done:
        if not (settings.state / "release" / "manifest.json").exists():
            raise Refused(f"Chưa soạn được bài học. Chi tiết ở {log}")
        _say(f"Lưu ý: bài học mới chưa soạn được, vẫn dùng bản trước. Chi tiết ở {log}")


def _take(lock: IO[str], settings: Settings) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise Refused(f"Hệ thống đang chạy rồi trên thư mục {settings.state}. Hãy dừng bản kia trước.") from error


def _wait_for_earlier(settings: Settings) -> None:
    """Give the parts of a hub that was just killed a moment to leave the port."""
    deadline = time.monotonic() + 3
    while not port_is_free(settings.port, settings.bind) and time.monotonic() < deadline:
        time.sleep(0.2)


def _forget_stale_proxy(pid_file: Path) -> None:
    """End a proxy that outlived its hub, and remove its file.

    JupyterHub would signal whatever process has that number now, after a restart of the machine a stranger's.
    """
    try:
        process = psutil.Process(int(pid_file.read_text(encoding="utf-8")))
        if any("configurable-http-proxy" in word for word in process.cmdline()):
            process.kill()
            process.wait(5)
    except (FileNotFoundError, ValueError, psutil.Error):
        pass
    pid_file.unlink(missing_ok=True)


def _say(text: str) -> None:
    print(text, flush=True)


def main() -> int:
    """Run, and put every refusal as lines without a traceback."""
    try:
        return run(load_settings())
    except (Refused, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
