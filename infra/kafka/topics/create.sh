#!/bin/sh
# Makes the relay's topics where it has no right to. Needs Kafka's tools on the PATH, and the relay's variables where they are not the
# defaults:
#   CONFLEDGER_KAFKA_BROKERS=one:9092 infra/kafka/topics/create.sh [--command-config client.properties]
set -eu
folder=$(dirname "$0")
: "${CONFLEDGER_KAFKA_BROKERS:?Set it to host:port, several with commas}"

# make <name> [more options]. The lines of the file are arguments of their own. The number of partitions decides where records lie and
# can never be changed. Only changes have a retention by age.
make() {
  name=$1
  shift
  retention=${CONFLEDGER_KAFKA_CHANGES_RETENTION_MS:+s/^retention\.ms=.*/retention.ms=$CONFLEDGER_KAFKA_CHANGES_RETENTION_MS/}
  config=$(sed -n -e "$retention" -e 's/^\([a-z.]*=.*\)$/--config \1/p' "$folder/$name.properties")
  # shellcheck disable=SC2086
  kafka-topics.sh --bootstrap-server "$CONFLEDGER_KAFKA_BROKERS" --create --if-not-exists \
    --topic "${CONFLEDGER_NAMESPACE:-confledger}.$name" \
    --partitions "${CONFLEDGER_KAFKA_PARTITIONS:-12}" \
    --replication-factor "${CONFLEDGER_KAFKA_REPLICATION_FACTOR:-3}" \
    $config --config "min.insync.replicas=${CONFLEDGER_KAFKA_MIN_INSYNC_REPLICAS:-2}" "$@"
}

make active "$@"
make changes "$@"
