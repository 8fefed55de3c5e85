"""Training of the models that bundles carry. Keras and TensorFlow live here and in no process that
serves."""
