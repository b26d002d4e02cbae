"""Making it happen: storage cells, recorded values, evaluation, capture, random state."""
