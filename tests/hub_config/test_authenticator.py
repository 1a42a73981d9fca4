"""Who can log in, and what happens to somebody who guesses?"""

from types import SimpleNamespace

import pytest
from tornado.web import HTTPError

from hub_config.accounts import Accounts
from hub_config.authenticator import AccountsAuthenticator, WrongTries
from hub_config.settings import Settings


def _handler(address="10.0.0.7"):
    return SimpleNamespace(request=SimpleNamespace(remote_ip=address))


@pytest.fixture
def door(tmp_path):
    settings = Settings(state=tmp_path, login_tries=3, login_pause_seconds=100)
    accounts = Accounts(settings)
    accounts.set_password("hoa", "đúng mật khẩu")
    # What a careless operator could make: it must not open a class's server.
    accounts.set_password("lop-demo", "đúng mật khẩu")
    return AccountsAuthenticator(kit=settings)


async def _log_in(door, name, password, address="10.0.0.7"):
    return await door.get_authenticated_user(_handler(address), {"username": name, "password": password})


@pytest.mark.asyncio
async def test_right_password_only(door):
    assert (await _log_in(door, "hoa", "đúng mật khẩu"))["name"] == "hoa"
    assert await _log_in(door, "hoa", "sai") is None
    assert await _log_in(door, "ai-do", "đúng mật khẩu") is None
    assert await _log_in(door, "hoa", "x" * 2000) is None


@pytest.mark.asyncio
async def test_a_class_server_cannot_log_in(door):
    assert await _log_in(door, "lop-demo", "đúng mật khẩu") is None
    assert not door.check_allowed("lop-demo")


@pytest.mark.asyncio
async def test_guessing_is_paused_for_that_address_only(door):
    for _ in range(3):
        assert await _log_in(door, "hoa", "sai") is None
    with pytest.raises(HTTPError) as error:
        await _log_in(door, "hoa", "đúng mật khẩu")
    assert error.value.status_code == 429 and "chờ" in error.value.log_message
    assert await _log_in(door, "hoa", "đúng mật khẩu", address="10.0.0.8")


@pytest.mark.asyncio
async def test_somebody_taken_off_is_logged_out(door):
    assert await door.refresh_user(SimpleNamespace(name="hoa"))
    assert not await door.refresh_user(SimpleNamespace(name="lan"))


def test_a_pause_ends_and_memory_stays_bounded():
    tries = WrongTries(most=2, pause=10)
    tries.add("a", 0)
    assert tries.seconds_to_wait("a", 1) == 0
    tries.add("a", 1)
    assert tries.seconds_to_wait("a", 2) == 9
    assert tries.seconds_to_wait("a", 12) == 0
    assert tries.seconds_to_wait("a", 2) == 0
    for number in range(12_000):
        tries.add(number, number)
    assert len(tries._tries) <= 10_000
