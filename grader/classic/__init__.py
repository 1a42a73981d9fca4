"""Classic mode: any ordinary nbgrader assignment, graded by nbgrader's own code, its execution in our sandbox."""
