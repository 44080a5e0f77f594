#include "libs/kafka/producer.h"

#include <librdkafka/rdkafka.h>

#include <unordered_map>

#include "libs/kafka/settings.h"
#include "libs/telemetry/log.h"

namespace vefa::kafka {
namespace {

// What one Publish waits for; reached by the delivery reports through the message's opaque.
struct Batch {
  std::vector<bool> acknowledged;
  size_t open = 0;
  bool failed = false;
};

struct Slot {
  Batch* batch;
  size_t index;
};

void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  std::unique_ptr<Slot> slot(static_cast<Slot*>(message->_private));
  // A report that arrives after its batch was given up has nobody to tell.
  if (slot->batch == nullptr) return;
  --slot->batch->open;
  if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    slot->batch->acknowledged[slot->index] = true;
  } else {
    slot->batch->failed = true;
  }
}

rd_kafka_headers_t* MakeHeaders(const Headers& headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const auto& [name, value] : headers)
    rd_kafka_header_add(list, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  return list;
}

}  // namespace

struct Producer::Handle {
  rd_kafka_t* kafka = nullptr;
  ~Handle() {
    if (kafka == nullptr) return;
    rd_kafka_purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(kafka, 1000);
    rd_kafka_destroy(kafka);
  }
  bool Send(const Record& record, Slot* slot) {
    rd_kafka_headers_t* headers = MakeHeaders(record.headers);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        kafka, RD_KAFKA_V_TOPIC(record.topic.c_str()), RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_OPAQUE(slot), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
    rd_kafka_headers_destroy(headers);
    telemetry::Warn("Kafka refused a record", {{"topic", record.topic}, {"error", rd_kafka_err2str(error)}});
    return false;
  }
};

Producer::Producer(std::string brokers, std::string client_id)
    : brokers_(std::move(brokers)), client_id_(std::move(client_id)) {}
Producer::~Producer() = default;

Status Producer::Open() {
  if (handle_ != nullptr) return Ok();
  // message.timeout.ms=0 never gives a record up: a record that expired would leave a hole.
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers_.c_str()},
                                        {"client.id", client_id_.c_str()},
                                        {"enable.idempotence", "true"},
                                        {"enable.gapless.guarantee", "true"},
                                        {"message.timeout.ms", "0"},
                                        {"linger.ms", "1"},
                                        {"compression.type", "lz4"},
                                        {"queue.buffering.max.messages", "20000"},
                                        {"queue.buffering.max.kbytes", "65536"},
                                        {"message.max.bytes", "1048576"},
                                        {"request.timeout.ms", "10000"},
                                        {"socket.timeout.ms", "10000"},
                                        {"socket.keepalive.enable", "true"},
                                        {"reconnect.backoff.ms", "50"},
                                        {"reconnect.backoff.max.ms", "500"},
                                        {"retry.backoff.ms", "50"},
                                        {"partitioner", "murmur2_random"},
                                        {"log_level", "3"}});
  rd_kafka_conf_set_dr_msg_cb(conf, &OnDelivery);
  char error[256];
  rd_kafka_t* kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", error);
  }
  handle_ = std::make_unique<Handle>();
  handle_->kafka = kafka;
  return Ok();
}

std::vector<bool> Producer::Publish(const std::vector<Record>& records, Deadline deadline,
                                    const std::function<bool()>& stop) {
  Batch batch;
  batch.acknowledged.assign(records.size(), false);
  if (!Open().ok()) return batch.acknowledged;
  for (size_t i = 0; i < records.size(); ++i) {
    auto* slot = new Slot{&batch, i};  // Owned by the delivery report.
    if (!handle_->Send(records[i], slot)) {
      delete slot;
      // Nothing after a refused record may overtake it.
      batch.failed = true;
      break;
    }
    ++batch.open;
  }
  while (batch.open > 0 && !batch.failed && !deadline.Passed() && !stop()) rd_kafka_poll(handle_->kafka, 50);
  char text[256];
  bool fatal = rd_kafka_fatal_error(handle_->kafka, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR;
  if (batch.open > 0 || batch.failed || fatal) {
    telemetry::Warn("Kafka did not acknowledge a batch; the producer is rebuilt",
                    {{"open", batch.open}, {"fatal", fatal ? text : ""}});
    // The purge reports every open record as failed while `batch` is still alive.
    handle_.reset();
  }
  return batch.acknowledged;
}

}  // namespace vefa::kafka
