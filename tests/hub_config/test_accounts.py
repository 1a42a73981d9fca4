"""Are passwords made once, kept for the owner only, and never in clear beside the hashes?"""

import json

import pytest

from hub_config.accounts import DEMO_ACCOUNTS, Accounts, NameWasUsed, main, new_password
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


@pytest.mark.parametrize("by_hand", [True, False])
def test_does_nobody_get_the_name_and_the_work_of_somebody_who_left(settings, by_hand):
    accounts = Accounts(settings)
    accounts.set_password("hoa", "mat-khau-cua-hoa", "Nguyễn Thị Hoa")
    accounts.set_password("sen", "mat-khau-cua-sen")
    if by_hand:
        kept = json.loads(settings.accounts_file.read_text("utf-8"))
        del kept["accounts"]["hoa"]
        settings.accounts_file.write_text(json.dumps(kept), "utf-8")
    else:
        accounts.remove("hoa")
    assert not accounts.verify("hoa", "mat-khau-cua-hoa")
    with pytest.raises(NameWasUsed, match="đặt tên khác"):
        accounts.set_password("hoa", "mat-khau-moi", "Trần Văn Hoà")
    assert "hoa" not in accounts.read() and accounts.verify("sen", "mat-khau-cua-sen")
    accounts.set_password("hoa", "mat-khau-moi", same_person=True)
    assert accounts.verify("hoa", "mat-khau-moi")


def test_can_an_operator_remove_an_account(settings, monkeypatch, capsys):
    monkeypatch.setenv("BDHAI_STATE", str(settings.state))
    Accounts(settings).set_password("hoa", "mat-khau-cua-hoa")
    assert main(["--remove", "hoa"]) == 0 and "không cấp cho người khác" in capsys.readouterr().out
    assert Accounts(settings).read() == {}
    assert main(["--remove", "hoa"]) == 1


def test_are_names_of_an_earlier_versions_file_remembered_at_the_next_start(settings):
    settings.state.mkdir(parents=True)
    old = {"schema": 1, "accounts": {"hoa": {"display_name": "Hoa", "hash": "x", "demo": False}}}
    settings.accounts_file.write_text(json.dumps(old), "utf-8")
    Accounts(settings).ensure_demo()
    assert "hoa" in Accounts(settings).names_ever_used()


def test_does_a_removed_demo_account_stay_removed(settings):
    accounts = Accounts(settings)
    assert set(accounts.ensure_demo()) == set(DEMO_ACCOUNTS)
    accounts.remove("hocvien")
    assert accounts.ensure_demo() == {}
    assert set(accounts.read()) == set(DEMO_ACCOUNTS) - {"hocvien"}
