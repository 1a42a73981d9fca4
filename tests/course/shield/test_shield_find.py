"""Does the shield find personal data as people type it, and leave alone what only looks like it?"""

import unicodedata

import pytest

from course.ai.shield import CAUTION, KINDS, LABELS, find
from grader.bench.coach import without_diacritics


def found(text):
    return [(finding.kind, finding.text) for finding in find(text)]


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("Số căn cước 003090001234", "cccd", "003090001234"),
        ("003 0 90 001234 là của tôi", "cccd", "003 0 90 001234"),
        ("CMND cũ: 912.345.678", "cccd", "912.345.678"),
        ("Số định danh 999888777666", "cccd", "999888777666"),
        ("Gọi 0310123456 nhé", "phone", "0310123456"),
        ("Gọi 0310.123.456 nhé", "phone", "0310.123.456"),
        ("zalo 0310 - 123 - 456", "phone", "0310 - 123 - 456"),
        ("số +84 310 123 456", "phone", "+84 310 123 456"),
        ("số (+84) 310123456", "phone", "(+84) 310123456"),
        ("sdt 310123456", "phone", "310123456"),
        ("máy bàn (0200) 3851 234", "phone", "(0200) 3851 234"),
        ("gọi 0 3 1 0 1 2 3 4 5 6", "phone", "0 3 1 0 1 2 3 4 5 6"),
        ("số ０３１０１２３４５６", "phone", "０３１０１２３４５６"),
        ("không ba một không một hai ba bốn năm sáu", "phone", "không ba một không một hai ba bốn năm sáu"),
        ("thư: an.b+c@vidu.example", "email", "an.b+c@vidu.example"),
        ("thu an_b @ vidu . example nhe", "email", "an_b @ vidu . example"),
        ("STK 0000123456789", "bank_account", "0000123456789"),
        ("chuyển vào 0000 1234 5678 Vietcombank", "bank_account", "0000 1234 5678"),
        ("thẻ 9704 0000 1234 5679", "bank_account", "9704 0000 1234 5679"),
        ("MST: 4600123451", "tax_code", "4600123451"),
        ("chi nhánh 4600123451-001", "tax_code", "4600123451-001"),
        ("mã số thuế 003090001234", "tax_code", "003090001234"),
        ("ngày sinh: 05/09/1990", "birth_date", "05/09/1990"),
        ("sinh ngày 5 tháng 9 năm 1990", "birth_date", "5 tháng 9 năm 1990"),
        ("tôi SN 1962", "birth_date", "1962"),
        ("ông Nguyễn Văn Mẫu (1958)", "birth_date", "1958"),
        ("xe 10A-123.45", "plate", "10A-123.45"),
        ("xe 10-X1 234.56", "plate", "10-X1 234.56"),
        ("bien so 10f1 23456", "plate", "10f1 23456"),
        ("bà Nguyễn Thị Mẫu", "name", "Nguyễn Thị Mẫu"),
        ("NGUYỄN THỊ MẪU", "name", "NGUYỄN THỊ MẪU"),
        ("hoi ba nguyen thi mau", "name", "nguyen thi mau"),
        ("nhắn chị Mẫu", "name", "Mẫu"),
        ("ở số 12/3 đường Mẫu, phường Thử", "address", "số 12/3 đường Mẫu, phường Thử"),
        ("trú tại xóm Mẫu, xã Thử", "address", "xóm Mẫu, xã Thử"),
        ("thuong tru tai xom mau xa thu", "address", "xom mau xa thu"),
    ],
)
def test_is_it_found_whole(text, kind, value):
    assert (kind, value) in found(text)


@pytest.mark.parametrize(
    "text",
    [
        "Nghị định 30/2020/NĐ-CP ngày 05/3/2020",
        "Tổng kinh phí 1.250.000.000 đồng, đã chi 350 000 000",
        "Gọi 113, 114, 115, 111 hoặc tổng đài 1900 6099, 18001091",
        "Thửa đất số 245, tờ bản đồ 17, diện tích 1.203,5 m2",
        "Chuyển khoản 500.000 đồng vào quỹ lớp",
        "Học sinh ngày 5/9/2026 khai giảng, khai sinh năm 2026, vệ sinh ngày 26/3",
        "Lớp 10A1 có 45 em, năm 2025 thu 272.000 tấn",
        "Đường Hoàng Văn Thụ, trường Nguyễn Trãi, tỉnh Thái Nguyên, xã Văn Lăng",
        "Anh em trong xóm, ông bà, chú ý an toàn, Hội Phụ nữ, Đoàn Thanh niên",
        "Họp lúc 19h30 ngày 12/9/2026 tại nhà văn hóa xóm Đồng Tâm, xã Đồng Hỷ",
        "lịch 05-09-2026 08-30, 07.30 - 11.30",
        "Dãy số: 3 1 4 1 5 9 2 6 5 3 5 8 9 7 9",
    ],
)
def test_is_what_only_looks_personal_left_alone(text):
    assert found(text) == []


def test_does_the_nearest_word_decide_what_a_number_is():
    text = "STK 0000123456789, sđt 0310123456, MST 4600123451, CCCD 003090001234"
    assert [kind for kind, _ in found(text)] == ["bank_account", "phone", "tax_code", "cccd"]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_are_places_counted_in_the_text_as_typed(form):
    text = unicodedata.normalize(form, "Gửi bà Nguyễn Thị Mẫu, ở số 5 đường Thử, số 0310\u200b123\u200b456.")
    findings = find(text)
    assert [finding.kind for finding in findings] == ["name", "address", "phone"]
    for finding in findings:
        assert text[finding.start : finding.end] == finding.text
    assert unicodedata.normalize("NFC", findings[0].text) == "Nguyễn Thị Mẫu"
    assert findings[2].text == "0310\u200b123\u200b456"


def test_does_nothing_change_without_diacritics():
    text = "Mời ông Lường Văn Mẫu, sinh ngày 5/9/1970, trú tại xóm Thử, xã Mẫu, STK 0000123456789, gọi 0310 123 456"
    assert [finding.kind for finding in find(without_diacritics(text))] == [finding.kind for finding in find(text)]
    assert len(find(text)) == 5


def test_are_columns_of_a_pasted_table_found():
    text = "TT\tHọ và tên\tNăm sinh\tSĐT\n1\tMẫu\t1966\t0310123456\n2\tThử\t1971\t310999888\n\nHết 1966"
    assert found(text) == [
        ("name", "Mẫu"),
        ("birth_date", "1966"),
        ("phone", "0310123456"),
        ("name", "Thử"),
        ("birth_date", "1971"),
        ("phone", "310999888"),
    ]


def test_does_nothing_reach_across_the_service_separator():
    joined = "\n\x1e\n".join(["Tên tôi là", "Mẫu STK", "0000123456789", "0310", "123456", "sinh ngày", "1/1/1970"])
    assert not any("\x1e" in finding.text for finding in find(joined))
    assert not [kind for kind, _ in found(joined) if kind in ("phone", "bank_account", "birth_date")]


def test_is_each_finding_explained_in_vietnamese():
    text = (
        "Bà Nguyễn Thị Mẫu, sinh ngày 5/9/1970, CCCD 003090001234, sđt 0310123456, thư a@vidu.example, "
        "STK 0000123456789, MST 4600123451, xe 10A-123.45, trú tại xóm Mẫu, xã Thử"
    )
    findings = find(text)
    assert {finding.kind for finding in findings} == set(KINDS) == set(LABELS)
    assert all(finding.hint.startswith("Giống ") and finding.hint.endswith(".") for finding in findings)
    assert CAUTION.startswith("Máy che không bắt được hết")
