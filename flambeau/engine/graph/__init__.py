"""The pure tensor program: primitives, nodes, their building, simplification and meaning."""
