"""The platform on one machine: what `manage.py run` prepares, starts, watches and ends."""
