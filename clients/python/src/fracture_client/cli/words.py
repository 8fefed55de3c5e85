"""The words that the API takes, for `--help` and to refuse a misspelt one before anything is sent.

A test holds them against the schema.
"""

PRIORITIES = ("routine", "urgent")
SIDES = ("left", "right", "both")
REGIONS = (
    "hand",
    "wrist",
    "forearm",
    "elbow",
    "upper_arm",
    "shoulder",
    "clavicle",
    "pelvis",
    "hip",
    "thigh",
    "knee",
    "lower_leg",
    "ankle",
    "foot",
    "chest",
    "spine",
    "skull",
    "other",
)
STATUSES = ("queued", "running", "finished", "failed", "cancelled", "withdrawn")
LEVELS = ("fracture", "inconclusive", "incomplete", "no_fracture_found")
