#include "tests/simulation/relay.h"

namespace vefa::simulation {

void Relay::Step() {
  switch (stage_) {
    case Stage::kStart:
      Start();
      break;
    case Stage::kCollect:
      Collect();
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
  Forget();
  stage_ = Stage::kStart;
}

// Connects and learns which life of the database this is. What is remembered of another life means
// nothing any more: its ids are given out again.
void Relay::Start() {
  epoch_ = database_.epoch();
  if (incarnation_ != database_.incarnation()) {
    if (producer_ != 0) LoseProducer();
    Forget();
    incarnation_ = database_.incarnation();
  }
  if (producer_ == 0) producer_ = broker_.Open();
  stage_ = Stage::kCollect;
}

void Relay::LoseProducer() {
  run_.Trace("relay ", number_, ": loses its producer with ", core_->in_flight(), " in flight");
  broker_.Close(producer_);
  producer_ = broker_.Open();
  core_->ProducerLost();
}

void Relay::Collect() {
  for (int64_t row : broker_.TakeAcknowledged(producer_)) core_->Acknowledge(row);
  if (broker_.IsFatal(producer_)) LoseProducer();
  stage_ = Stage::kExchange;
}

void Relay::Exchange() {
  deleted_ = core_->Acknowledged();
  reading_.clear();
  produced_ = 0;
  if (core_->Room() == 0 && deleted_.empty()) {
    stage_ = Stage::kCollect;
    return;
  }
  if (epoch_ != database_.epoch()) {
    stage_ = Stage::kStart;
    return;
  }
  // The statement fails before or after it did its work.
  bool before = run_.Fault(run_.profile.trouble / 2);
  if (!before) {
    database_.Delete(deleted_);
    reading_ = database_.ReadHead(lanes_, core_->Held(), core_->Room());
  }
  if (before || run_.Fault(run_.profile.trouble / 2)) {
    stage_ = Stage::kCollect;
    return;
  }
  stage_ = Stage::kAnswer;
}

void Relay::Answer() {
  core_->Deleted(deleted_);
  std::vector<int64_t> rows;
  for (const Fact& fact : reading_) rows.push_back(fact.row);
  reading_.resize(core_->Take(rows));
  if (!reading_.empty()) run_.Trace("relay ", number_, ": takes ", reading_.size(), " rows from ", reading_[0].row);
  stage_ = Stage::kProduce;
}

void Relay::Produce() {
  if (produced_ < reading_.size()) {
    Fact fact = reading_[produced_++];
    fact.incarnation = incarnation_;
    broker_.Produce(producer_, fact);
    return;
  }
  stage_ = Stage::kCollect;
}

}  // namespace vefa::simulation
