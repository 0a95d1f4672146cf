# ViTScale on Spark 3.5 and Java 17, for a laptop, spark-submit and Spark on Kubernetes (see docs/guides/containers.md).
#   docker build --tag vitscale .
#   docker buildx build --platform linux/amd64,linux/arm64 --tag REGISTRY/vitscale --push .
# hadolint global ignore=DL3008
# Packages of Debian have no versions here, because its archive keeps only the newest, with all security updates.

ARG BASE=debian:bookworm-slim

# The wheel for the target's processor, built on the processor of this machine: sbt is slow under emulation.
FROM --platform=$BUILDPLATFORM ${BASE} AS wheel
# Debian's slim images lack a folder in which Java's package makes links.
RUN mkdir -p /usr/share/man/man1 && apt-get update && apt-get install --yes --no-install-recommends \
    ca-certificates openjdk-17-jre-headless python3-venv && rm -rf /var/lib/apt/lists/*
WORKDIR /build
COPY python/bootstrap.txt python/
COPY deploy/requirements.txt deploy/
RUN --mount=type=cache,target=/root/.cache python3 -m venv .venv \
    && .venv/bin/pip install --require-hashes --requirement python/bootstrap.txt \
    && .venv/bin/uv pip install --python .venv/bin/python --require-hashes --requirement deploy/requirements.txt
COPY . .
ARG TARGETARCH
RUN --mount=type=cache,target=/root/.cache --mount=type=cache,target=/root/.sbt --mount=type=cache,target=/root/.ivy2 \
    case "$TARGETARCH" in arm64) platform=linux-aarch64 ;; *) platform=linux-x86_64 ;; esac \
    && ./sbtw "-Dplatform=$platform" pythonJars \
    && .venv/bin/uv build --wheel --out-dir /wheels python

# The packages, with exact versions and hashes.
FROM ${BASE} AS packages
RUN apt-get update && apt-get install --yes --no-install-recommends ca-certificates python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY python/bootstrap.txt deploy/requirements.txt /
RUN --mount=type=cache,target=/root/.cache python3 -m venv /bootstrap \
    && /bootstrap/bin/pip install --require-hashes --requirement bootstrap.txt \
    && /bootstrap/bin/uv venv --python /usr/bin/python3 /opt/vitscale \
    && /bootstrap/bin/uv pip install --python /opt/vitscale/bin/python --link-mode copy --compile-bytecode \
        --require-hashes --requirement requirements.txt
COPY --from=wheel /wheels /wheels
# SPARK_HOME is pyspark, with the folder of its settings.
RUN /bootstrap/bin/uv pip install --python /opt/vitscale/bin/python --link-mode copy --compile-bytecode --no-deps \
        /wheels/*.whl \
    && spark=$(/opt/vitscale/bin/python -c 'from vitscale.jvm.spark_release import spark_jars; print(spark_jars().parent)') \
    && jars=$(/opt/vitscale/bin/vitscale jars) \
    && mkdir "$spark/conf" "$spark/work-dir" && rm -rf "$spark/examples" && ln -s "$spark" /opt/spark \
    && ln -s "${jars%,*}" "${jars#*,}" "$spark/work-dir/"

# The user id is that of Spark's own image.
FROM ${BASE}
RUN mkdir -p /usr/share/man/man1 && apt-get update && apt-get install --yes --no-install-recommends \
    ca-certificates libnss-wrapper libturbojpeg0 openjdk-17-jre-headless python3 tini && rm -rf /var/lib/apt/lists/* \
    && ln -s "/usr/lib/jvm/java-17-openjdk-$(dpkg --print-architecture)" /opt/java \
    && useradd --uid 185 --gid 0 --create-home spark
COPY --from=packages /opt /opt
ENV JAVA_HOME=/opt/java \
    LANG=C.UTF-8 \
    OMP_NUM_THREADS=1 \
    PATH=/opt/vitscale/bin:/opt/spark/bin:/opt/java/bin:/usr/local/bin:/usr/bin:/bin \
    PYSPARK_PYTHON=/opt/vitscale/bin/python \
    PYTHONDONTWRITEBYTECODE=1 \
    SPARK_CONF_DIR=/opt/spark/conf \
    SPARK_HOME=/opt/spark
# An archive of Java's classes, so that commands start faster. It has 170 MB; an emulated processor takes minutes to make it.
ARG CLASS_ARCHIVE=no
RUN [ "$CLASS_ARCHIVE" = no ] || (vitscale archive-classes --for-all-users && rm -rf /root/.cache /tmp/*)
USER 185
WORKDIR /opt/spark/work-dir
ENTRYPOINT ["tini", "-s", "--", "python", "-m", "vitscale.jvm.container"]
CMD ["--help"]
