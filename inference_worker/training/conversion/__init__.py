"""A stranger's .keras or .h5 file -> a bundle. Runs in a process of its own: see
`inference_worker.converting`."""
