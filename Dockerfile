# Qalam in one image: `docker run … qalam up`, `qalam serve` or `qalam work`.
FROM python:3.12-slim AS build
WORKDIR /srv/qalam
COPY requirements/server.txt requirements/server.txt
RUN python -m venv /srv/venv \
    && /srv/venv/bin/pip install --no-cache-dir --require-hashes -r requirements/server.txt
COPY pyproject.toml README.md LICENSE alembic.ini ./
COPY app app
COPY workers workers
COPY alembic alembic
COPY examples examples
RUN /srv/venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation -e .

FROM python:3.12-slim
RUN useradd --system --uid 10001 --home-dir /var/lib/qalam --create-home qalam
COPY --from=build /srv/venv /srv/venv
COPY --from=build --chown=root:root /srv/qalam /srv/qalam
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    QALAM_DATA_DIR=/var/lib/qalam \
    QALAM_HOST=0.0.0.0
WORKDIR /srv/qalam
USER qalam
VOLUME /var/lib/qalam
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
ENTRYPOINT ["qalam"]
CMD ["up"]
