# syntax=docker/dockerfile:1
# One image for web, workers and scheduler; docker-compose.yml says which command each one runs.

FROM python:3.12-slim AS build
RUN python -m venv /opt/venv
COPY requirements/base.txt /tmp/requirements/base.txt
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r /tmp/requirements/base.txt
COPY . /app
WORKDIR /app
# Static files are collected under the demo settings, whose secrets stay in this stage.
RUN DJANGO_SETTINGS_MODULE=fracture_platform.settings.demo VAR_DIR=/tmp/var \
    STATIC_ROOT=/app/staticfiles \
    /opt/venv/bin/python manage.py collectstatic --noinput --verbosity 0

FROM python:3.12-slim
RUN useradd --system --uid 10001 --user-group --home-dir /var/lib/fracture --create-home fracture
COPY --from=build /opt/venv /opt/venv
COPY --from=build /app /app
WORKDIR /app
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=fracture_platform.settings.production \
    VAR_DIR=/var/lib/fracture \
    STATIC_ROOT=/app/staticfiles \
    LOG_FORMAT=json \
    HOST=0.0.0.0 \
    PORT=8000
USER fracture
VOLUME /var/lib/fracture
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen('http://127.0.0.1:' + os.environ['PORT'] + '/readyz', timeout=4)"]
CMD ["gunicorn", "--config", "python:fracture_platform.web_server", "fracture_platform.wsgi"]
