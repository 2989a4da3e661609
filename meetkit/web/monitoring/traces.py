"""Traces by OpenTelemetry: of requests by FastAPI itself, of statements here, as its own one is for SQLAlchemy 2.0."""

from __future__ import annotations

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
    from opentelemetry.trace import SpanKind, Status, StatusCode
except ImportError as error:
    raise ImportError("telemetry needs the extra 'telemetry': pip install 'meetkit[telemetry]'") from error

from typing import Any

from sqlalchemy import Engine, ExceptionContext, event


class Traces:
    """A tracer provider whose spans hold no query string and no parameters of statements."""

    def __init__(self, url: str) -> None:
        """Send spans to an OTLP endpoint, such as `http://127.0.0.1:4318`."""
        self.provider = TracerProvider(resource=Resource.create({"service.name": "meetkit"}))
        self.provider.add_span_processor(_QueryRemover())
        exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")
        self.provider.add_span_processor(BatchSpanProcessor(exporter))

    def watch(self, engine: Engine) -> None:
        """Trace an engine's statements."""
        tracer = self.provider.get_tracer("meetkit")
        system = engine.dialect.name

        @event.listens_for(engine, "before_cursor_execute")
        def _begin(
            _connection: Any, _cursor: Any, statement: str, _parameters: Any, context: Any, _batch: bool
        ) -> None:
            # Statements of the dialect itself have no execution context.
            if context is not None:
                kind = statement.split(maxsplit=1)[0].upper()
                context.meetkit_span = tracer.start_span(
                    kind, kind=SpanKind.CLIENT, attributes={"db.system.name": system, "db.query.text": statement}
                )

        @event.listens_for(engine, "after_cursor_execute")
        def _end(_connection: Any, _cursor: Any, _statement: str, _parameters: Any, context: Any, _batch: bool) -> None:
            if context is not None:
                context.meetkit_span.end()

        @event.listens_for(engine, "handle_error")
        def _fail(context: ExceptionContext) -> None:
            span = getattr(context.execution_context, "meetkit_span", None)
            if span is not None:
                span.set_status(Status(StatusCode.ERROR, type(context.original_exception).__name__))
                span.end()

    def close(self) -> None:
        """Send the remaining spans."""
        self.provider.shutdown()


class _QueryRemover(SpanProcessor):
    """Removes query strings, which may hold user content."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002  # the protocol's
        if span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", "")
