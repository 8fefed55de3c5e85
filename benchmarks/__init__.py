"""Measurements that anybody can repeat on their own machine; `docs/benchmarks.md` has figures."""
