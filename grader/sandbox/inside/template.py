"""A lesson's own first cells, run once for all jobs that begin with them.

Those cells are the trainer's, not a learner's, so they may run where jobs are forked; what they leave in memory (tables
read, questions asked) is then there in each job without being worked out again.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.sandbox.inside import confine
from grader.sandbox.inside.job_parts import Shared
from grader.sandbox.inside.notebook import Notebook
from grader.sandbox.inside.shell import CellShell


def begin(shell: CellShell, limits: Mapping[str, Any], shared: Shared) -> Notebook:
    """Run the shared cells in this process, in a folder of its own that looks as a job's will.

    Returns
    -------
    Notebook
        To be gone on with in processes forked from this one.
    """
    confine.own_folders(int(limits["disk_mb"]), os.getuid())
    folder = Path(confine.HOME)
    confine.write_files(shared.files, folder)
    os.chdir(folder)
    sys.path.insert(0, "")
    confine.environment(shared.environment, confine.HOME)
    notebook = Notebook(shell, limits)
    notebook.begin(shared, folder, confine.own_streams())
    notebook.run_shared()
    gc.collect()
    gc.freeze()
    return notebook
