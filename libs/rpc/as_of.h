#pragma once

#include <google/protobuf/message.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "libs/events/projection.h"
#include "libs/rpc/ledger.h"

namespace vefa::rpc {

// How a service's events become states.
struct StateRule {
  const google::protobuf::Message* prototype = nullptr;  // Of the state message; outlives the rule.
  events::Fold fold;
};

// A moment in a subject's history: a version, a time of recording, or the newest.
struct Moment {
  int64_t version = 0;  // 0: not by version.
  std::optional<Time> record_time;
};

// A subject at a moment.
struct SubjectState {
  int64_t version = 0;  // 0: nothing was recorded yet.
  Time record_time;
  bool erased = false;
  std::unique_ptr<google::protobuf::Message> state;
};

// Folds the ledger up to a moment, page by page. Begins with the stored state (`aggregate_state`) when the
// first versions are no longer kept and it is not beyond the moment. Errors as Ledger::Fetch; OUT_OF_RANGE
// `VERSION_UNKNOWN` when the version was never recorded.
Result<SubjectState> FoldAsOf(Ledger& ledger, postgres::Database& service, const StateRule& rule, const Uuid& tenant,
                              const std::string& subject, const Moment& moment, Deadline deadline);

}  // namespace vefa::rpc
