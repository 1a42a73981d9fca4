"""Lesson 4.4: does its solution hold on the data to practise on and on those to grade on, and is every slip a slip?"""

import unicodedata
from pathlib import Path

import matplotlib
import matplotlib.pyplot as plt
import pandas as pd
import pytest
import yaml

from course.curriculum import load_curriculum
from course.lesson import preparing
from grader.source_notebook import compile_cell, is_test_cell, read_notebook

matplotlib.use("agg")

REPOSITORY = Path(__file__).parents[2]
LEVEL = REPOSITORY / "level4"
HIDDEN = REPOSITORY / "grader" / "hidden_data" / "level4"
SIDECAR = LEVEL / "04-loc-cong-nhom.yml"
NOTEBOOK = read_notebook(LEVEL / "04-loc-cong-nhom.ipynb")
SPECIMENS = yaml.safe_load((REPOSITORY / "grader/specimens/level4/04.yml").read_text("utf-8"))

IN_CODE = [mistake for mistake in SPECIMENS["mistakes"] if "code" in mistake]
AUDIENCES = list(load_curriculum().audiences)
COLUMNS = {"xa": "str", "thang": "int64", "mat_hang": "str", "so_luong": "int64", "don_gia": "int64"}
# All of them communes of the province since 1/7/2025 (Nghị quyết 1683/NQ-UBTVQH15).
COMMUNES = {"Tân Cương", "La Bằng", "Văn Lăng", "Văn Lang", "Phú Lương", "Võ Nhai", "Đại Từ"}

everyone = pytest.mark.parametrize("audience", AUDIENCES)
both_data = pytest.mark.parametrize("root", [LEVEL, HIDDEN], ids=["visible", "hidden"])


def table_of(root: Path, audience: str) -> pd.DataFrame:
    return pd.read_csv(root / "data" / "04" / f"{audience}.csv")


def graded_cells():
    return [cell for cell in NOTEBOOK.cells if is_test_cell(cell)]


def expectations() -> dict[str, dict]:
    """What each test cell expects, by question."""
    found = {}

    class Listening:
        def saved(self, id):
            pass

        def expect(self, id, **expected):
            found[id] = expected

    for cell in graded_cells():
        exec(cell.source, {"lesson": Listening()})
    return found


EXPECTED = expectations()
REFERENCES = {
    id: expected[kind] for id, expected in EXPECTED.items() for kind in ("number", "table", "chart") if kind in expected
}


def plain(value) -> object:
    """Make values comparable: a table becomes its rows in any order."""
    if isinstance(value, pd.Series):
        value = value.reset_index()
    if isinstance(value, pd.DataFrame):
        return sorted(tuple(row) for row in value.itertuples(index=False))
    return float(value)


def earned(root: Path, audience: str, replaced: dict[str, str]) -> dict[str, float]:
    """Run the notebook's own cells on some data, with some replaced, and grade each code question.

    A cell that fails stops no other, as in the sandbox; charts end with their cell, as in Jupyter.
    """
    names: dict = {"__name__": "__lesson__"}
    points = {}
    with preparing(audience, LEVEL, headless=True, data=root):
        for cell in NOTEBOOK.cells:
            if cell.cell_type != "code":
                continue
            body, result = compile_cell(replaced.get(cell.id, cell.source), cell.id)
            if is_test_cell(cell):
                id = cell.metadata.nbgrader.grade_id
                if id in REFERENCES:
                    exec(body, {"lesson": names["lesson"]})
                    points[id] = eval(result, {"lesson": names["lesson"]}).points
                continue
            try:
                exec(body, names)
                if result is not None:
                    eval(result, names)
            except Exception:
                if not replaced:
                    raise
            finally:
                plt.close("all")
    return points


@everyone
def test_tables_have_one_shape_and_clean_types(audience):
    visible, hidden = table_of(LEVEL, audience), table_of(HIDDEN, audience)
    for table in (visible, hidden):
        assert {name: str(kind) for name, kind in table.dtypes.items()} == COLUMNS
        assert 60 <= len(table) <= 120
        assert not table.isna().any(axis=None)
        assert (table[["so_luong", "don_gia"]] > 0).all(axis=None)
        assert set(table["xa"]) <= COMMUNES
        assert table["xa"].nunique() == 6
        assert table["thang"].nunique() == 4
    assert set(visible["mat_hang"]) == set(hidden["mat_hang"])
    assert len(set(visible["xa"]) & set(hidden["xa"])) == 5  # a typed-in list of communes does not do either
    assert set(hidden["thang"]) == {month + 1 for month in visible["thang"]}


@everyone
@both_data
def test_tables_hold_what_a_careful_person_meets(audience, root):
    table = table_of(root, audience)
    assert {"Văn Lang", "Văn Lăng", "Tân Cương"} <= set(table["xa"])
    sizes = table.groupby(["xa", "thang"]).size()
    assert sizes.max() > 1
    assert len(sizes) == 6 * 4 - 1  # one commune has no row in one month
    assert not table[(table["xa"] == "Văn Lăng") & (table["thang"] == 8)].empty


def test_audiences_have_tables_of_their_own():
    for root in (LEVEL, HIDDEN):
        texts = [(root / "data" / "04" / f"{audience}.csv").read_text("utf-8") for audience in AUDIENCES]
        assert len(set(texts)) == len(AUDIENCES)
        assert sorted(path.stem for path in (root / "data" / "04").iterdir()) == sorted(AUDIENCES)


@everyone
@pytest.mark.parametrize("id", REFERENCES)
def test_what_is_right_differs_between_the_data(audience, id):
    assert plain(REFERENCES[id](table_of(LEVEL, audience))) != plain(REFERENCES[id](table_of(HIDDEN, audience)))


@everyone
@both_data
@pytest.mark.parametrize("id", REFERENCES)
def test_slips_are_wrong_and_told_apart(audience, root, id):
    table = table_of(root, audience)
    slips = [plain(slip(table)) for slip, _ in EXPECTED[id]["slips"]]
    assert plain(REFERENCES[id](table)) not in slips
    assert all(slip not in slips[:place] for place, slip in enumerate(slips))


@everyone
@both_data
def test_the_solution_earns_all(audience, root):
    assert earned(root, audience, {}) == {id: EXPECTED[id]["points"] for id in REFERENCES}


@pytest.mark.parametrize("mistake", IN_CODE, ids=lambda mistake: mistake["name"])
def test_mistakes_in_code_earn_what_they_should(mistake):
    # one audience counts kilograms, the other heads; what was typed in differs by audience, so all of them are tried
    by_audience = any(isinstance(code, dict) for code in mistake["code"].values())
    for audience in AUDIENCES if by_audience else ["nong-dan", "can-bo"]:
        code = {id: of[audience] if isinstance(of, dict) else of for id, of in mistake["code"].items()}
        assert set(code) <= {cell.id for cell in NOTEBOOK.cells}
        wanted = {id: mistake["points"].get(id, EXPECTED[id]["points"]) for id in REFERENCES}
        assert earned(HIDDEN, audience, code) == pytest.approx(wanted, abs=0.011)


@everyone
def test_a_typed_in_number_is_the_one_that_the_learner_saw(audience):
    """Otherwise the specimen would earn nothing for another reason."""
    [typed] = [mistake for mistake in SPECIMENS["mistakes"] if mistake["name"].startswith("Gõ sẵn con số")]
    number = REFERENCES["q1"](table_of(LEVEL, audience))
    assert typed["code"]["two-code"][audience] == f'lesson.answer("q1", {number})'


def test_all_is_nfc_and_says_that_the_figures_are_for_practice():
    files = [SIDECAR, LEVEL / "04-loc-cong-nhom.ipynb", *LEVEL.glob("data/04/*"), *HIDDEN.glob("data/04/*")]
    assert len(files) == 2 + 2 * len(AUDIENCES)
    for path in files:
        text = path.read_text("utf-8")
        assert unicodedata.is_normalized("NFC", text), path
    said = "Số liệu do chương trình soạn để luyện tập, không phải số liệu thật."
    assert any(said in cell.source for cell in NOTEBOOK.cells if cell.cell_type == "markdown")
