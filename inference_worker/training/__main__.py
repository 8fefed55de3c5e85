"""python -m inference_worker.training"""

import sys

from inference_worker.training.cli import main

sys.exit(main())
