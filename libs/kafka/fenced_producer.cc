#include "libs/kafka/fenced_producer.h"

#include <librdkafka/rdkafka.h>

#include "libs/kafka/convert.h"
#include "libs/kafka/settings.h"

namespace vefa::kafka {
namespace {

// The rest of the transaction's own timeout, which librdkafka asks to be given.
constexpr int kRestOfTransaction = -1;
constexpr int kPurgeMs = 1000;

Status Outcome(rd_kafka_error_t* error) {
  if (error == nullptr) return Ok();
  rd_kafka_resp_err_t code = rd_kafka_error_code(error);
  std::string text = rd_kafka_error_string(error);
  rd_kafka_error_destroy(error);
  if (code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
      code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH)
    return Error{Code::kAborted, "PRODUCER_FENCED", "Another process has become the writer: " + text};
  return Unavailable("KAFKA_UNAVAILABLE", "Kafka did not take the transaction: " + text);
}

rd_kafka_conf_t* Settings(const std::string& brokers, const std::string& transactional_id) {
  return MakeSettings({{"bootstrap.servers", brokers.c_str()},
                       {"client.id", transactional_id.c_str()},
                       {"transactional.id", transactional_id.c_str()},
                       {"transaction.timeout.ms", "10000"},
                       {"message.timeout.ms", "8000"},
                       {"linger.ms", "1"},
                       {"compression.type", "lz4"},
                       {"queue.buffering.max.messages", "20000"},
                       {"queue.buffering.max.kbytes", "65536"},
                       {"message.max.bytes", "1048576"},
                       {"request.timeout.ms", "5000"},
                       {"socket.timeout.ms", "5000"},
                       {"socket.keepalive.enable", "true"},
                       {"reconnect.backoff.ms", "50"},
                       {"reconnect.backoff.max.ms", "500"},
                       {"retry.backoff.ms", "50"},
                       {"partitioner", "murmur2_random"},
                       {"log_level", "3"}});
}

}  // namespace

struct FencedProducer::Handle {
  rd_kafka_t* kafka = nullptr;

  ~Handle() {
    if (kafka == nullptr) return;
    rd_kafka_purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(kafka, kPurgeMs);
    rd_kafka_destroy(kafka);
  }

  Status Send(const Record& record) const {
    rd_kafka_headers_t* headers = FromHeaders(record.headers);
    void* value = record.tombstone ? nullptr : const_cast<char*>(record.value.data());
    rd_kafka_resp_err_t error = rd_kafka_producev(
        kafka, RD_KAFKA_V_TOPIC(record.topic.c_str()), RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(value, record.tombstone ? 0 : record.value.size()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Ok();
    rd_kafka_headers_destroy(headers);
    char text[256];
    rd_kafka_resp_err_t fatal = rd_kafka_fatal_error(kafka, text, sizeof text);
    if (fatal != RD_KAFKA_RESP_ERR_NO_ERROR) return Outcome(rd_kafka_error_new(fatal, "%s", text));
    return Outcome(rd_kafka_error_new(error, "%s: %s", record.topic.c_str(), rd_kafka_err2str(error)));
  }

  Status Transact(const std::vector<Record>& records) const {
    VEFA_TRY_OK(Outcome(rd_kafka_begin_transaction(kafka)));
    for (const Record& record : records) VEFA_TRY_OK(Send(record));
    return Outcome(rd_kafka_commit_transaction(kafka, kRestOfTransaction));
  }
};

FencedProducer::FencedProducer(std::string brokers, std::string transactional_id)
    : brokers_(std::move(brokers)), transactional_id_(std::move(transactional_id)) {}
FencedProducer::~FencedProducer() = default;

Status FencedProducer::Begin(std::chrono::milliseconds timeout) {
  if (handle_ != nullptr) return Ok();
  rd_kafka_conf_t* conf = Settings(brokers_, transactional_id_);
  char text[256];
  auto handle = std::make_unique<Handle>();
  handle->kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, text, sizeof text);
  if (handle->kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", text);
  }
  VEFA_TRY_OK(Outcome(rd_kafka_init_transactions(handle->kafka, static_cast<int>(timeout.count()))));
  handle_ = std::move(handle);
  return Ok();
}

Status FencedProducer::Publish(const std::vector<Record>& records) {
  if (handle_ == nullptr)
    return Error{Code::kFailedPrecondition, "PRODUCER_NOT_BEGUN", "Begin before publishing, and again after an error."};
  if (records.empty()) return Ok();
  Status done = handle_->Transact(records);
  // An open transaction is aborted by the next Begin, ours or another's.
  if (!done.ok()) handle_.reset();
  return done;
}

}  // namespace vefa::kafka
