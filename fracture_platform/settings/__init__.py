"""Settings: `demo` (one machine, to be tried), `production` and `test`, over a common `base`."""
