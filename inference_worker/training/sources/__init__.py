"""One module for each layout that radiographs are published in; `dataset.py` chooses among them."""
