"""`python -m fracture_client`."""

import sys

from fracture_client.cli import main

sys.exit(main())
