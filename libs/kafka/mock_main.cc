// A stand-in for a broker where none can be had: librdkafka's own in-memory cluster. Events do
// not survive its end, and whoever starts it must say so.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <CLI/CLI.hpp>
#include <cstdio>

#include "libs/kafka/settings.h"
#include "libs/runtime/signals.h"

int main(int argc, char** argv) {
  CLI::App app("An in-memory Kafka cluster for where no broker can be had. Events do not survive a restart.");
  int partitions = 24;
  std::string address_file;
  app.add_option("--partitions", partitions, "Partitions of every topic")->check(CLI::Range(1, 256));
  app.add_option("--address-file", address_file, "Write the bootstrap address here once it listens")->required();
  CLI11_PARSE(app, argc, argv);
  vefa::runtime::BlockStopSignals();
  char error[256];
  rd_kafka_t* kafka = rd_kafka_new(RD_KAFKA_PRODUCER, vefa::kafka::MakeSettings({{"log_level", "3"}}), error, sizeof error);
  if (kafka == nullptr) {
    std::fprintf(stderr, "cannot start: %s\n", error);
    return 1;
  }
  rd_kafka_mock_cluster_t* cluster = rd_kafka_mock_cluster_new(kafka, 1);
  // The protocol's CreateTopics is not served here: what `vefactl topics apply` wants must be there.
  for (const char* topic :
       {"vefa.contact.v1", "vefa.contact.state.v1", "vefa.interaction.v1", "vefa.interaction.state.v1", "vefa.campaign.v1",
        "vefa.campaign.state.v1", "vefa.notification.v1", "vefa.notification.state.v1", "vefa.dlq.v1"})
    rd_kafka_mock_topic_create(cluster, topic, partitions, 1);
  FILE* file = std::fopen(address_file.c_str(), "w");
  if (file == nullptr) {
    std::fprintf(stderr, "cannot write %s\n", address_file.c_str());
    return 1;
  }
  std::fprintf(file, "%s\n", rd_kafka_mock_cluster_bootstraps(cluster));
  std::fclose(file);
  vefa::runtime::WaitForStopSignal();
  rd_kafka_mock_cluster_destroy(cluster);
  rd_kafka_destroy(kafka);
  return 0;
}
