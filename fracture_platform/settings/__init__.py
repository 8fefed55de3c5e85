"""Settings: `demo` (one machine, made to be tried), `production`, and `test`, over a common `base`."""
