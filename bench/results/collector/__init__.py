"""Parts of bench/results/run: which results there are to be, how each is made and kept, and the document of them all."""
