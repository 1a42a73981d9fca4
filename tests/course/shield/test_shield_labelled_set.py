"""Is the labelled set what it claims, and does the shield reach its floors on the held-out part?"""

import re
import unicodedata

import pytest

from course.ai.shield import KINDS
from grader.bench import shield as bench

SETS = {name: bench.labelled(name) for name in ("development", "held_out")}
EVERY = [one for messages in SETS.values() for one in messages]
WORDS = {"không": "0", "một": "1", "hai": "2", "ba": "3", "bốn": "4", "năm": "5", "sáu": "6", "bảy": "7", "tám": "8"}
UNUSED_AREAS = {"003", "005", "007", "009", "013", "016", "018", "021", "023", "028", "032", "039", "041", "043"}
UNUSED_PHONES = (
    "030",
    "031",
    "050",
    "051",
    "053",
    "054",
    "057",
    "071",
    "072",
    "073",
    "074",
    "075",
    "0200",
    "0201",
    "0230",
)
UNUSED_PLATES = {"10", "13", "42", "44", "45", "46", "87", "91"}

# Floors on the held-out part, a little under what is measured; false alarms are counts there.
RECALL = {
    **dict.fromkeys(("cccd", "phone", "email", "bank_account", "tax_code", "plate"), 0.95),
    **{"birth_date": 0.9, "name": 0.86, "address": 0.8},
}
FALSE_ALARMS = {**dict.fromkeys(KINDS, 1), "name": 3, "address": 2}


def values(kind):
    return [one.text[span.start : span.end] for one in EVERY for span in one.spans if span.kind == kind]


def digits(value):
    value = " ".join(WORDS.get(word, word) for word in value.split())
    return re.sub(r"\D", "", value)


def test_is_it_as_large_as_asked_and_kept_apart():
    assert len(EVERY) >= 400
    assert sum(not one.spans for one in EVERY) >= 120
    assert len({one.text for one in EVERY}) == len(EVERY)
    assert all(unicodedata.is_normalized("NFC", one.text) for one in EVERY)
    assert {span.kind for one in SETS["held_out"] for span in one.spans} == set(KINDS)


def test_can_no_number_be_anybody_s():
    for value in values("cccd"):
        number = digits(value)
        assert number[0] == "9" if len(number) == 9 else len(number) == 12 and number[:3] in UNUSED_AREAS, value
    for value in values("phone"):
        number = re.sub(r"^840?(?=\d{9}$)", "0", digits(value))
        assert number.rjust(10, "0").startswith(UNUSED_PHONES), value
    for value in values("bank_account"):
        number = digits(value)
        assert number.startswith("0000") or not luhn(number), value
    for value in values("tax_code"):
        number = digits(value)
        assert number[:3] in UNUSED_AREAS if len(number) == 12 else not tax_check(number[:10]), value
    for value in values("plate"):
        assert value[:2] in UNUSED_PLATES, value
    for value in values("email"):
        assert re.search(r"(\. ?example|example\.(com|org))$", value), value


def luhn(number):
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(sum(divmod(one, 10)) for one in doubled) % 10 == 0


def tax_check(number):
    weights = (31, 29, 23, 19, 17, 13, 7, 5, 3)
    return int(number[9]) == 10 - sum(weight * int(digit) for weight, digit in zip(weights, number, strict=False)) % 11


@pytest.fixture(scope="module")
def measured():
    return bench.measure()


@pytest.mark.parametrize("kind", KINDS)
def test_does_the_shield_reach_its_floor(measured, kind):
    assert measured["shield_recall"][kind] >= RECALL[kind]
    assert measured["shield_false_alarms"][kind] <= FALSE_ALARMS[kind]
    assert measured["shield_recall_without_diacritics"][kind] >= RECALL[kind]
    assert measured["shield_false_alarms_without_diacritics"][kind] <= FALSE_ALARMS[kind] + 6 * (kind == "name")


def test_is_hardly_a_trap_flagged(measured):
    assert measured["shield_trap_alarms"] <= 2
    assert measured["shield_us_per_message"] > 0


@pytest.mark.parametrize("form", ["NFD", "full width"])
def test_is_the_same_found_however_it_is_encoded(form):
    wide = {48 + digit: 0xFF10 + digit for digit in range(10)}
    for one in SETS["held_out"]:
        text = unicodedata.normalize("NFD", one.text) if form == "NFD" else one.text.translate(wide)
        kinds = [(it.kind, unicodedata.normalize("NFKC", it.text)) for it in bench.find(text)]
        assert kinds == [(it.kind, it.text) for it in bench.find(one.text)], one.text


def test_does_the_measure_see_misses_and_false_alarms():
    right = bench.message("gọi {name:bà Mẫu} số {phone:0310123456}")
    finder = bench.find
    assert bench.scores([right], finder=finder)[0]["phone"].recall == 1
    table, leaks = bench.scores([right], finder=lambda text: [])
    assert table["phone"].recall == 0 and leaks["phone"] == 1
    table, _ = bench.scores([bench.message("gọi bà Mẫu số 0310123456")], finder=finder)
    assert table["phone"].false == 1 and table["name"].false == 1
    half = [it for it in finder(right.text) if it.kind == "phone"]
    cut = bench.Span("phone", half[0].start, half[0].end + 0)
    assert bench.covered(right.text, cut, half) and not bench.covered(right.text, cut, [])
    with pytest.raises(ValueError, match="no such kind"):
        bench.message("{telephone:0310123456}")
