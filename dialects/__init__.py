"""What differs between database engines, and nothing else: this package never imports ``extractor``."""
