"""How graders of notebooks are attacked: cases that are really run, against this grader and stock nbgrader."""
