"""Traces by OpenTelemetry: of requests by FastAPI itself, of statements by SQLAlchemy's instrumentation."""

from __future__ import annotations

try:
    from opentelemetry.context import Context
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.instrumentation.sqlalchemy import SQLAlchemyInstrumentor
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import Span, SpanProcessor, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor
except ImportError as error:
    raise ImportError("telemetry needs the extra 'telemetry': pip install 'meetkit[telemetry]'") from error

from sqlalchemy import Engine

_PERSONAL = ("url.query", "exception.message", "exception.stacktrace")


class Traces:
    """Where spans go; statements are told without what they were about."""

    def __init__(self, url: str) -> None:
        """Send spans to an OTLP endpoint, such as `http://127.0.0.1:4318`."""
        self.provider = TracerProvider(resource=Resource.create({"service.name": "meetkit"}))
        self.provider.add_span_processor(_Discreet())
        exporter = OTLPSpanExporter(endpoint=f"{url.rstrip('/')}/v1/traces")
        self.provider.add_span_processor(BatchSpanProcessor(exporter))

    def watch(self, engine: Engine) -> None:
        """Have an engine's statements traced."""
        SQLAlchemyInstrumentor().instrument(engine=engine, tracer_provider=self.provider)

    def close(self) -> None:
        """Send what is left."""
        self.provider.shutdown()


class _Discreet(SpanProcessor):
    """Takes out what people may have written."""

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:  # noqa: ARG002  # the protocol's
        if span.attributes and "url.query" in span.attributes:
            span.set_attribute("url.query", "")
