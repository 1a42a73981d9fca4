"""Search tests use the real model, and a cache of their own."""

import pytest

from course.ai.search import Passage


@pytest.fixture(scope="session", autouse=True)
def models(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("models")
        patch.setenv("BDHAI_MODELS", str(folder))
        yield folder


@pytest.fixture(scope="session")
def passages():
    return [
        Passage("Đốn chè vào tháng Chạp, khi cây ngủ đông.", "Sổ tay chè, mục 1"),
        Passage("Chợ phiên họp vào ngày 4 và ngày 9 âm lịch.", "Sổ tay chợ, mục 1"),
        Passage("Thư viện cho mượn ba cuốn sách trong hai tuần.", "Sổ tay xã, mục 11"),
        Passage("Lợn sốt bỏ ăn thì nhốt riêng và báo thú y.", "Sổ tay chăn nuôi, mục 4"),
        Passage("Tổ vay vốn họp vào ngày 15 hằng tháng.", "Quy ước tổ, mục 1"),
    ]
