#include "libs/kafka/consumer.h"

#include <librdkafka/rdkafka.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <future>
#include <memory>
#include <thread>

#include "libs/base/check.h"
#include "libs/kafka/convert.h"
#include "libs/kafka/owned.h"
#include "libs/kafka/settings.h"
#include "libs/telemetry/log.h"

namespace vefa::kafka {
namespace {

constexpr int kAskTimeoutMs = 500;
constexpr std::chrono::seconds kAgreeTimeout(2);
// Once something is there, what comes within this time joins it.
constexpr std::chrono::milliseconds kMore(2);
// Kafka refuses a session shorter than 6 s, and a poll interval shorter than the session.
constexpr std::chrono::milliseconds kSession(10000);
// Two of one name must not throw each other out as fast as they can.
constexpr std::chrono::seconds kFatalRest(5);
constexpr std::chrono::seconds kNudgeEvery(1);

using List = Owned<rd_kafka_topic_partition_list_t>;
using Offsets = std::map<Partition, int64_t>;

}  // namespace

struct Consumer::Handle {
  rd_kafka_t* kafka = nullptr;
  Consumer* owner = nullptr;
  const int wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
  Deadline quiet = Deadline::After({});  // Until when the main thread needs no nudge.
  bool closing = false;                  // Its main thread may have ended: it answers nothing any more.

  ~Handle() {
    if (kafka != nullptr) {
      StopAll();
      closing = true;
      rd_kafka_consumer_close(kafka);
      rd_kafka_destroy(kafka);
    }
    close(wake_fd);
  }

  void WakeOnMessages() const {
    constexpr uint64_t kOne = 1;
    VEFA_CHECK(wake_fd >= 0);
    rd_kafka_queue_t* queue = rd_kafka_queue_get_consumer(kafka);
    rd_kafka_queue_io_event_enable(queue, wake_fd, &kOne, sizeof kOne);
    rd_kafka_queue_destroy(queue);
  }

  // librdkafka's own waits are until a time of the wall clock: where that goes back by an hour they last an hour. So we
  // wait here, and have its main thread, which keeps us in the group, look at the clock again each second.
  rd_kafka_message_t* Await(std::chrono::milliseconds wait) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(kafka, 0);
    if (message != nullptr || wait.count() <= 0) return message;
    if (quiet.Passed()) {
      quiet = Deadline::After(kNudgeEvery);
      Assigned();
    }
    pollfd waiting{wake_fd, POLLIN, 0};
    uint64_t wakes = 0;
    if (poll(&waiting, 1, static_cast<int>(std::min<std::chrono::milliseconds>(wait, kNudgeEvery).count())) > 0)
      (void)!read(wake_fd, &wakes, sizeof wakes);
    return rd_kafka_consumer_poll(kafka, 0);
  }

  // What librdkafka reads at the moment. Its main thread answers after all that it was sent before.
  List Assigned() const {
    rd_kafka_topic_partition_list_t* assigned = nullptr;
    if (rd_kafka_assignment(kafka, &assigned) != RD_KAFKA_RESP_ERR_NO_ERROR) assigned = rd_kafka_topic_partition_list_new(0);
    return List(assigned);
  }

  // The main thread ends or begins to read a partition with orders to itself, and what follows from them with further
  // ones: twice through its queue, and all of them are carried out.
  void Settle() const {
    Assigned();
    Assigned();
  }

  // Reads these partitions from there on and no others. Nothing else changes what is read, and it returns when it is done:
  // librdkafka numbers its orders for a partition and drops one that a later number has overtaken. A pause, a resume or a
  // seek of ours beside those of its main thread can so leave a partition unread for ever, and nobody is told.
  Status Read(const Offsets& from) const {
    // What is being stopped must not be stopped again: that fails an assertion of librdkafka's.
    StopAll();
    List list(rd_kafka_topic_partition_list_new(static_cast<int>(from.size())));
    for (const auto& [partition, offset] : from)
      rd_kafka_topic_partition_list_add(list.get(), partition.first.c_str(), partition.second)->offset = offset;
    rd_kafka_resp_err_t error = rd_kafka_assign(kafka, list.get());
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR)
      return Unavailable("KAFKA_UNAVAILABLE", std::string("Kafka could not assign: ") + rd_kafka_err2str(error));
    Settle();
    return Ok();
  }

  // Reads nothing; `nothing` is an empty list, or null to agree to a loss of everything. Then it empties the partitions' own
  // queues: librdkafka before 2.1 leaves something in them, which for topics that were deleted meanwhile is not found again
  // and has rd_kafka_destroy wait for ever.
  void Stop(const rd_kafka_topic_partition_list_t* nothing) const {
    List assigned = Assigned();
    std::vector<Owned<rd_kafka_queue_t>> queues;
    for (const auto& [topic, number] : ToPartitions(assigned.get()))
      queues.emplace_back(rd_kafka_queue_get_partition(kafka, topic.c_str(), number));
    // Until it ends they lead to the queue of all.
    if (rd_kafka_assign(kafka, nothing) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
    Settle();
    for (const auto& queue : queues)
      while (rd_kafka_message_t* message = rd_kafka_consume_queue(queue.get(), 0)) rd_kafka_message_destroy(message);
  }

  void StopAll() const {
    if (Assigned()->cnt > 0) Stop(List(rd_kafka_topic_partition_list_new(0)).get());
  }

  // Its main thread waits for this word, or has ended the membership meanwhile (the broker is away): then it throws the
  // order away, and nobody answers. So another thread waits for the answer, and we for a while only; what is not answered then
  // never is, and ends with the program.
  static void AgreeToEnd(rd_kafka_t* kafka) {
    auto answered = std::make_shared<std::promise<void>>();
    std::future<void> answer = answered->get_future();
    std::thread([kafka, answered] {
      rd_kafka_assign(kafka, nullptr);
      answered->set_value();
    }).detach();
    if (answer.wait_for(kAgreeTimeout) != std::future_status::ready)
      telemetry::Warn("a membership ended without an answer from its own thread", {});
  }

  static void OnRebalance(rd_kafka_t*, rd_kafka_resp_err_t error, rd_kafka_topic_partition_list_t* list, void* opaque) {
    Handle& handle = *static_cast<Handle*>(opaque);
    Consumer& consumer = *handle.owner;
    consumer.lost_.clear();
    consumer.next_.clear();
    consumer.rebalanced_ = true;
    if (error != RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS || handle.closing) {
      consumer.assigned_.clear();
      consumer.revoked_(ToPartitions(list));
      // It was stopped before it was closed.
      if (handle.closing) {
        AgreeToEnd(handle.kafka);
      } else {
        handle.Stop(nullptr);
      }
      return;
    }
    consumer.assigned_ = ToPartitions(list);
    auto known = consumer.start_(consumer.assigned_);
    if (known)
      for (const Partition& partition : consumer.assigned_) {
        auto found = known->find(partition);
        consumer.next_[partition] = found == known->end() ? kBeginning : found->second;
      }
    // Members of the group even when nothing is to be read yet.
    consumer.moved_ = !handle.Read(consumer.paused_ ? Offsets() : consumer.next_).ok();
  }
};

Consumer::Consumer(std::string brokers, std::string group, std::vector<std::string> topics, Start start,
                   Revoked revoked, ConsumerOptions options)
    : brokers_(std::move(brokers)),
      group_(std::move(group)),
      topics_(std::move(topics)),
      start_(std::move(start)),
      revoked_(std::move(revoked)),
      options_(std::move(options)) {}

Consumer::~Consumer() = default;

Status Consumer::Open() {
  if (handle_ != nullptr) return Ok();
  if (!rest_.Passed()) return Ok();
  std::string session = std::to_string(std::min(kSession, options_.poll_interval).count());
  std::string interval = std::to_string(options_.poll_interval.count());
  // Offsets live in PostgreSQL beside what they led to; Kafka's own are not used. `error` on a
  // lost offset, because starting anywhere else would skip in silence.
  rd_kafka_conf_t* conf = MakeSettings({{"bootstrap.servers", brokers_.c_str()},
                                        {"group.id", group_.c_str()},
                                        {"partition.assignment.strategy", "range,roundrobin"},
                                        {"session.timeout.ms", session.c_str()},
                                        {"heartbeat.interval.ms", "2000"},
                                        {"max.poll.interval.ms", interval.c_str()},
                                        {"enable.auto.commit", "false"},
                                        {"enable.auto.offset.store", "false"},
                                        {"auto.offset.reset", "error"},
                                        {"isolation.level", "read_committed"},
                                        {"fetch.wait.max.ms", "50"},
                                        {"fetch.error.backoff.ms", "100"},
                                        {"queued.min.messages", "5000"},
                                        {"queued.max.messages.kbytes", "16384"},
                                        {"check.crcs", "true"},
                                        {"reconnect.backoff.ms", "50"},
                                        {"reconnect.backoff.max.ms", "500"},
                                        {"topic.metadata.refresh.interval.ms", "5000"},
                                        {"socket.keepalive.enable", "true"},
                                        {"log_level", "3"}});
  char error[256];
  // An empty one would be a name, too.
  if (!options_.instance.empty())
    VEFA_CHECK(rd_kafka_conf_set(conf, "group.instance.id", options_.instance.c_str(), error, sizeof error) == RD_KAFKA_CONF_OK);
  auto handle = std::make_unique<Handle>();
  handle->owner = this;
  rd_kafka_conf_set_opaque(conf, handle.get());
  rd_kafka_conf_set_rebalance_cb(conf, &Handle::OnRebalance);
  handle->kafka = rd_kafka_new(RD_KAFKA_CONSUMER, conf, error, sizeof error);
  if (handle->kafka == nullptr) {
    rd_kafka_conf_destroy(conf);
    return Internal("KAFKA_CLIENT", error);
  }
  rd_kafka_poll_set_consumer(handle->kafka);
  handle->WakeOnMessages();
  List list(rd_kafka_topic_partition_list_new(static_cast<int>(topics_.size())));
  for (const std::string& topic : topics_)
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_resp_err_t failed = rd_kafka_subscribe(handle->kafka, list.get());
  if (failed != RD_KAFKA_RESP_ERR_NO_ERROR) return Internal("KAFKA_CLIENT", rd_kafka_err2str(failed));
  handle_ = std::move(handle);
  return Ok();
}

// A message that is none: something to be told.
void Consumer::Notice(const void* message) {
  const auto* said = static_cast<const rd_kafka_message_t*>(message);
  const char* topic = said->rkt == nullptr ? "" : rd_kafka_topic_name(said->rkt);
  if (said->err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET) {
    telemetry::Fault("a position is not in Kafka: what was there is deleted, or was never there",
                     {{"group", group_}, {"topic", topic}, {"partition", static_cast<int>(said->partition)}});
    lost_.emplace_back(topic, said->partition);
    next_.erase(lost_.back());
  } else if (said->err == RD_KAFKA_RESP_ERR__FATAL) {
    fatal_ = true;
    char why[512];
    rd_kafka_fatal_error(handle_->kafka, why, sizeof why);
    telemetry::Fault("Kafka ended this member of the group; it joins anew. Are two processes called the same?",
                     {{"group", group_}, {"instance", options_.instance}, {"error", why}});
  } else {
    telemetry::Warn("Kafka has something to say",
                    {{"group", group_}, {"topic", topic}, {"error", rd_kafka_err2str(said->err)}});
  }
}

void Consumer::Reopen() {
  fatal_ = false;
  handle_.reset();
  next_.clear();
  if (!assigned_.empty()) revoked_(std::exchange(assigned_, {}));
  rest_ = Deadline::After(kFatalRest);
}

void Consumer::Rest(std::chrono::milliseconds wait) const { std::this_thread::sleep_for(std::min(wait, rest_.Left())); }

Result<std::vector<Message>> Consumer::Poll(size_t most, std::chrono::milliseconds wait, size_t bytes) {
  VEFA_TRY_OK(Open());
  std::vector<Message> batch;
  if (handle_ == nullptr) {
    Rest(wait);
    return batch;
  }
  VEFA_TRY_OK(Move());
  Deadline deadline = Deadline::After(wait);
  for (size_t size = 0; batch.size() < most && size < bytes;) {
    auto left = batch.empty() ? deadline.Left() : std::min(deadline.Left(), kMore);
    rd_kafka_message_t* message = handle_->Await(left);
    // What was read before belongs to partitions that may be somebody else's now; it is read again.
    if (std::exchange(rebalanced_, false)) batch.clear();
    if (message == nullptr) break;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      batch.push_back(ToMessage(message));
      size += message->len + message->key_len;
    } else {
      Notice(message);
    }
    rd_kafka_message_destroy(message);
    if (deadline.Passed() || fatal_) break;
  }
  if (fatal_) {
    // As after a rebalance: what was read belongs to nobody here any more.
    batch.clear();
    Reopen();
  }
  for (size_t i = 0; i < batch.size(); ++i)
    if (i + 1 == batch.size() || batch[i + 1].partition != batch[i].partition || batch[i + 1].topic != batch[i].topic)
      next_[{batch[i].topic, batch[i].partition}] = batch[i].offset + 1;
  return batch;
}

Status Consumer::Serve(std::chrono::milliseconds wait) {
  VEFA_TRY_OK(Open());
  VEFA_CHECK(paused_);
  if (handle_ == nullptr) {
    Rest(wait);
    return Ok();
  }
  VEFA_TRY_OK(Move());
  rd_kafka_message_t* message = handle_->Await(wait);
  // Nothing is read. Were there a message all the same, it would come again: `next_` stands before it.
  if (message != nullptr && message->err != RD_KAFKA_RESP_ERR_NO_ERROR) Notice(message);
  if (message != nullptr) rd_kafka_message_destroy(message);
  if (fatal_) Reopen();
  return Ok();
}

// Between rebalances the group has nothing for us to read.
Status Consumer::Move() {
  if (!moved_) return Ok();
  handle_->StopAll();
  // What is told now is of what was read before: a position that was lost there is no news of where we go.
  bool before = std::exchange(rebalanced_, false);
  while (rd_kafka_message_t* message = rd_kafka_consumer_poll(handle_->kafka, 0)) {
    if (message->err == RD_KAFKA_RESP_ERR__FATAL) Notice(message);
    rd_kafka_message_destroy(message);
  }
  // A rebalance meanwhile has its own beginning, and what is thrown out reads nothing.
  if (rebalanced_ || fatal_) return Ok();
  rebalanced_ = before;
  if (!assigned_.empty()) VEFA_TRY_OK(handle_->Read(paused_ ? Offsets() : next_));
  moved_ = false;
  return Ok();
}

void Consumer::Pause() { moved_ = !std::exchange(paused_, true) || moved_; }

void Consumer::Resume() { moved_ = std::exchange(paused_, false) || moved_; }

void Consumer::Seek(const std::map<Partition, int64_t>& offsets) {
  // What is lost again is told again.
  std::erase_if(lost_, [&](const Partition& partition) { return offsets.contains(partition); });
  for (const auto& [partition, offset] : offsets)
    if (std::find(assigned_.begin(), assigned_.end(), partition) != assigned_.end()) next_[partition] = offset;
  moved_ = true;
}

int64_t Consumer::Lag(const std::map<Partition, int64_t>& next, bool ask) const {
  if (handle_ == nullptr) return 0;
  int64_t lag = 0;
  for (const auto& [partition, offset] : next) {
    const auto& [topic, number] = partition;
    int64_t low = 0;
    int64_t high = 0;
    rd_kafka_resp_err_t error =
        ask ? rd_kafka_query_watermark_offsets(handle_->kafka, topic.c_str(), number, &low, &high, kAskTimeoutMs)
            : rd_kafka_get_watermark_offsets(handle_->kafka, topic.c_str(), number, &low, &high);
    // The next broker will not answer either.
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR && ask) break;
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) lag += std::max<int64_t>(0, high - std::max(low, offset));
  }
  return lag;
}

}  // namespace vefa::kafka
