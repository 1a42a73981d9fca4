"""Is the log-in page Vietnamese, light, and does it say what went wrong?"""

import contextlib

import httpx


def test_it_is_vietnamese_and_light(own_hub):
    page = httpx.get(f"{own_hub.url}/hub/login", trust_env=False)
    assert '<html lang="vi">' in page.text and "Đăng nhập" in page.text
    # One request: a phone on a slow line must not wait for a framework.
    assert len(page.content) < 10_000
    assert '<link rel="stylesheet"' not in page.text and "<script src" not in page.text


def test_wrong_password_is_said(own_hub):
    with contextlib.closing(own_hub.log_in("hocvien", "không phải")) as client:
        assert client.last.status_code == 403
        assert "Tên hoặc mật khẩu chưa đúng" in client.last.text
        assert "Invalid" not in client.last.text


def test_guessing_is_told_to_wait(own_hub):
    for _ in range(5):
        own_hub.log_in("ke-doan", "sai").close()
    with contextlib.closing(own_hub.log_in("ke-doan", "sai")) as client:
        assert client.last.status_code == 429
        assert "Bạn đã thử sai nhiều lần" in client.last.text


def test_text_from_the_form_is_never_markup(own_hub):
    with contextlib.closing(own_hub.log_in("<script>x</script>", "sai")) as client:
        assert "<script>x</script>" not in client.last.text


def test_who_is_logged_in_lands_on_the_path(own_hub):
    with contextlib.closing(own_hub.log_in("giangvien")) as client:
        assert client.last.url.path == "/services/learn/"
        assert client.get("/").url.path == "/services/learn/"
        home = client.get("/hub/home").text
        assert "Trang của tôi" in home and "/hub/spawn/lop-demo" in home
    with contextlib.closing(own_hub.log_in("hocvien")) as client:
        assert "/hub/spawn/lop-demo" not in client.get("/hub/home").text


def test_an_unknown_page_is_vietnamese(own_hub):
    with contextlib.closing(own_hub.log_in("hocvien")) as client:
        answer = client.get("/hub/khong-co")
        assert answer.status_code == 404 and "Không thấy trang này" in answer.text
