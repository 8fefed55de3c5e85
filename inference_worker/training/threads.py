"""How many cores a TensorFlow process takes: another thing that only TensorFlow itself can set."""

from __future__ import annotations

import tensorflow as tf


def single() -> None:
    """One thread: as many processes as cores then use the machine best (docs/model-lab.md)."""
    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
