"""What a tensor is: its memory, its views, what waits to be computed, its place on the tape."""
