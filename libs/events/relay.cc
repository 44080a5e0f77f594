#include "libs/events/relay.h"

#include <algorithm>

#include "libs/base/backoff.h"
#include "libs/base/fault_point.h"
#include "libs/events/catalog.h"
#include "libs/events/event_span.h"
#include "libs/telemetry/log.h"

namespace vefa::events {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// The most rows of one reading. Three fit into what may be in flight: one that Kafka works on, one that is being
// produced, one that is being read.
constexpr size_t kReadMax = 3000;
// How often an idle relay looks for what other processes committed: the longer it found nothing the more seldom.
constexpr milliseconds kIdleFirst(5);
constexpr milliseconds kIdleLongest(50);
constexpr seconds kDatabaseTimeout(10);
constexpr seconds kLeaveTimeout(2);
constexpr seconds kTopicTimeout(1);
constexpr seconds kDrainTimeout(1);
// A producer that says nothing for so long is rebuilt, whatever its reason.
constexpr seconds kStuckTimeout(60);
constexpr milliseconds kRetryFirst(50);
constexpr milliseconds kRetryLongest(1000);
constexpr seconds kSayAgainAfter(30);

Deadline Now() { return Deadline::After(milliseconds(0)); }

}  // namespace

Relay::Relay(postgres::Database& pump, std::string brokers, Source source, telemetry::Metrics& metrics,
             RelayOptions options)
    : options_(std::move(options)),
      source_(std::move(source)),
      store_(pump, NewUuidV7(clock_)),
      producer_(std::move(brokers), source_.service + "-relay"),
      read_max_(std::min(kReadMax, options_.in_flight_max / 3 + 1)),
      room_min_(read_max_ * 2 / 3 + 1),
      core_(options_.in_flight_max),
      published_(metrics.AddCounter("vefa_relay_published_total", "Events acknowledged by Kafka, repeats included.")),
      rebuilds_(metrics.AddCounter("vefa_relay_producer_rebuilds_total", "Producers lost with what was in flight.")),
      ready_(metrics.AddGauge("vefa_relay_ready", "1 once database and topic are as the relay needs them.")),
      publish_seconds_(metrics.AddHistogram("vefa_outbox_publish_seconds", "From record time to acknowledgement.")),
      idle_(kIdleFirst),
      look_(Now()),
      stuck_(Now()),
      say_again_(Now()),
      keeper_(store_, options_, metrics, [this] { Wake(); }),
      reader_([this] { producer_.Wake(); }),
      loop_([this] { return Step(); }) {}

void Relay::Wake() {
  if (!woken_.exchange(true)) producer_.Wake();
}

void Relay::StopAsKilled() {
  stopping_ = true;
  producer_.Wake();
  loop_.Stop();
  keeper_.Stop();
}

void Relay::Stop() {
  if (stopping_) return;
  StopAsKilled();
  Drain();
}

// What is in flight is worth a moment: each row of it would be published again.
void Relay::Drain() {
  Deadline deadline = Deadline::After(kDrainTimeout);
  while (reader_.busy() && !deadline.Passed()) {
    auto answer = reader_.Take();
    if (answer && answer->ok()) core_.Deleted(published_ids_);
    if (!answer) Settle(producer_.Poll(deadline.Left()));
  }
  while (core_.in_flight() > 0 && !deadline.Passed()) Settle(producer_.Poll(deadline.Left()));
  if (reader_.busy()) return;
  PendingRows none;
  Status last = core_.acknowledged() > 0 ? Answer(Ask(0)(), none) : Ok();
  if (last.ok() && options_.leases) last = store_.Leave(Deadline::After(kLeaveTimeout));
  if (!last.ok()) telemetry::Warn("the relay ends without its last word", {{"reason", last.error().reason}});
}

milliseconds Relay::Step() {
  Settle(producer_.Poll(Pause()));
  if (core_.in_flight() > 0 && stuck_.Passed()) {
    telemetry::Warn("Kafka acknowledges nothing; the producer is rebuilt", {{"in_flight", core_.in_flight()}});
    producer_.Rebuild();
    Forget();
  }
  if (!stopping_) Read();
  return milliseconds(0);
}

// How long to wait for Kafka or a Wake before there is something to do.
milliseconds Relay::Pause() const {
  if (stopping_ || Due()) return milliseconds(0);
  // Without room only an acknowledgement can help, and that ends the waiting by itself, as does an answer.
  return HasRoom() && !reader_.busy() ? std::min(kIdleLongest, look_.Left()) : kIdleLongest;
}

bool Relay::Due() const {
  if (reader_.busy()) return false;
  if (!look_.Passed() && (failures_ > 0 || !woken_)) return false;
  return HasRoom() || (core_.acknowledged() > 0 && look_.Passed());
}

// Whether a reading would bring enough.
bool Relay::HasRoom() const {
  return core_.Room() >= (backlog_ ? room_min_ : 1);
}

// Whether database and topic are as they must be. Asked at the start and again after each loss.
bool Relay::Prepare() {
  if (writer_ == nullptr) {
    auto life = store_.Check(Deadline::After(kDatabaseTimeout));
    if (!life.ok()) {
      Trouble(life.error());
      return false;
    }
    if (!source_.incarnation.is_nil() && source_.incarnation != *life) {
      telemetry::Warn("the database begins another life", {{"incarnation", life->ToString()}});
      producer_.Rebuild();
      Forget();
      core_.DatabaseRestored();
    }
    source_.incarnation = *life;
    writer_ = std::make_unique<RecordWriter>(source_);
  }
  if (!topic_known_) {
    Status topic = CheckTopic();
    if (!topic.ok()) {
      Trouble(topic.error());
      return false;
    }
    topic_known_ = true;
  }
  if (!said_.empty()) telemetry::Info("the relay works again", {{"after", said_}});
  said_.clear();
  ready_.Set(1);
  return true;
}

// Another number of partitions than agreed: keys would move between them and lose their order.
Status Relay::CheckTopic() {
  VEFA_TRY(int partitions, producer_.CountPartitions(source_.topic, Deadline::After(kTopicTimeout)));
  if (options_.partitions > 0 && partitions != options_.partitions)
    return Error{Code::kFailedPrecondition, "TOPIC_PARTITIONS",
                 source_.topic + " has " + std::to_string(partitions) + " partitions and VEFA_TOPIC_PARTITIONS says " +
                     std::to_string(options_.partitions) + "; nothing is published until they agree."};
  return Ok();
}

void Relay::Settle(const kafka::Producer::Report& report) {
  bool lost = report.lost;
  Time now = clock_.Now();
  for (uint64_t token : report.acknowledged) {
    Flight& flight = flights_[token];
    flight.span.End();
    core_.Acknowledge(flight.id);
    if (options_.acknowledged) options_.acknowledged(flight.id);
    publish_seconds_.Observe(std::chrono::duration<double>(now - flight.record_time).count());
    free_flights_.push_back(token);
    if (FaultPoint("relay.between_acks")) {
      producer_.Rebuild();
      lost = true;
      break;
    }
  }
  if (!report.acknowledged.empty()) {
    published_.Add(static_cast<double>(report.acknowledged.size()));
    stuck_ = Deadline::After(kStuckTimeout);
    losses_ = 0;
  }
  if (lost) Forget();
}

// The producer was lost: what it had in flight is read and produced again.
void Relay::Forget() {
  core_.ProducerLost();
  for (Flight& flight : flights_) flight.span.Fail("PRODUCER_LOST");
  flights_.clear();
  free_flights_.clear();
  rebuilds_.Add();
  forgot_ = true;
  // It may be that Kafka is another one by now.
  topic_known_ = false;
  look_ = Deadline::After(Backoff(losses_++, kRetryFirst, kRetryLongest, RandomShare()));
}

// One round trip: deletes what was acknowledged, reads at most `most` rows on.
RelayReader::Work Relay::Ask(size_t most) {
  woken_ = false;
  forgot_ = false;
  most_ = most;
  published_ids_ = core_.Acknowledged();
  return [this, held = core_.InFlight(), lanes = keeper_.lanes()]() -> Result<PendingRows> {
    if (!published_ids_.empty() && FaultPoint("relay.after_ack_before_delete"))
      return Unavailable("FAULT_INJECTED", "What was acknowledged is not deleted.");
    return store_.Exchange(published_ids_, lanes, held, most_, Deadline::After(kDatabaseTimeout));
  };
}

// What the database answered; `rows` is what may be produced.
Status Relay::Answer(Result<PendingRows> answer, PendingRows& rows) {
  if (!answer.ok()) return std::move(answer).error();
  failures_ = 0;
  core_.Deleted(published_ids_);
  if (FaultPoint("relay.after_read")) return Unavailable("FAULT_INJECTED", "What was read is not produced.");
  backlog_ = answer->size() >= std::min(most_, room_min_);
  idle_ = answer->size() > 0 ? kIdleFirst : std::min(idle_ * 2, kIdleLongest);
  look_ = Deadline::After(backlog_ ? milliseconds(0) : idle_);
  // Rows may stand before these that were in flight when they were left out, and are no more.
  if (!forgot_) rows = *std::move(answer);
  return Ok();
}

// The database is read in another thread: acknowledgements are taken meanwhile, and in a backlog it reads on while
// what it read before is produced.
void Relay::Read() {
  if (!reader_.busy()) {
    if (Due() && Prepare()) reader_.Start(Ask(std::min(read_max_, core_.Room())));
    return;
  }
  auto answer = reader_.Take();
  if (!answer) return;
  PendingRows rows;
  Status answered = Answer(*std::move(answer), rows);
  if (!answered.ok()) return Trouble(answered.error());
  size_t taken = core_.Take(rows.ids());
  // Asked before they are sent: what was taken is in flight, and left out.
  if (backlog_ && !stopping_ && Due() && Prepare()) reader_.Start(Ask(std::min(read_max_, core_.Room())));
  Send(rows, taken);
}

void Relay::Send(const PendingRows& rows, size_t taken) {
  if (flights_.size() == free_flights_.size()) stuck_ = Deadline::After(kStuckTimeout);
  for (size_t row = 0; row < taken; ++row) {
    rows.Get(row, event_);
    if (source_.catalog != nullptr) event_.classification = source_.catalog->ClassificationOf(event_.type);
    if (free_flights_.empty()) {
      free_flights_.push_back(flights_.size());
      flights_.emplace_back();
    }
    uint64_t token = free_flights_.back();
    free_flights_.pop_back();
    flights_[token] = {rows.ids()[row], event_.record_time, PublishSpan(event_, source_.topic)};
    // Once one is refused, none may follow: the next Poll reports the loss of all.
    if (!producer_.Send(writer_->Write(event_), token)) return;
  }
  if (taken > 0 && FaultPoint("relay.after_produce")) {
    producer_.Rebuild();
    Forget();
  }
}

void Relay::Trouble(const Error& error) {
  Say(error);
  ready_.Set(0);
  writer_ = nullptr;
  look_ = Deadline::After(Backoff(failures_++, kRetryFirst, kRetryLongest, RandomShare()));
}

// Each reason once, and again now and then.
void Relay::Say(const Error& error) {
  if (said_ == error.reason && !say_again_.Passed()) return;
  said_ = error.reason;
  say_again_ = Deadline::After(kSayAgainAfter);
  auto detail = error.metadata.find("detail");
  telemetry::Warn("the relay waits", {{"topic", source_.topic},
                                      {"reason", error.reason},
                                      {"error", error.message},
                                      {"detail", detail == error.metadata.end() ? "" : detail->second}});
}

}  // namespace vefa::events
