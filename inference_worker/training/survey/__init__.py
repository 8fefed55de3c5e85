"""What a folder of radiographs holds: counts, doubles, sizes of fractures, sheets to look at."""
