# The service, without tools to build it: `docker build --tag meetkit .`; docs/operations.md says how to run it.
FROM python:3.13-slim-trixie AS python

FROM python AS build
ENV UV_COMPILE_BYTECODE=1 UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never VIRTUAL_ENV=/opt/meetkit
RUN pip install --no-cache-dir uv==0.13.8 && uv venv "$VIRTUAL_ENV"
WORKDIR /source
# Both steps keep to the versions pinned in pyproject.toml; the first needs no more than what names the package.
COPY pyproject.toml README.md LICENSE NOTICE ./
COPY meetkit/__init__.py ./meetkit/
RUN uv pip install --requirements pyproject.toml --extra web --extra cli --extra llm --extra telemetry
COPY meetkit ./meetkit
RUN uv pip install --no-deps --reinstall .

FROM python
ENV MEETKIT_ENVIRONMENT=production PATH=/opt/meetkit/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1
COPY --from=build /opt/meetkit /opt/meetkit
# Only what is here is written to, and /tmp: a database, where no other is set, and mails that no server sends.
RUN useradd --uid 10001 --user-group --no-log-init --home-dir /data meetkit \
  && install --directory --owner=meetkit --group=meetkit --mode=0700 /data
VOLUME /data
WORKDIR /data
USER 10001:10001
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["meetkit", "serve", "--host", "0.0.0.0"]
