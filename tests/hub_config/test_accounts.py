"""Are passwords made once, kept for the owner only, and never in clear beside the hashes?"""

import json

import pytest

from hub_config.accounts import Accounts, new_password
from hub_config.settings import SettingsError


def test_demo_passwords_are_made_once_and_work(settings):
    made = Accounts(settings).ensure_demo()
    assert set(made) == {"hocvien", "giangvien"}
    again = Accounts(settings)
    assert again.ensure_demo() == {}
    assert again.demo_passwords() == made
    assert all(again.verify(name, password) for name, password in made.items())


def test_files_are_the_owners_and_hold_no_clear_password(settings):
    made = Accounts(settings).ensure_demo()
    for file in (settings.accounts_file, settings.demo_passwords_file):
        assert file.stat().st_mode & 0o777 == 0o600
    text = settings.accounts_file.read_text(encoding="utf-8")
    assert "$argon2id$" in text
    assert not [password for password in made.values() if password in text]


@pytest.mark.parametrize(("name", "password"), [("hocvien", ""), ("hocvien", "sai"), ("nobody", "sai"), ("", "")])
def test_wrong_is_wrong(settings, name, password):
    accounts = Accounts(settings)
    accounts.ensure_demo()
    assert not accounts.verify(name, password)


def test_own_password_ends_the_demo_password(settings):
    accounts = Accounts(settings)
    made = accounts.ensure_demo()
    accounts.set_password("hocvien", "mật khẩu của tôi")
    assert accounts.with_demo_password() == ["giangvien"]
    assert accounts.demo_passwords() == {"giangvien": made["giangvien"]}
    assert not accounts.verify("hocvien", made["hocvien"])
    assert accounts.verify("hocvien", "mật khẩu của tôi")
    accounts.set_password("giangvien", "một mật khẩu khác")
    assert not settings.demo_passwords_file.exists()


def test_a_damaged_file_is_not_taken_for_an_empty_one(settings):
    settings.state.mkdir()
    settings.accounts_file.write_text("{", encoding="utf-8")
    with pytest.raises(SettingsError, match="hỏng"):
        Accounts(settings).ensure_demo()
    assert settings.accounts_file.read_text(encoding="utf-8") == "{"


def test_display_names_are_kept_for_the_services(settings):
    Accounts(settings).ensure_demo()
    accounts = json.loads(settings.accounts_file.read_text(encoding="utf-8"))["accounts"]
    assert accounts["hocvien"]["display_name"] == "Học viên mẫu"


def test_passwords_differ():
    assert len({new_password() for _ in range(50)}) == 50
