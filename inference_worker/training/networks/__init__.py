"""The parts that networks are built from; `training.architectures` names the finished ones."""
