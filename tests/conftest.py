"""Makes the modules beside this file importable from every test: ``from sandbox_server import sandbox``."""
