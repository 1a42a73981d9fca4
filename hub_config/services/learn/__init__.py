"""The learn service: the path, lesson pages, answers, submissions and results."""
