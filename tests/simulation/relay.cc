#include "tests/simulation/relay.h"

namespace vefa::simulation {

void Relay::Step() {
  switch (stage_) {
    case Stage::kPrepare:
      Prepare();
      break;
    case Stage::kSettle:
      Settle();
      break;
    case Stage::kExchange:
      Exchange();
      break;
    case Stage::kAnswer:
      Answer();
      break;
    case Stage::kProduce:
      Produce();
      break;
  }
}

void Relay::Crash() {
  run_.Trace("relay ", number_, ": dies with ", core_->in_flight(), " in flight");
  if (producer_ != 0) broker_.Close(producer_);
  producer_ = 0;
  incarnation_ = 0;
  core_.emplace(run_.profile.in_flight_max);
  asked_ = Asked::kNothing;
  stage_ = Stage::kPrepare;
}

// At the start and after each trouble. What is remembered of another life means nothing any more: its
// ids are given out again.
void Relay::Prepare() {
  epoch_ = database_.epoch();
  if (incarnation_ != 0 && incarnation_ != database_.incarnation()) {
    run_.Trace("relay ", number_, ": the database begins another life");
    Rebuild();
    core_->DatabaseRestored();
  }
  incarnation_ = database_.incarnation();
  if (producer_ == 0) producer_ = broker_.Open();
  stage_ = Stage::kSettle;
}

void Relay::Rebuild() {
  run_.Trace("relay ", number_, ": loses its producer with ", core_->in_flight(), " in flight");
  if (producer_ != 0) broker_.Close(producer_);
  producer_ = broker_.Open();
  core_->ProducerLost();
  forgot_ = true;
}

void Relay::Settle() {
  for (int64_t row : broker_.TakeAcknowledged(producer_)) core_->Acknowledge(row);
  if (broker_.IsFatal(producer_)) Rebuild();
  if (asked_ == Asked::kNothing && (core_->Room() > 0 || core_->acknowledged() > 0)) Ask();
  if (asked_ == Asked::kWaiting) stage_ = Stage::kExchange;
  else if (asked_ != Asked::kNothing) stage_ = Stage::kAnswer;
}

void Relay::Ask() {
  asked_ = Asked::kWaiting;
  forgot_ = false;
  published_ = core_->Acknowledged();
  held_ = core_->InFlight();
  most_ = core_->Room();
}

// In the database, which is beside the relay: it may produce meanwhile what it read before.
void Relay::Exchange() {
  if (stage_ == Stage::kExchange) stage_ = Stage::kAnswer;
  asked_ = Asked::kTrouble;
  answer_.clear();
  bool broken = epoch_ != database_.epoch();
  epoch_ = database_.epoch();
  // The pool may have noticed first that the connection was broken, and have another one ready.
  if (broken && run_.random.Chance(500)) return;
  if (incarnation_ != database_.incarnation()) {
    run_.Trace("relay ", number_, ": this is another life of the database");
    return;
  }
  // The round trip fails before or after it did its work.
  bool before = run_.Fault(run_.profile.trouble / 2);
  if (!before) {
    database_.Delete(published_);
    answer_ = database_.ReadHead(lanes_, held_, most_);
  }
  bool after = run_.Fault(run_.profile.trouble / 2);
  if (!before && !after) asked_ = Asked::kRows;
}

void Relay::Answer() {
  bool trouble = asked_ == Asked::kTrouble;
  asked_ = Asked::kNothing;
  stage_ = trouble ? Stage::kPrepare : Stage::kProduce;
  if (trouble) return;
  core_->Deleted(published_);
  // Rows may stand before these that were in flight when they were left out, and are no more.
  if (forgot_) answer_.clear();
  reading_ = std::move(answer_);
  produced_ = 0;
  std::vector<int64_t> rows;
  for (const Fact& fact : reading_) rows.push_back(fact.row);
  reading_.resize(core_->Take(rows));
  if (!reading_.empty()) run_.Trace("relay ", number_, ": takes ", reading_.size(), " rows from ", reading_[0].row);
  // It reads ahead: what was taken just now is in flight, though not sent yet.
  if (core_->Room() > 0 && run_.random.Chance(500)) Ask();
}

void Relay::Produce() {
  if (asked_ == Asked::kWaiting && run_.random.Chance(300)) return Exchange();
  if (produced_ == reading_.size()) {
    stage_ = Stage::kSettle;
    return;
  }
  Fact fact = reading_[produced_++];
  fact.incarnation = incarnation_;
  broker_.Produce(producer_, fact);
}

}  // namespace vefa::simulation
