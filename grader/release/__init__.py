"""Release: from source notebooks to what learners get."""
