"""Code that gives a process the pure build of the parser, although the compiled one is installed as well."""

PURE = """
import importlib.machinery, sys
class Pure:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if not name.startswith("sqlglot"):
            return None
        finder = importlib.machinery.FileFinder
        loader = (importlib.machinery.SourceFileLoader, [".py"])
        for entry in path or sys.path:
            spec = finder(entry, loader).find_spec(name)
            if spec is not None:
                return spec
        return None
sys.meta_path.insert(0, Pure)
"""
