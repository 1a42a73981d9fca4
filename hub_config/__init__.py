"""JupyterHub's configuration and the services behind it."""
