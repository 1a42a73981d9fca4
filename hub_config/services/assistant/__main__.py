"""``python -m hub_config.services.assistant --local``: the assistant for one learner on this machine."""

from __future__ import annotations

import argparse
import os
import secrets
import sys

from course.ai.client import TOKEN_VARIABLE
from hub_config.assistant_settings import KeyRefused
from hub_config.services.assistant.local import serve
from hub_config.settings import SettingsError


def main() -> int:
    """Serve; without a token in the environment a new one is made and shown."""
    parser = argparse.ArgumentParser(prog="python -m hub_config.services.assistant", description=__doc__)
    parser.add_argument("--local", action="store_true", required=True, help="chỉ phục vụ máy này, một người học")
    parser.add_argument("--port", type=int, default=0, help="cổng; 0 là chọn cổng trống")
    parser.add_argument("--fd", type=int, default=None, help=argparse.SUPPRESS)
    options = parser.parse_args()
    token = os.environ.get(TOKEN_VARIABLE, "")
    if not token:
        token = secrets.token_urlsafe(32)
        print(f"{TOKEN_VARIABLE}={token}", flush=True)
    try:
        return serve(token, port=options.port, handle=options.fd)
    except (KeyRefused, SettingsError) as error:
        print(error, file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
