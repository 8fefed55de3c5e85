"""The REST API, version 1: the services and selectors of the pages, for programs."""
