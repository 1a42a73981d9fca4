"""The figure made ahead is like any other: what is read from a chart does not depend on it."""

from __future__ import annotations

import pytest

READ = (
    "sorted((p.get_x(), p.get_height()) for p in ax.patches), ax.get_title(), "
    "[t.get_text() for t in ax.get_xticklabels()]"
)
BARS = "ax.bar(['a', 'b'], [3, 1])"
MAKE = {
    "pandas": "ax = pd.Series([3, 1], index=['a', 'b']).plot.bar(title='T')",
    "subplots": f"fig, ax = plt.subplots()\n{BARS}\nax.set_title('T')",
    "size": f"fig, ax = plt.subplots(figsize=(3, 2))\n{BARS}\nassert tuple(fig.get_size_inches()) == (3, 2)",
    "gca": "plt.bar(['a', 'b'], [3, 1])\nax = plt.gca()\nassert len(plt.gcf().axes) == 1",
    "style": (
        "plt.rcParams['axes.facecolor'] = 'red'\nfig, ax = plt.subplots()\n"
        f"assert ax.get_facecolor()[:3] == (1, 0, 0)\n{BARS}"
    ),
    "two": f"fig, both = plt.subplots(1, 2)\nax = both[1]\n{BARS}\nassert len(fig.axes) == 2",
    "polar": "ax = plt.figure().add_subplot(111, polar=True)\nassert ax.name == 'polar'\nax.bar([1], [1])",
    "second": f"plt.figure()\nplt.bar([1], [1])\nplt.figure()\nax = plt.gca()\nassert not ax.patches\n{BARS}",
}


@pytest.mark.parametrize("made", MAKE.values(), ids=MAKE)
def test_a_chart_reads_the_same(run, made) -> None:
    source = f"import pandas as pd\nimport matplotlib.pyplot as plt\n{made}\n{READ}"
    ahead, drawn = run(source), run(source, draw=True)

    def shown(done):
        [result] = [output for output in done.outputs["c0"] if output["output_type"] == "execute_result"]
        return result["data"]["text/plain"]

    assert shown(ahead) == shown(drawn)
