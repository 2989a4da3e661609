"""The jobs capability: its table, data rules and routes."""

from meetkit.capabilities import Capability

CAPABILITY = Capability(
    name="jobs",
    tables="meetkit.jobs.tables",
    erase_user="meetkit.jobs.queries:erase_user",
    purge="meetkit.jobs.queries:purge",
    service_routes="meetkit.jobs.routes:ROUTERS",
    examples="meetkit.jobs.routes:EXAMPLES",
)
