"""When the hub must not start, and whether learners' servers run in a sandbox."""

from __future__ import annotations

from urllib.parse import urlsplit

from hub_config.accounts import Accounts
from hub_config.assistant_settings import KeyRefused, read_key
from hub_config.sandbox import missing_sandbox
from hub_config.settings import Settings, is_loopback, port_is_free


def runs_sandboxed(settings: Settings) -> bool:
    """Tell whether learners' servers run in bubblewrap."""
    return settings.sandbox != "off" and not missing_sandbox()


def refusals(settings: Settings) -> list[str]:
    """Return why the hub must not start with these settings: Vietnamese lines with what to do; empty if it may."""
    reasons = []
    missing = missing_sandbox()
    if settings.sandbox == "required" and missing:
        reasons.append(f"Cài đặt đòi vùng cách ly cho người học, nhưng {missing}.")
    if not settings.on_loopback:
        if settings.sandbox == "off" or missing:
            why = missing or "cài đặt sandbox đang là “off”"
            reasons.append(
                f"Không mở ra ngoài máy này ({settings.bind}) khi người học chưa được cách ly với nhau: {why}."
            )
        names = Accounts(settings).with_demo_password()
        if names:
            todo = ", ".join(f"make password USER={name}" for name in names)
            reasons.append(
                f"Không mở ra ngoài máy này ({settings.bind}) khi còn mật khẩu mẫu. Hãy đổi mật khẩu trước: {todo}."
            )
    try:
        read_key(settings.assistant, settings.state)
    except KeyRefused as refused:
        reasons.append(str(refused))
    if not port_is_free(settings.port, settings.bind):
        reasons.append(
            f"Cổng {settings.port} đang có chương trình khác dùng. "
            f"Hãy chọn cổng khác, ví dụ: BDHAI_PORT={settings.port + 1 if settings.port < 65535 else 8000} make hub"
        )
    return reasons


def warnings(settings: Settings) -> list[str]:
    """Return what the operator should know though the hub starts, one Vietnamese line each."""
    said = []
    if settings.sandbox != "required" and not runs_sandboxed(settings):
        why = missing_sandbox() or "cài đặt sandbox đang là “off”"
        said.append(f"Lưu ý: JupyterLab của người học chạy không có vùng cách ly, {why}. Chỉ dùng để thử một mình.")
    if not settings.on_loopback:
        said.append("Lưu ý: mật khẩu đi qua mạng không mã hoá. Hãy đặt một máy chủ HTTPS ở phía trước.")
    provider = settings.assistant.base_url or ""
    if urlsplit(provider).scheme == "http" and not is_loopback(urlsplit(provider).hostname or ""):
        said.append(f"Lưu ý: câu hỏi của người học đi tới {provider} không mã hoá. Hãy dùng địa chỉ https.")
    return said
