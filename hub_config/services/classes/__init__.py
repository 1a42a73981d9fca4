"""The classes service: how far each learner of a class has come, for its trainers."""
