"""Measure what a learner waits for and what a hub costs: the lesson page beside JupyterLab and Voilà."""
