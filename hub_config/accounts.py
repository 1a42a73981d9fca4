"""Accounts: names and argon2 password hashes in ``accounts.json``, and the demo's passwords.

``python -m hub_config.accounts NAME`` asks for a new password; it replaces a demo password for good.
``python -m hub_config.accounts --remove NAME`` removes an account; nobody else can get its name afterwards.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import secrets
import sys
import tempfile
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hub_config.settings import Settings, SettingsError, load_settings

# OWASP's first choice for argon2id (19 MiB, 2 passes, 1 lane): a whole class logs in at once on a small machine.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# No letter or digit that looks like another: passwords are read from a screen and typed on a phone.
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"
MIN_PASSWORD = 8
"""Fewest characters of a password that a person chooses."""

DEMO_ACCOUNTS = {"hocvien": "Học viên mẫu", "giangvien": "Giảng viên mẫu"}
"""The accounts of the demo class, with the name to show."""


class NameWasUsed(SettingsError):
    """Somebody else had this name; the message is Vietnamese, for the operator."""


class Accounts:
    """The accounts of one hub, read from its file at each call so that a change counts at once.

    Parameters
    ----------
    settings : Settings
        Names the two files.
    """

    def __init__(self, settings: Settings):
        self._file = settings.accounts_file
        self._passwords_file = settings.demo_passwords_file
        # Verified for names that do not exist, so that both answers take the same time.
        self._nobody = _HASHER.hash(secrets.token_urlsafe())

    def read(self) -> dict[str, dict[str, Any]]:
        """Return name → ``{"display_name", "hash", "demo"}``.

        Raises
        ------
        SettingsError
            If the file is damaged.
        """
        try:
            accounts = json.loads(self._file.read_text(encoding="utf-8"))["accounts"]
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError) as error:
            raise SettingsError(f"Tệp tài khoản {self._file} bị hỏng. Hãy khôi phục từ bản sao lưu.") from error
        return accounts

    def verify(self, name: str, password: str) -> bool:
        """Tell whether ``password`` is that of ``name``; an unknown name takes as long as a known one."""
        account = self.read().get(name)
        try:
            _HASHER.verify(account["hash"] if account else self._nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return account is not None

    def set_password(
        self, name: str, password: str, display_name: str = "", demo: bool = False, *, same_person: bool = False
    ) -> None:
        """Write a new password for ``name``, making the account when there is none.

        Parameters
        ----------
        same_person
            The account was removed and is made again for the person who had it.

        Raises
        ------
        NameWasUsed
            When somebody had this name before. Answers, results, receipts and the home folder go by the name: whoever
            got it next would find, and be taken to have done, another person's work.
        """
        accounts = self.read()
        used = self.names_ever_used()
        if name not in accounts and name in used and not same_person:
            raise NameWasUsed(
                f"Tên {name} đã có người dùng trước đây, bài cũ vẫn còn dưới tên đó. Hãy đặt tên khác cho người mới."
            )
        shown = display_name or accounts.get(name, {}).get("display_name") or name
        accounts[name] = {"display_name": shown, "hash": _HASHER.hash(password), "demo": demo}
        self._write(accounts, used | accounts.keys())
        if not demo:
            self._forget_demo_password(name)

    def remove(self, name: str) -> None:
        """Remove an account; its name stays known, so that nobody else gets it."""
        accounts = self.read()
        used = self.names_ever_used() | accounts.keys()
        accounts.pop(name, None)
        self._write(accounts, used)

    def names_ever_used(self) -> set[str]:
        """Return every name that an account had, also those whose account was taken out of the file by hand."""
        try:
            return set(json.loads(self._file.read_text(encoding="utf-8")).get("names_ever_used", ()))
        except (FileNotFoundError, ValueError, AttributeError):
            return set()

    def ensure_demo(self) -> dict[str, str]:
        """Make the demo accounts that are missing; one that was removed stays removed.

        Returns
        -------
        dict
            Name → password of the accounts that were made now; empty at every later start.
        """
        accounts, used = self.read(), self.names_ever_used()
        known = accounts.keys() | used
        if known != used:  # accounts that were written by hand, or by an earlier version
            self._write(accounts, known)
        made = {name: new_password() for name in DEMO_ACCOUNTS if name not in known}
        if made:
            # The clear passwords go to the disk first: a crash in between must not leave an account nobody can open.
            kept = {**self.demo_passwords(), **made}
            _write_private(self._passwords_file, "".join(f"{name} {password}\n" for name, password in kept.items()))
            for name, password in made.items():
                self.set_password(name, password, DEMO_ACCOUNTS[name], demo=True)
        return made

    def _write(self, accounts: dict[str, dict[str, Any]], used: set[str]) -> None:
        kept = {"schema": 1, "accounts": accounts, "names_ever_used": sorted(used)}
        _write_private(self._file, json.dumps(kept, ensure_ascii=False, indent=1) + "\n")

    def demo_passwords(self) -> dict[str, str]:
        """Return name → password as kept in ``demo-passwords.txt``."""
        try:
            lines = self._passwords_file.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return {}
        return dict(line.split(maxsplit=1) for line in lines if len(line.split()) == 2)

    def with_demo_password(self) -> list[str]:
        """Return the names that still have the password made at first start."""
        return [name for name, account in self.read().items() if account.get("demo")]

    def _forget_demo_password(self, name: str) -> None:
        left = {other: password for other, password in self.demo_passwords().items() if other != name}
        if left:
            _write_private(self._passwords_file, "".join(f"{other} {password}\n" for other, password in left.items()))
        else:
            self._passwords_file.unlink(missing_ok=True)


def new_password() -> str:
    """Return a random password such as ``kq7m-x3pd-9hte`` (about 59 bits)."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(3))


def _write_private(file: Path, text: str) -> None:
    """Replace ``file`` in one step by one that only its owner can read."""
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # mkstemp makes the file with mode 0600, so the text is never readable to others, not even for a moment.
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        Path(name).replace(file)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
        raise


def main(arguments: list[str]) -> int:
    """Ask for a password and keep it, or remove an account: see the module's own text."""
    removing = arguments[:1] == ["--remove"]
    if removing:
        arguments = arguments[1:]
    if len(arguments) != 1:
        print("Cách dùng: make password USER=hocvien")
        return 2
    name = arguments[0]
    try:
        accounts = Accounts(load_settings())
        known = accounts.read()
    except SettingsError as error:
        print(error)
        return 1
    if name not in known:
        print(f"Chưa có tài khoản {name}. Các tài khoản đang có: {', '.join(known) or 'chưa có'}.")
        return 1
    if removing:
        accounts.remove(name)
        print(f"Đã xoá tài khoản {name}. Bài và điểm vẫn còn; tên này không cấp cho người khác nữa.")
        return 0
    password = getpass.getpass(f"Mật khẩu mới cho {name}: ")
    if len(password) < MIN_PASSWORD:
        print(f"Mật khẩu cần ít nhất {MIN_PASSWORD} ký tự.")
        return 1
    if password != getpass.getpass("Gõ lại một lần nữa: "):
        print("Hai lần gõ không giống nhau. Mật khẩu chưa đổi.")
        return 1
    accounts.set_password(name, password)
    print(f"Đã đổi mật khẩu của {name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
