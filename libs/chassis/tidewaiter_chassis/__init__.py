"""What every service stands on: server, client, failures, deadlines, stores and telemetry."""

import os

# gRPC's native part reads this once, when it is first imported, and would otherwise write lines of its own between
# our JSON ones: for a port in use, for a peer that goes away. What matters of them reaches us as an exception.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")
