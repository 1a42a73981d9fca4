"""A code cell as it stands on a lesson page: to read, with what it puts out."""

from __future__ import annotations

import ast
import html
import io
import keyword
import tokenize

from grader.release.execute import Cell


def code_html(cell: Cell) -> str:
    """Return a teaching cell with its output, or the place where a learner writes, as safe HTML."""
    if cell.role == "teaching":
        return f'<pre class="code" tabindex="0"><code>{_coloured(cell.source)}</code></pre>{cell.output}'
    source = _without_feedback(cell.source)
    return (
        f'<div class="own-code"><p class="soft">Ô để viết mã, trong JupyterLab:</p>'
        f'<pre class="code" tabindex="0"><code>{_coloured(source)}</code></pre></div>'
    )


def _without_feedback(source: str) -> str:
    """Leave out what a practice call says of right and wrong: in the notebook it answers only when it is run."""
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "answer"
            and node.keywords
            and node.end_lineno is not None
        ):
            shown = ", ".join(ast.get_source_segment(source, argument) or "…" for argument in node.args)
            lines = source.split("\n")
            head = lines[node.lineno - 1].encode()[: node.col_offset].decode()
            tail = lines[node.end_lineno - 1].encode()[node.end_col_offset :].decode()
            lines[node.lineno - 1 : node.end_lineno] = [f"{head}lesson.answer({shown}){tail}"]
            return "\n".join(lines)
    return source


def _coloured(source: str) -> str:
    """Mark comments, texts and Python's own words: enough to find one's way."""
    spans: list[tuple[int, int, str]] = []
    starts = [0]
    for line in source.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    try:
        for token in tokenize.generate_tokens(io.StringIO(source).readline):
            sort = {tokenize.COMMENT: "i", tokenize.STRING: "u"}.get(token.type, "")
            if token.type == tokenize.NAME and keyword.iskeyword(token.string):
                sort = "b"
            if sort:
                begin, end = (starts[row - 1] + column for row, column in (token.start, token.end))
                spans.append((begin, end, sort))
    except (tokenize.TokenError, IndentationError):
        return html.escape(source)
    shown, at = [], 0
    for begin, end, sort in spans:
        shown += [html.escape(source[at:begin]), f"<{sort}>{html.escape(source[begin:end])}</{sort}>"]
        at = end
    return "".join([*shown, html.escape(source[at:])])
