"""Release, produce, judge, record: everything that holds keys. Never installed for learners."""

import sys

# nbformat brings jsonschema, which would build a grammar for a format that no schema here uses: two seconds of the
# start of every command and every worker. Without the module jsonschema leaves that one check out.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
