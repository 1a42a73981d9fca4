"""``python -m hub_config.proxy`` installs the proxy."""

import sys

from hub_config.proxy import main

sys.exit(main())
