"""Training proper: `plan` says what is done, `learn` does it for one set of pictures, `crossval`
for every fold, `ship` makes the bundle."""
