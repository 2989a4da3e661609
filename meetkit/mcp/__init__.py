"""The service's routes as tools of the Model Context Protocol (MCP), for assistants. Needs the extra `mcp`.

A tool is a request to a route of the service, in this process: the key of its caller, the checks and limits, the
audit log and the errors are those of HTTP.
"""

from importlib.util import find_spec

if find_spec("mcp") is None:
    raise ImportError("tools for assistants need the extra 'mcp': pip install 'meetkit[mcp]'")
