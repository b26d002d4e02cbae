"""The main job: a small convolutional network learns to read handwritten digits."""
