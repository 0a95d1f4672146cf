#!/usr/bin/env bash
# Tells Spark which GPUs this machine has: spark.{driver,executor,worker}.resource.gpu.discoveryScript.
# Spark expects one JSON object on stdout (org.apache.spark.resource.ResourceInformation):
#   {"name": "gpu", "addresses": ["0", "1"]}
set -euo pipefail

command -v nvidia-smi >/dev/null || {
  echo "discover-gpus: there is no nvidia-smi on the PATH of ${HOSTNAME}; install NVIDIA's driver there" >&2
  exit 1
}
indices=$(nvidia-smi --query-gpu=index --format=csv,noheader)
[ -n "$indices" ] || {
  echo "discover-gpus: nvidia-smi lists no GPU on ${HOSTNAME}" >&2
  exit 1
}
addresses=$(sed 's/.*/"&"/' <<<"$indices" | paste -sd, -)
echo "{\"name\": \"gpu\", \"addresses\": [${addresses}]}"
