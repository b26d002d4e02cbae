"""One kernel as loops: its IR, how nodes become loops, how loops become fast loops."""
