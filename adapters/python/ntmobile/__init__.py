"""NTMobile in Python: the wire format (codec) and the switching relay (RS-S), from the specification alone."""

__version__ = "0.1.0"
