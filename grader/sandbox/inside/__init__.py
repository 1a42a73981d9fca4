"""What runs inside the sandbox: all that is seen there of the grader, so it imports nothing else of it."""
