"""Who is asking, with a real JupyterHub: log-in, log-out, tokens, groups."""

import contextlib
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

LEARN = "/services/learn/"


@pytest.fixture
def browser(own_hub) -> Iterator[httpx.Client]:
    """A browser in which learner ``hocvien`` has logged in to the hub."""
    with contextlib.closing(own_hub.log_in("hocvien")) as client:
        yield client


def test_does_a_browser_get_where_it_was_going(browser):
    page = browser.get(f"{LEARN}?chon-nhom=1")
    assert page.status_code == 200 and "Mỗi nhóm có câu chuyện và ví dụ riêng" in page.text
    assert str(page.url).endswith(f"{LEARN}?chon-nhom=1")
    cookie = next(cookie for cookie in browser.cookies.jar if cookie.name == "service-learn")
    assert cookie.path == LEARN and cookie.has_nonstandard_attr("HttpOnly")
    assert not any("oauth-state" in cookie.name for cookie in browser.cookies.jar)  # used up
    me = browser.get(f"{LEARN}api/me").json()
    assert (me["name"], me["display_name"], me["classes"]) == ("hocvien", "Học viên mẫu", ["demo"])


def test_does_logging_out_of_the_hub_end_the_service_too(browser):
    browser.get(LEARN)
    assert browser.get(f"{LEARN}api/me").status_code == 200
    browser.get("/hub/logout")
    assert any(cookie.name == "service-learn" for cookie in browser.cookies.jar)  # still sent, and worth nothing
    assert browser.get(f"{LEARN}api/me").status_code == 401


def test_does_a_login_that_this_browser_did_not_begin_fail(own_hub, browser):
    """Otherwise one could log a victim's browser in as somebody else and read what the victim answers."""
    for cookie in [cookie for cookie in browser.cookies.jar if cookie.path == LEARN]:
        browser.cookies.jar.clear(cookie.domain, cookie.path, cookie.name)  # logged in to the hub, not to the service
    start = httpx.get(f"{own_hub.url}{LEARN}")
    state = parse_qs(urlsplit(start.headers["Location"]).query)["state"][0]
    answer = browser.get(start.headers["Location"])  # the hub says yes, but the state cookie is in another browser
    assert state in str(answer.url)
    assert answer.status_code == 403 and "Đăng nhập chưa xong" in answer.text
    assert browser.get(f"{LEARN}api/me").status_code == 401


@pytest.mark.parametrize("query", ["", "?error=access_denied", "?code=abc&state=abc"])
def test_is_a_broken_way_back_answered_in_words(own_hub, query):
    answer = httpx.get(f"{own_hub.url}{LEARN}oauth_callback{query}")
    assert answer.status_code == 403 and "Đăng nhập chưa xong" in answer.text


def test_does_a_wrong_token_know_nobody(own_hub):
    with own_hub.api("not-a-token") as client:
        answer = client.get(f"{LEARN}api/me")
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "not_logged_in"


def test_does_a_token_work_without_any_cookie(own_hub):
    with own_hub.api(own_hub.token("hocvien")) as client:
        answer = client.put(f"{LEARN}api/me", json={"audience": "phu-nu"})
        assert answer.json()["audience"] == "phu-nu"
        assert "Lộ trình của tôi" in client.get(LEARN).text


def test_is_a_token_without_access_to_the_service_refused(own_hub, browser):
    browser.get("/hub/token")
    xsrf = next(cookie.value for cookie in browser.cookies.jar if cookie.name == "_xsrf" and cookie.path == "/hub/")
    body = {"note": "narrow", "scopes": ["read:users:name!user"]}
    made = browser.post("/hub/api/users/hocvien/tokens", json=body, headers={"X-XSRFToken": xsrf})
    with own_hub.api(made.raise_for_status().json()["token"]) as client:
        answer = client.get(f"{LEARN}api/me")
    assert answer.status_code == 403 and answer.json()["error"]["code"] == "not_yours"


def test_is_a_class_page_for_its_trainers_alone(own_hub, browser):
    refused = browser.get("/services/classes/demo/")
    assert refused.status_code == 403 and "dành cho giảng viên" in refused.text
    with contextlib.closing(own_hub.log_in("giangvien")) as trainer:
        page = trainer.get("/services/classes/")
        assert str(page.url).endswith("/services/classes/demo/")
        assert "Học viên mẫu" in page.text and "Mở formgrader" in page.text
        assert trainer.get("/services/classes/khac/").status_code == 403


def test_is_a_hub_that_is_away_told_so(own_hub, browser, monkeypatch):
    """The service's own answer when it cannot ask the hub, in this process with the hub's address gone."""
    from hub_config.services.shared.identity import HubAuthenticator
    from hub_config.settings import free_port

    for name, value in {
        "JUPYTERHUB_API_URL": f"http://127.0.0.1:{free_port()}/hub/api",
        "JUPYTERHUB_API_TOKEN": "any",
        "JUPYTERHUB_CLIENT_ID": "service-learn",
        "JUPYTERHUB_SERVICE_PREFIX": LEARN,
    }.items():
        monkeypatch.setenv(name, value)
    import asyncio

    from starlette.requests import Request

    from hub_config.services.shared.errors import ServiceError

    async def ask() -> None:
        authenticator = HubAuthenticator()
        headers = [(b"authorization", b"token abc")]
        try:
            await authenticator.identify(Request({"type": "http", "headers": headers}))
        finally:
            await authenticator.close()

    with pytest.raises(ServiceError) as failure:
        asyncio.run(ask())
    assert (failure.value.status, failure.value.code) == (503, "hub_unavailable")
