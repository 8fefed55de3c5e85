"""The runtimes that can run a bundle. Import one of these modules only where its runtime may be
loaded."""
