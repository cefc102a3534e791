#!/bin/sh
# Makes the feed's topic where the relay has no right to. Needs Kafka's tools on the PATH and three variables or their defaults:
#   CONFLEDGER_KAFKA_BROKERS=one:9092 infra/kafka/topics/create.sh [--command-config client.properties]
set -eu
folder=$(dirname "$0")
: "${CONFLEDGER_KAFKA_BROKERS:?Set it to host:port, several with commas}"
config=$(sed -n 's/^\([a-z.]*=.*\)$/--config \1/p' "$folder/active.properties")

# The lines of the file are arguments of their own. The number of partitions decides where records lie and can never be changed.
# shellcheck disable=SC2086
exec kafka-topics.sh --bootstrap-server "$CONFLEDGER_KAFKA_BROKERS" --create --if-not-exists \
  --topic "${CONFLEDGER_NAMESPACE:-confledger}.active" \
  --partitions "${CONFLEDGER_KAFKA_PARTITIONS:-12}" \
  --replication-factor "${CONFLEDGER_KAFKA_REPLICATION_FACTOR:-3}" \
  $config --config "min.insync.replicas=${CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS:-2}" "$@"
