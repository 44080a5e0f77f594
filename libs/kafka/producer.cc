#include "libs/kafka/producer.h"

#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "libs/base/check.h"
#include "libs/kafka/owned.h"
#include "libs/kafka/settings.h"
#include "libs/telemetry/log.h"

namespace vefa::kafka {
namespace {

// How long the end of a producer waits for its threads to give up what is in flight.
constexpr int kPurgeTimeoutMs = 1000;
// One question to the brokers; asked again until the deadline.
constexpr int kMetadataTimeoutMs = 2000;
// A broker that has just heard of a topic needs some milliseconds.
constexpr std::chrono::milliseconds kAskAgain(20);

rd_kafka_headers_t* MakeHeaders(const Headers& headers) {
  rd_kafka_headers_t* list = rd_kafka_headers_new(headers.size());
  for (const auto& [name, value] : headers)
    rd_kafka_header_add(list, name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  return list;
}

}  // namespace

// One life of the producer.
struct Producer::Handle {
  rd_kafka_t* kafka = nullptr;
  rd_kafka_topic_t* topic = nullptr;  // The last one sent to: nearly always the only one.
  std::string topic_name;
  std::vector<uint64_t> acknowledged;
  bool failed = false;

  ~Handle() {
    if (topic != nullptr) rd_kafka_topic_destroy(topic);
    if (kafka == nullptr) return;
    rd_kafka_purge(kafka, RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_flush(kafka, kPurgeTimeoutMs);
    rd_kafka_destroy(kafka);
  }

  static void OnDelivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
    auto* self = static_cast<Handle*>(opaque);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      self->acknowledged.push_back(reinterpret_cast<uint64_t>(message->_private));
    } else {
      self->failed = true;
    }
  }

  bool UseTopic(const std::string& name) {
    if (topic != nullptr && name == topic_name) return true;
    if (topic != nullptr) rd_kafka_topic_destroy(topic);
    topic_name = name;
    topic = rd_kafka_topic_new(kafka, name.c_str(), nullptr);
    return topic != nullptr;
  }

  bool Send(const Record& record, uint64_t token) {
    if (!UseTopic(record.topic)) return false;
    rd_kafka_headers_t* headers = MakeHeaders(record.headers);
    rd_kafka_resp_err_t error = rd_kafka_producev(
        kafka, RD_KAFKA_V_RKT(topic), RD_KAFKA_V_KEY(record.key.data(), record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()), record.value.size()),
        RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY), RD_KAFKA_V_HEADERS(headers),
        RD_KAFKA_V_OPAQUE(reinterpret_cast<void*>(token)), RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return true;
    rd_kafka_headers_destroy(headers);
    telemetry::Warn("Kafka refused a record",
                    {{"topic", record.topic}, {"key", record.key}, {"error", rd_kafka_err2str(error)}});
    return false;
  }
};

Producer::Producer(std::string brokers, std::string client_id)
    : brokers_(std::move(brokers)), client_id_(std::move(client_id)), wake_fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  VEFA_CHECK(wake_fd_ >= 0);
}

Producer::~Producer() {
  handle_.reset();
  close(wake_fd_);
}

Status Producer::Open() {
  if (handle_ != nullptr) return Ok();
  // message.timeout.ms=0 never gives a record up: a record that expired would leave a hole. Nothing
  // lingers: while a request is under way the next records gather by themselves, so that batches are as
  // large as the load and a lonely record leaves at once.
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers_.c_str()},
                                        {"client.id", client_id_.c_str()},
                                        {"enable.idempotence", "true"},
                                        {"enable.gapless.guarantee", "true"},
                                        {"message.timeout.ms", "0"},
                                        {"linger.ms", "0"},
                                        {"compression.type", "lz4"},
                                        {"queue.buffering.max.messages", "20000"},
                                        {"queue.buffering.max.kbytes", "65536"},
                                        {"message.max.bytes", "1048576"},
                                        {"request.timeout.ms", "10000"},
                                        {"socket.timeout.ms", "10000"},
                                        {"socket.keepalive.enable", "true"},
                                        {"socket.nagle.disable", "true"},
                                        {"reconnect.backoff.ms", "50"},
                                        {"reconnect.backoff.max.ms", "500"},
                                        {"retry.backoff.ms", "50"},
                                        {"topic.metadata.refresh.interval.ms", "60000"},
                                        {"partitioner", "murmur2_random"},
                                        {"log_level", "3"}});
  auto handle = std::make_unique<Handle>();
  rd_kafka_conf_set_opaque(conf, handle.get());
  rd_kafka_conf_set_dr_msg_cb(conf, &Handle::OnDelivery);
  char error[256];
  handle->kafka = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof error);
  if (handle->kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", error);
  }
  constexpr uint64_t kOne = 1;
  rd_kafka_queue_t* queue = rd_kafka_queue_get_main(handle->kafka);
  rd_kafka_queue_io_event_enable(queue, wake_fd_, &kOne, sizeof kOne);
  rd_kafka_queue_destroy(queue);
  handle_ = std::move(handle);
  return Ok();
}

bool Producer::Send(const Record& record, uint64_t token) {
  if (failed_ || !Open().ok() || !handle_->Send(record, token)) {
    failed_ = true;
    return false;
  }
  ++in_flight_;
  return true;
}

void Producer::Wake() {
  constexpr uint64_t kOne = 1;
  // A full counter is as readable as this would make it.
  (void)!write(wake_fd_, &kOne, sizeof kOne);
}

void Producer::Rebuild() {
  handle_.reset();
  in_flight_ = 0;
  failed_ = false;
}

Producer::Report Producer::Poll(std::chrono::milliseconds wait) {
  Report report;
  bool silent = true;
  if (handle_ != nullptr) {
    rd_kafka_poll(handle_->kafka, 0);
    silent = handle_->acknowledged.empty() && !handle_->failed && !failed_;
  }
  pollfd waiting{wake_fd_, POLLIN, 0};
  uint64_t calls = 0;
  if (poll(&waiting, 1, silent && !failed_ ? static_cast<int>(wait.count()) : 0) > 0)
    (void)!read(wake_fd_, &calls, sizeof calls);
  if (handle_ != nullptr) {
    rd_kafka_poll(handle_->kafka, 0);
    char text[256];
    bool fatal = rd_kafka_fatal_error(handle_->kafka, text, sizeof text) != RD_KAFKA_RESP_ERR_NO_ERROR;
    if (fatal || handle_->failed) {
      failed_ = true;
      telemetry::Warn("Kafka did not take what was sent; the producer is rebuilt",
                      {{"in_flight", in_flight_}, {"fatal", fatal ? text : ""}});
    }
    report.acknowledged.swap(handle_->acknowledged);
    in_flight_ -= report.acknowledged.size();
  }
  report.lost = failed_;
  if (failed_) Rebuild();
  return report;
}

Result<int> Producer::CountPartitions(const std::string& topic, Deadline deadline) {
  VEFA_TRY_OK(Open());
  const struct rd_kafka_metadata* metadata = nullptr;
  rd_kafka_resp_err_t error = RD_KAFKA_RESP_ERR_NO_ERROR;
  do {
    error = rd_kafka_metadata(handle_->kafka, 1, nullptr, &metadata,
                              static_cast<int>(std::min<int64_t>(kMetadataTimeoutMs, deadline.Left().count() + 1)));
  } while (error != RD_KAFKA_RESP_ERR_NO_ERROR && !deadline.Passed());
  if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
    return Unavailable("KAFKA_UNAVAILABLE", std::string("Kafka does not answer: ") + rd_kafka_err2str(error));
  int partitions = 0;
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    if (topic == metadata->topics[i].topic) partitions = metadata->topics[i].partition_cnt;
  }
  rd_kafka_metadata_destroy(metadata);
  if (partitions == 0)
    return Error{Code::kNotFound, "TOPIC_MISSING", "Kafka has no topic " + topic + "; run vefactl topics apply."};
  VEFA_TRY_OK(AwaitLeaders(topic, partitions, deadline));
  return partitions;
}

// A broker tells of a topic before it takes records for each of its partitions. Until Kafka 4.5 what was sent second
// may be taken there when what was sent first was refused, and then it stands before it (KAFKA-15591). Asking for a
// partition's end is refused as long as a record would be.
Status Producer::AwaitLeaders(const std::string& topic, int partitions, Deadline deadline) {
  std::string why;
  do {
    Owned<rd_kafka_topic_partition_list_t> ends(rd_kafka_topic_partition_list_new(partitions));
    for (int i = 0; i < partitions; ++i)
      rd_kafka_topic_partition_list_add(ends.get(), topic.c_str(), i)->offset = RD_KAFKA_OFFSET_END;
    int wait = static_cast<int>(std::min<int64_t>(kMetadataTimeoutMs, deadline.Left().count() + 1));
    rd_kafka_resp_err_t error = rd_kafka_offsets_for_times(handle_->kafka, ends.get(), wait);
    for (int i = 0; i < ends->cnt && error == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) error = ends->elems[i].err;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return Ok();
    why = rd_kafka_err2str(error);
    std::this_thread::sleep_for(std::min(kAskAgain, deadline.Left()));
  } while (!deadline.Passed());
  return Unavailable("KAFKA_UNAVAILABLE", "Kafka does not serve every partition of " + topic + " yet: " + why);
}

std::vector<bool> Producer::Publish(const std::vector<Record>& records, Deadline deadline,
                                    const std::function<bool()>& stop) {
  constexpr std::chrono::milliseconds kLook(50);
  VEFA_CHECK(in_flight_ == 0);
  std::vector<bool> acknowledged(records.size(), false);
  size_t sent = 0;
  while (sent < records.size() && Send(records[sent], sent)) ++sent;
  bool lost = false;
  while (!lost && (in_flight_ > 0 || failed_) && !deadline.Passed() && !stop()) {
    Report report = Poll(std::min(kLook, deadline.Left()));
    for (uint64_t token : report.acknowledged) acknowledged[token] = true;
    lost = report.lost;
  }
  // What was not acknowledged must not arrive behind what is sent next.
  if (in_flight_ > 0 || failed_) Rebuild();
  return acknowledged;
}

}  // namespace vefa::kafka
